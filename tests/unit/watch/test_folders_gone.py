"""The folders are removed, moved and replaced: what is there afterwards is told, and nothing put in the way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.unit.watch.watching import How, Watching, both_ways, session_text, until_true, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"

Part = Callable[[Watching, Path], Awaitable[None]]


def _run(tmp_path: Path, how: How, part: Part) -> None:
    """Watch a data directory with two sessions, and another that is like it, while something is done."""
    for place in ("data", "other"):
        (tmp_path / place / "sessions").mkdir(parents=True, exist_ok=True)
        for name in ("one", "two"):
            (tmp_path / place / "sessions" / f"{name}.json").write_text(session_text(name, place))

    async def main() -> None:
        async with watching(tmp_path / "data", **how(tmp_path)) as seen:
            await part(seen, tmp_path)
            # Whatever happened, later changes of every kind are told.
            seen.events.clear()
            seen.moments.clear()
            await seen.settle()
            await seen.other.do("replace", seen.path("later"), session_text("later", "Later"))
            await seen.other.do("append", seen.journals / "later.log", "{}\n")
            await seen.until(lambda: set(seen.told("later")) >= {CREATED, "journal.changed"})
            assert seen.titles()["later"] == "Later"

    asyncio.run(main())


async def _until_gone(seen: Watching) -> None:
    """Wait until both sessions have been told to be gone."""
    await seen.until(lambda: [seen.told("one")[-1:], seen.told("two")[-1:]] == [[DELETED], [DELETED]])


@both_ways
def test_the_folder_is_removed_and_made_again_later(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, _: Path) -> None:
        await seen.other.do("wipe", seen.sessions)
        await _until_gone(seen)
        # Nobody makes it here: it might be moved back in a moment.
        await asyncio.sleep(0.5)
        assert not seen.sessions.exists()
        seen.sessions.mkdir()
        await seen.other.do("replace", seen.path("one"), session_text("one", "Anew"))
        await seen.until(lambda: seen.told("one")[-1] == CREATED)
        assert seen.titles() == {"one": "Anew"}
        assert seen.told("two") == [DELETED]

    _run(tmp_path, how, part)


@both_ways
def test_the_folder_is_removed_and_made_again_at_once(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, _: Path) -> None:
        # After a while the system may give the new folder the number of the old one.
        for number, pause in enumerate((0.0, 0.05, 0.1)):
            text = session_text(f"new-{number}", "New")
            await seen.other.do("again", seen.sessions, f"new-{number}.json", text, pause)
            await seen.until(lambda number=number: CREATED in seen.told(f"new-{number}"))  # type: ignore[misc]
        await _until_gone(seen)

    _run(tmp_path, how, part)


@both_ways
def test_the_folder_is_moved_away_and_back(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        await seen.other.do("move", seen.sessions, tmp / "aside")
        await _until_gone(seen)
        await seen.other.do("replace", tmp / "aside" / "one.json", session_text("one", "Changed meanwhile"))
        await seen.other.do("move", tmp / "aside", seen.sessions)
        await seen.until(lambda: [seen.told("one"), seen.told("two")] == [[DELETED, CREATED]] * 2)
        assert seen.titles() == {"one": "Changed meanwhile", "two": "data"}
        assert sorted(os.listdir(seen.sessions)) == ["one.json", "two.json"]

    _run(tmp_path, how, part)


@both_ways
def test_the_folder_is_replaced_in_one_moment(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        (tmp / "other" / "sessions" / "two.json").rename(tmp / "other" / "sessions" / "three.json")
        (tmp / "other" / "sessions" / "three.json").write_text(session_text("three", "other"))
        await seen.other.do("swap", seen.sessions, tmp / "other" / "sessions", tmp / "aside")
        await seen.until(lambda: all(map(seen.told, ("one", "two", "three"))))
        assert seen.titles() == {"three": "other"}
        assert [seen.told(name) for name in ("one", "two", "three")] == [[UPDATED], [DELETED], [CREATED]]

    _run(tmp_path, how, part)


@both_ways
def test_the_data_directory_is_moved_away_and_back(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        data = seen.sessions.parent
        await seen.other.do("move", data, tmp / "aside")
        await _until_gone(seen)
        await asyncio.sleep(0.5)
        assert not data.exists()
        await seen.other.do("move", tmp / "aside", data)
        await seen.until(lambda: [seen.told("one"), seen.told("two")] == [[DELETED, CREATED]] * 2)

    _run(tmp_path, how, part)


@both_ways
def test_another_data_directory_is_put_in_its_place(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        await seen.other.do("swap", seen.sessions.parent, tmp / "other", tmp / "aside")
        await seen.until(lambda: all(map(seen.told, ("one", "two"))))
        assert seen.told("one") == [UPDATED]

    _run(tmp_path, how, part)


@both_ways
def test_our_own_folder_is_removed(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, _: Path) -> None:
        await seen.other.do("wipe", seen.ours)
        await until_true(lambda: all((seen.ours / name).is_dir() for name in ("meta", "journal", "prev")))

    _run(tmp_path, how, part)


@both_ways
def test_a_link_that_has_been_there_from_the_start_leads_elsewhere(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        (tmp / "link").symlink_to(tmp / "other" / "sessions")
        await seen.other.do("move", tmp / "link", seen.sessions)
        await seen.until(lambda: [seen.told("one"), seen.told("two")] == [[UPDATED]] * 2)

    (tmp_path / "data").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "data" / "sessions").symlink_to(tmp_path / "real")
    _run(tmp_path, how, part)


@both_ways
def test_something_that_is_no_folder_lies_there_for_a_while(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching, tmp: Path) -> None:
        await seen.other.do("move", seen.sessions, tmp / "aside")
        seen.sessions.write_text("in the way")
        await _until_gone(seen)
        seen.sessions.unlink()
        seen.sessions.symlink_to(tmp / "aside")
        await seen.until(lambda: [seen.told("one")[-1], seen.told("two")[-1]] == [CREATED] * 2)
        # The link leads elsewhere from now on.
        (tmp / "link").symlink_to(tmp / "other" / "sessions")
        await seen.other.do("move", tmp / "link", seen.sessions)
        await seen.until(lambda: [seen.told("one")[-1], seen.told("two")[-1]] == [UPDATED] * 2)

    _run(tmp_path, how, part)
