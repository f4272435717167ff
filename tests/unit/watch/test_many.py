"""Many files and large ones at once: each is told once, and others have their turn meanwhile."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from oats_tui.watch.folders import Folders
from oats_tui.watch.known import Known
from tests.unit.watch.watching import How, Watching, both_ways, scanning, session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"

MEBIBYTE = 1 << 20


def _large(session_id: str, size: int) -> str:
    """The text of a session that has so many bytes, not in the form that this program writes."""
    info = {"id": session_id, "title": "Large", "project_dir": "/p", "working_dir": "/p"}
    piece = {"id": "m", "role": "user", "parts": [{"type": "text", "content": "word " * 2000}]}
    count = size // len(json.dumps(piece))
    return json.dumps({"messages": [{**piece, "id": f"m{number}"} for number in range(count)], "info": info})


async def _pour_out(tmp_path: Path, how: dict[str, Any], count: int) -> Watching:
    """Have many sessions come and go at once."""
    names = [f"session-{number:05}" for number in range(count)]
    (tmp_path / "data" / "sessions").mkdir(parents=True)
    async with watching(tmp_path / "data", **how) as seen:
        await seen.other.do("prepare", tmp_path / "made", names, session_text("@", "Title of @"))
        await seen.other.do("pour_out", tmp_path / "made", seen.sessions)
        await seen.settle()
        assert [seen.told(name) for name in names] == [[CREATED]] * count
        assert seen.titles() == {name: f"Title of {name}" for name in names}
        seen.events.clear()
        # As a checkout of another state does it: everything goes, most of it comes back.
        (tmp_path / "made").rmdir()
        await seen.other.do("prepare", tmp_path / "made", names[: count // 2], session_text("@", "Other"))
        await seen.other.do("wipe", seen.sessions)
        await seen.other.do("move", tmp_path / "made", seen.sessions)
        await seen.until(lambda: {event.data["session_id"] for event in seen.events} >= set(names))
        await seen.settle()
        assert {seen.told(name)[-1] for name in names[: count // 2]} <= {CREATED, UPDATED}
        assert {tuple(seen.told(name)) for name in names[count // 2 :]} == {(DELETED,)}
    return seen


@both_ways
def test_many_sessions_that_come_at_once_are_told_once_each(tmp_path: Path, how: How) -> None:
    asyncio.run(_pour_out(tmp_path, how(tmp_path), 300))


@pytest.mark.full
@both_ways
def test_thousands_of_sessions_that_come_at_once_are_told_once_each(tmp_path: Path, how: How) -> None:
    asyncio.run(_pour_out(tmp_path, how(tmp_path), 2000))


def test_many_changes_leave_others_their_turn(tmp_path: Path) -> None:
    """Between the first event of a batch and the last the loop does other things."""
    turns: list[int] = []

    async def count(seen: Watching) -> None:
        while True:
            turns.append(len(seen.events))
            await asyncio.sleep(0)

    async def main() -> None:
        names = [f"session-{number:05}" for number in range(400)]
        (tmp_path / "data" / "sessions").mkdir(parents=True)
        # Looked at only now and then, everything comes in one batch.
        async with watching(tmp_path / "data", **scanning(tmp_path)) as seen:
            await seen.other.do("prepare", tmp_path / "made", names, session_text("@"))
            await seen.other.do("pour_out", tmp_path / "made", seen.sessions)
            counting = asyncio.create_task(count(seen))
            await seen.until(lambda: len(seen.events) >= len(names))
            counting.cancel()

    asyncio.run(main())
    assert len({turn for turn in turns if 0 < turn < 400}) >= 3


def test_a_large_file_is_told_when_it_is_whole(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "data" / "sessions").mkdir(parents=True)
        async with watching(tmp_path / "data") as seen:
            text = _large("large", 4 * MEBIBYTE)
            await seen.other.do("replace", seen.path("large"), text)
            await seen.until(lambda: seen.told("large") == [CREATED])
            await seen.other.do("pieces", seen.path("large"), text, 8, 0.05)
            await seen.settle()
            await seen.until(lambda: UPDATED in seen.told("large"))
            assert set(seen.told("large")[1:]) == {UPDATED}
            assert all("writing" not in event.data for event in seen.events)

    asyncio.run(main())


def test_that_a_session_is_gone_is_told_once(tmp_path: Path) -> None:
    folders = Folders.of(tmp_path)
    folders.make()
    path = folders.path("sessions", "one")
    known = Known(folders, time.monotonic)
    for _ in range(2):
        path.write_text(session_text("one"))
        assert [change.what for change in known.look([path])] == ["created"]
        path.unlink()
        assert [change.what for change in known.look_everywhere()] == ["deleted"]
        # Its notice comes late.
        assert known.look([path]) == []
        assert known.look_everywhere() == []
        # One that was made and removed between two looks may have been listed meanwhile.
        assert [change.what for change in known.look([path])] == ["deleted"]


def test_a_look_at_everything_reads_only_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = Folders.of(tmp_path)
    folders.make()
    for number in range(50):
        folders.path("sessions", f"s{number}").write_text(session_text(f"s{number}"))
    known = Known(folders, time.monotonic)
    known.learn()
    read: list[str] = []
    monkeypatch.setattr("oats_tui.watch.known.look_at", lambda _folder, name, _patience: read.append(name))
    assert known.look_everywhere() == []
    assert read == []
    folders.path("sessions", "s7").write_text(session_text("s7", "Changed"))
    assert [change.session_id for change in known.look_everywhere()] == ["s7"]
    assert read == ["s7"]
