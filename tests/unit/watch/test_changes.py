"""Sessions are renamed, brought back, and replaced by what is no file, with notices of the system and without."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.checks.checkout import ROOT
from tests.unit.watch import ours
from tests.unit.watch.watching import How, Watching, both_ways, other_program, session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"


def _run(tmp_path: Path, how: How, part: Callable[[Watching], Awaitable[None]]) -> None:
    """Watch a data directory with two sessions while something is done."""
    (tmp_path / "data" / "sessions").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "data" / "sessions" / f"{name}.json").write_text(session_text(name))

    async def main() -> None:
        async with watching(tmp_path / "data", **how(tmp_path)) as seen:
            await part(seen)

    asyncio.run(main())


@both_ways
def test_a_session_comes_changes_and_goes(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching) -> None:
        await seen.other.do("replace", seen.path("new"), session_text("new", "New"))
        await seen.settle()
        await seen.other.do("replace", seen.path("new"), session_text("new", "Changed"))
        await seen.settle()
        await seen.other.do("remove", seen.path("new"))
        await seen.settle()
        assert [(event.type, event.data) for event in seen.events] == [
            (CREATED, {"session_id": "new", "title": "New"}),
            (UPDATED, {"session_id": "new"}),
            (DELETED, {"session_id": "new"}),
        ]

    _run(tmp_path, how, part)


@both_ways
def test_a_file_that_gets_another_name(tmp_path: Path, how: How) -> None:
    async def part(seen: Watching) -> None:
        # Under its new name it is the copy of another session, and no new one.
        await seen.other.do("move", seen.path("one"), seen.path("copy"))
        await seen.settle()
        assert [seen.told("one"), seen.told("copy")] == [[DELETED], [UPDATED]]
        await seen.other.do("move", seen.path("copy"), seen.path("one"))
        await seen.settle()
        assert [seen.told("one"), seen.told("copy")] == [[DELETED, CREATED], [UPDATED, DELETED]]
        await seen.other.do("move", seen.path("one"), seen.path("two"))
        await seen.settle()
        assert [seen.told("one")[2:], seen.told("two")] == [[DELETED], [UPDATED]]

    _run(tmp_path, how, part)


@both_ways
def test_another_window_saves_deletes_and_brings_back(tmp_path: Path, how: How) -> None:
    data = tmp_path / "data"
    environment = {"OATS_TUI_DATA_DIR": str(data), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}

    async def part(seen: Watching) -> None:
        async with other_program(Path(ours.__file__), **environment) as window:
            await window.do("save", "theirs", "Theirs")
            await seen.settle()
            await window.do("delete", "theirs")
            await seen.settle()
            await window.do("restore")
            await seen.settle()
        assert seen.told("theirs") == [CREATED, DELETED, CREATED]
        assert seen.titles() == {"theirs": "Theirs"}

    _run(tmp_path, how, part)


@both_ways
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("two.json", path)])
def test_something_else_takes_the_place_of_a_session(
    tmp_path: Path, how: How, make: Callable[[str], None]
) -> None:
    async def part(seen: Watching) -> None:
        odd = str(tmp_path / "odd")
        make(odd)
        await seen.other.do("remove", seen.path("one"))
        await seen.other.do("move", odd, seen.path("one"))
        await seen.settle()
        assert seen.told("one") in ([UPDATED], [DELETED, UPDATED])
        await seen.settle()
        count = len(seen.told("one"))
        (os.rmdir if make is os.mkdir else os.unlink)(seen.path("one"))
        await seen.other.do("replace", seen.path("one"), session_text("one", "Back"))
        await seen.settle()
        assert seen.told("one")[count:] in ([UPDATED], [DELETED, CREATED])

    _run(tmp_path, how, part)
