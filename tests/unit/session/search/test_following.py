"""The index follows what is written, and is made anew when it is missing or wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from oats_tui.core.bus import Event, EventBus, EventType, bus
from oats_tui.session.search import SearchIndex, index
from oats_tui.session.session import SessionStorage
from tests.unit.session.search.library import Library, keep, told, until


async def finds(searching: SearchIndex, text: str, *ids: str) -> None:
    """Wait until these sessions are found, and no others."""

    async def is_so() -> bool:
        return {hit.session_id for hit in (await searching.find(text)).hits} == set(ids)

    await until(is_so)


def test_what_is_there_at_the_start_and_what_comes_is_found(library: Library) -> None:
    keep(told("s1", "zebra"))

    async def scenario(searching: SearchIndex) -> None:
        await searching.start()
        await finds(searching, "zebra", "s1")
        await SessionStorage().create(told("s2", "another zebra"))
        await finds(searching, "zebra", "s1", "s2")
        session = await SessionStorage().get("s1")
        assert session is not None
        session.create_user_message("and a giraffe")
        await SessionStorage().update(session)
        await finds(searching, "giraffe", "s1")
        await SessionStorage().delete("s2")
        await finds(searching, "zebra", "s1")

    library.run(scenario, bus)


def test_what_others_write_is_found_when_it_is_told(library: Library) -> None:
    heard = EventBus()

    async def scenario(searching: SearchIndex) -> None:
        await searching.start()
        await finds(searching, "zebra")
        await SessionStorage().create(told("s1", "zebra"))
        await heard.publish(Event(EventType.SESSION_CREATED, {"session_id": "s1"}))
        await finds(searching, "zebra", "s1")
        assert searching.progress.is_whole

    library.run(scenario, heard)


def test_only_what_has_changed_is_put_in_again(library: Library) -> None:
    session = told("s1", "zebra", "giraffe")
    keep(session)
    assert library.ids("zebra") == ["s1-0"]
    session.messages[1].parts.clear()
    session.messages[1].add_text("antelope")
    asyncio.run(SessionStorage().update(session))
    assert library.ids("giraffe") == []
    assert library.ids("antelope") == ["s1-1"]
    with sqlite3.connect(library.file) as connection:
        rows = connection.execute("SELECT count(*) FROM messages WHERE session != 0").fetchone()
        buried = connection.execute("SELECT count(*) FROM messages WHERE session = 0").fetchone()
    connection.close()
    assert (rows, buried) == ((3,), (1,))


def test_a_file_that_moved_its_messages_is_read_where_they_are(library: Library) -> None:
    keep(told("s1", "zebra one", "zebra two"))
    assert library.ids("zebra") == ["s1-1", "s1-0"]
    path = library.data_dir / "sessions" / "s1.json"
    # As if another program had written it, and nobody had noticed yet.
    path.write_text(path.read_text().replace('"T s1"', '"A much longer title"'))
    found = library.run(lambda searching: searching.find("zebra "))
    assert [hit.snippet for hit in found.hits] == ["zebra two", "zebra one"]


def test_messages_that_are_gone_are_not_shown(library: Library) -> None:
    keep(told("s1", "zebra one", "zebra two"))
    assert library.ids("zebra") == ["s1-1", "s1-0"]
    path = library.data_dir / "sessions" / "s1.json"
    path.write_text(path.read_text().replace("zebra two", "giraffes!"))
    found = library.run(lambda searching: searching.find("zebra "))
    assert [hit.snippet for hit in found.hits] == ["zebra one"]


@pytest.mark.parametrize("damage", ["nothing", "no database", "cut", "version", "folder"])
def test_a_missing_or_damaged_index_is_made_anew(library: Library, damage: str) -> None:
    keep(told("s1", *["zebra " * 50] * 40))
    assert len(library.ids("zebra")) == 40
    spoil(library.file, damage)
    assert len(library.ids("zebra")) == 40


@pytest.mark.parametrize("damage", ["nothing", "no database", "cut"])
def test_an_index_that_is_spoilt_while_it_is_used_is_made_anew(library: Library, damage: str) -> None:
    keep(told("s1", *["zebra " * 50] * 40))

    async def scenario(searching: SearchIndex) -> None:
        await searching.start()
        await finds(searching, "zebra", "s1")
        spoil(library.file, damage)
        if damage == "nothing":
            await finds(searching, "zebra")
            await searching.catch_up()
        await finds(searching, "zebra", "s1")

    library.run(scenario, EventBus())


def spoil(path: Path, damage: str) -> None:
    """Damage an index."""
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    data = path.read_bytes()
    path.unlink()
    if damage == "no database":
        path.write_bytes(b"this is no database at all" * 1000)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "version":
        path.write_bytes(data)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 999")
        connection.close()
    elif damage == "folder":
        path.mkdir()


def test_broken_sessions_are_passed_over(library: Library) -> None:
    keep(told("s1", "zebra"))
    sessions = library.data_dir / "sessions"
    (sessions / "broken.json").write_text('{"info": {"id": "broken"')
    (sessions / "list.json").write_text("[1, 2]")
    (sessions / "other.json").write_text((sessions / "s1.json").read_text())
    (sessions / "folder.json").mkdir()
    (sessions / "link.json").symlink_to("s1.json")
    assert library.ids("zebra") == ["s1-0"]


def test_many_sessions_are_read_by_a_process_of_its_own(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "AT_HAND", 0)
    keep(*(told(f"s{number}", f"zebra number{number}", hours=number) for number in range(20)))

    async def scenario(searching: SearchIndex) -> None:
        await searching.start()
        await finds(searching, "zebra", *(f"s{number}" for number in range(20)))

    library.run(scenario, EventBus())
    assert library.ids("number7") == ["s7-0"]


def test_two_programs_share_an_index(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "AT_HAND", 0)
    monkeypatch.setattr(index, "TRY_AGAIN", 0.05)
    keep(*(told(f"s{number}", "zebra", hours=number) for number in range(20)))

    async def scenario(one: SearchIndex) -> None:
        other = library.index()
        await asyncio.gather(one.start(), other.start())
        try:
            for each in (one, other):
                await finds(each, "zebra", *(f"s{number}" for number in range(20)))
        finally:
            await other.stop()

    library.run(scenario, EventBus())


def test_a_change_that_comes_while_the_index_is_locked_is_put_in_later(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(index, "TRY_AGAIN", 0.05)
    keep(told("s1", "zebra"))

    async def scenario(searching: SearchIndex) -> None:
        await searching.start()
        await finds(searching, "zebra", "s1")
        with closing(sqlite3.connect(library.file, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            await SessionStorage().create(told("s2", "another zebra"))
            await until(lambda: incomplete(searching))
            lock.execute("ROLLBACK")
        await finds(searching, "zebra", "s1", "s2")
        assert (await searching.find("zebra")).is_complete

    library.run(scenario, bus)


async def incomplete(searching: SearchIndex) -> bool:
    """Whether a search tells that something may be missing."""
    return not (await searching.find("zebra")).is_complete


def test_two_who_begin_at_once_make_one_index(library: Library) -> None:
    keep(*(told(f"s{number}", "zebra", hours=number) for number in range(30)))

    async def scenario(one: SearchIndex) -> None:
        others = [library.index() for _ in range(4)]
        await asyncio.gather(*(each.catch_up() for each in (one, *others)))
        for each in (one, *others):
            assert len((await each.find("zebra")).hits) == 30
            await each.stop()

    library.run(scenario)


def test_the_index_is_the_owner_s_alone(library: Library) -> None:
    keep(told("s1", "zebra"))
    assert library.ids("zebra") == ["s1-0"]
    assert library.file.stat().st_mode & 0o077 == 0


def test_where_it_cannot_be_written_it_finds_nothing_and_says_so(library: Library) -> None:
    keep(told("s1", "zebra"))
    library.cache_dir.mkdir()
    (library.cache_dir / "search").write_text("in the way")
    found = library.find("zebra")
    assert found.hits == []
    assert not found.is_complete
