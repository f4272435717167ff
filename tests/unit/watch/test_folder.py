"""What another program does to the files of sessions is told; what this one does is not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core.bus import Event
from oats_tui.core.config import set_data_dir
from oats_tui.core.files import remove, write_atomic
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from tests.unit.watch.watching import Watching, session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory of the test's own."""
    set_data_dir(tmp_path / "data")
    yield tmp_path / "data"
    set_data_dir(None)


def _session(session_id: str, title: str = "Ours") -> Session:
    """A session of this process."""
    return Session(info=SessionInfo(id=session_id, title=title, project_dir="/p", working_dir="/p"))


@pytest.mark.parametrize("write", ["replace", "overwrite"])
def test_another_program_makes_changes_and_removes_a_session(data_dir: Path, write: str) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            path = seen.path("one")
            await seen.other.do(write, path, session_text("one", "First title"))
            await seen.until(lambda: len(seen.told("one")) == 1)
            await seen.other.do(write, path, session_text("one", "Another title"))
            await seen.settle()
            await seen.other.do("remove", path)
            await seen.settle()
            first, *between, last = seen.events
            assert first == Event(CREATED, {"session_id": "one", "title": "First title"}, "watch")
            assert last == Event(DELETED, {"session_id": "one"}, "watch")
            assert between
            assert all(event == Event(UPDATED, {"session_id": "one"}, "watch") for event in between)

    asyncio.run(main())


def test_a_half_written_file_is_no_deletion_and_its_end_is_told(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            end = await seen.other.do("overwrite", seen.path("one"), session_text("one", "Later"), 0.3)
            await seen.until(lambda: seen.moments[-1] > end)
            assert set(seen.told("one")[1:]) == {UPDATED}

    asyncio.run(main())


def test_what_is_not_a_session_is_told_by_its_name_alone(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.path("list"), "[]")
            os.mkfifo(seen.path("pipe"))
            await seen.other.do("replace", seen.path("copy"), session_text("original"))
            await seen.settle()
            assert all(event.data.keys() == {"session_id"} for event in seen.events)
            assert {name: seen.told(name) for name in ("list", "pipe", "copy")} == {
                "list": [UPDATED],
                "pipe": [UPDATED],
                "copy": [UPDATED],
            }

    asyncio.run(main())


def test_other_names_are_nobodys_business(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            for name in ("notes.txt", ".hidden.json", ".x.tmp", ".json", "x.json.bak"):
                await seen.other.do("replace", seen.sessions / name, session_text("x"))
            (seen.sessions / "folder").mkdir()
            await seen.other.do("replace", seen.sessions / "folder" / "deep.json", session_text("deep"))
            await seen.settle()
            assert seen.events == []

    asyncio.run(main())


def test_what_others_note_about_a_session_updates_it(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            await seen.other.do("replace", seen.meta / "one.json", "{}")
            await seen.other.do("replace", seen.meta / "none.json", "{}")
            await seen.settle()
            await write_atomic(seen.meta / "one.json", b'{"ours": 1}')
            await seen.settle()
            assert seen.told("one") == [CREATED, UPDATED]
            assert seen.told("none") == []

    asyncio.run(main())


def test_our_own_saves_have_no_echo(data_dir: Path) -> None:
    async def main() -> None:
        storage = SessionStorage()
        async with watching(data_dir) as seen:
            for number in range(5):
                session = _session(f"ours-{number}")
                await storage.create(session)
                for _ in range(5):
                    session.create_user_message("More")
                    await storage.update(session)
                await storage.delete(session.id)
                # What is away and back within a moment is told whoever did it: somebody may have looked then.
                await seen.settle()
                await storage.create(session)
            await seen.settle()
            assert seen.events == []

    asyncio.run(main())


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        ("replace", [session_text("one", "Theirs")], UPDATED),
        ("overwrite", [session_text("one", "Theirs")], UPDATED),
        ("remove", [], DELETED),
    ],
)
def test_a_change_right_after_our_own_save_is_told(
    data_dir: Path, change: str, text: list[str], expected: str
) -> None:
    async def one_round(seen: Watching, storage: SessionStorage, delay: float) -> None:
        await seen.other.say("follow", seen.path("one"), delay, change, *text)
        assert await seen.other.hear() == "waiting"
        await storage.update(_session("one", f"Ours, {delay * 1000:.1f} ms before theirs"))
        end = int(await seen.other.hear())
        await seen.until(lambda: bool(seen.moments) and seen.moments[-1] > end)
        assert expected in seen.told("one")
        assert DELETED not in seen.told("one") or change == "remove"
        await seen.settle()
        seen.events.clear()
        seen.moments.clear()

    async def main() -> None:
        storage = SessionStorage()
        async with watching(data_dir) as seen:
            await storage.create(_session("one"))
            await seen.settle()
            for tenths in range(0, 11, 2):
                await one_round(seen, storage, tenths / 10_000)

    asyncio.run(main())


def test_a_session_of_ours_that_is_removed_at_once_is_told(data_dir: Path) -> None:
    async def main() -> None:
        storage = SessionStorage()
        async with watching(data_dir) as seen:
            for number in range(5):
                name = f"short-lived-{number}"
                await seen.other.say("follow", seen.path(name), 0.0, "remove")
                assert await seen.other.hear() == "waiting"
                await storage.create(_session(name))
                await seen.other.hear()
                await seen.until(lambda name=name: seen.told(name) != [])  # type: ignore[misc]
                await seen.settle()
                # Twice where we look between its coming and the notice of its going.
                assert set(seen.told(name)) == {DELETED}

    asyncio.run(main())


def test_a_removal_of_our_own_is_silent_and_its_return_by_others_is_told(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await write_atomic(seen.path("one"), session_text("one").encode())
            assert await remove(seen.path("one"))
            await seen.settle()
            assert seen.events == []
            await seen.other.do("replace", seen.path("one"), session_text("one", "Back"))
            await seen.settle()
            assert [event.data for event in seen.events] == [{"session_id": "one", "title": "Back"}]

    asyncio.run(main())


def test_a_note_about_a_session_that_we_remove_at_the_same_time_is_silent(data_dir: Path) -> None:
    async def main() -> None:
        storage = SessionStorage()
        async with watching(data_dir) as seen:
            await storage.create(_session("one"))
            await seen.settle()
            await storage.delete("one")
            await seen.other.do("replace", seen.meta / "one.json", "{}")
            await seen.settle()
            assert seen.events == []

    asyncio.run(main())


def test_rights_alone_are_no_change(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            seen.path("one").chmod(0o640)
            await seen.settle()
            assert seen.told("one") == [CREATED]

    asyncio.run(main())


def test_a_new_session_with_a_note_about_it_is_told_as_new(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.meta / "one.json", "{}")
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            assert seen.told("one") == [CREATED]

    asyncio.run(main())
