"""A file that is just being written is told of when it is whole, or when it has been broken for long."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from oats_tui.core.files import Signature
from oats_tui.watch.torn import LONG_SECONDS, TornFiles
from tests.unit.watch.watching import How, Watching, both_ways, kind, session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"
SOON_S = 1.0


def _data(tmp_path: Path) -> Path:
    """A data directory with one session, apart from what else the test writes."""
    data = tmp_path / "data"
    (data / "sessions").mkdir(parents=True)
    (data / "sessions" / "one.json").write_text(session_text("one"))
    return data


async def _until_told(seen: Watching, session_id: str, count: int) -> None:
    """Wait until so much has been told of a session."""
    await seen.until(lambda: len(seen.told(session_id)) >= count)


@both_ways
def test_a_writer_that_pauses_is_told_of_only_when_it_is_done(tmp_path: Path, how: How) -> None:
    async def main() -> None:
        async with watching(_data(tmp_path), **how(tmp_path)) as seen:
            await seen.other.say("overwrite", seen.path("one"), session_text("one", "Later"), 0.5)
            end = int(await seen.other.hear())
            await _until_told(seen, "one", 1)
            assert 0 < seen.moments[0] - end < SOON_S * 1e9
            await seen.settle()
            assert [event.data for event in seen.events] == [{"session_id": "one"}]

    asyncio.run(main())


@both_ways
def test_an_empty_file_that_is_filled_is_told_once(tmp_path: Path, how: How) -> None:
    async def main() -> None:
        async with watching(_data(tmp_path), **how(tmp_path)) as seen:
            for name in ("one", "new"):
                await seen.other.do("append", seen.path(name), "")
                os.truncate(seen.path(name), 0)
                await seen.settle()
                assert seen.events == []
                end = await seen.other.do("append", seen.path(name), session_text(name, "Whole"))
                await _until_told(seen, name, 1)
                assert seen.moments[0] > end
                await seen.settle()
                expected = {"session_id": name, "title": "Whole"} if name == "new" else {"session_id": name}
                assert [event.data for event in seen.events] == [expected]
                seen.events.clear()
                seen.moments.clear()

    asyncio.run(main())


@both_ways
def test_a_new_file_written_with_a_pause_is_told_as_new_with_its_title(tmp_path: Path, how: How) -> None:
    async def main() -> None:
        async with watching(_data(tmp_path), **how(tmp_path)) as seen:
            await seen.other.do("pieces", seen.path("new"), session_text("new", "Slow"), 4, 0.15)
            await seen.settle()
            await _until_told(seen, "new", 1)
            assert [(event.type, event.data) for event in seen.events] == [
                (CREATED, {"session_id": "new", "title": "Slow"})
            ]

    asyncio.run(main())


@pytest.mark.parametrize("name", ["one", "new"])
def test_what_is_still_written_after_long_is_told_and_its_end_again(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        async with watching(_data(tmp_path)) as seen:
            await seen.other.say("pieces", seen.path(name), session_text(name), 12, 0.22)
            await _until_told(seen, name, 1)
            assert seen.events[0].data == {"session_id": name, "writing": True}
            end = int(await seen.other.hear())
            await _until_told(seen, name, 2)
            assert seen.moments[1] > end
            await seen.settle()
            assert seen.told(name) == [UPDATED, UPDATED]
            assert "writing" not in seen.events[1].data

    asyncio.run(main())


def test_what_stays_broken_is_told_once_as_it_is(tmp_path: Path) -> None:
    contents = ["", "garbage", '{"info": {"id": "one"', '{"info": 3, "messages": []']

    async def main() -> None:
        async with watching(_data(tmp_path)) as seen:
            names = {f"broken-{number}": content for number, content in enumerate(contents)}
            for name, content in names.items():
                begun = await seen.other.do("replace", seen.path(name), session_text(name))
                begun = await seen.other.do("replace", seen.path(name), content)
            await seen.settle()
            assert UPDATED not in {kind(event) for event in seen.events}
            seen.events.clear()
            await seen.until(lambda: len(seen.events) == len(names))
            assert [event.data.keys() for event in seen.events] == [{"session_id"}] * len(names)
            assert seen.moments[-1] - begun >= LONG_SECONDS * 1e9
            # Broken it is known; whole it is no new session.
            for name in names:
                await seen.other.do("replace", seen.path(name), session_text(name))
            await seen.settle()
            assert {name: seen.told(name)[-2:] for name in names} == {name: [UPDATED, UPDATED] for name in names}

    asyncio.run(main())


def test_a_broken_new_file_that_is_removed_is_gone(tmp_path: Path) -> None:
    """It is told although it was never shown: somebody may have listed the folder meanwhile."""

    async def main() -> None:
        async with watching(_data(tmp_path)) as seen:
            await seen.other.do("append", seen.path("new"), '{"info"')
            await seen.settle()
            await seen.other.do("remove", seen.path("new"))
            await seen.settle()
            assert seen.told("new") == [DELETED]
            # As a broken file it is forgotten: what comes later under its name is new.
            await seen.other.do("replace", seen.path("new"), session_text("new", "Later"))
            await seen.settle()
            assert seen.told("new") == [DELETED, CREATED]

    asyncio.run(main())


def test_a_file_of_another_kind_needs_no_patience(tmp_path: Path) -> None:
    async def main() -> None:
        async with watching(_data(tmp_path)) as seen:
            await seen.other.do("replace", seen.path("one"), json.dumps({"info": "whole, but no session"}))
            await seen.settle()
            assert seen.told("one") == [UPDATED]

    asyncio.run(main())


def _version(number: int) -> Signature:
    """A version of a file."""
    return Signature(number, number, 1)


def test_patience_is_counted_from_the_last_change_and_from_the_first() -> None:
    files = TornFiles()
    told = [files.found("one", _version(step // 3), step * 0.3, is_new=False) for step in range(12)]
    assert told == ["wait"] * 7 + ["writing"] + ["wait"] * 4
    assert not files.settled("one")
    assert files.found("one", _version(1), 10.0, is_new=True) == "wait"
    assert [files.can_wait("one", 10.0 + after) for after in (0.0, LONG_SECONDS - 0.1, LONG_SECONDS)] == [
        True,
        True,
        False,
    ]
    assert files.found("one", _version(1), 10.0 + LONG_SECONDS, is_new=True) == "damaged"
    assert not files
    assert not files.settled("one")
    assert files.found("one", _version(2), 20.0, is_new=True) == "wait"
    assert files.settled("one")
