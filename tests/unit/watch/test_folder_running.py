"""The watcher starts without a gap, is quick, tells little, and ends without leaving anything behind."""

from __future__ import annotations

import asyncio
import logging
import stat
import threading
import time
from pathlib import Path

import pytest

from oats_tui.core.bus import EventBus
from oats_tui.core.files import Signature, signature
from oats_tui.core.items import Patience
from oats_tui.session.entries import Entry, look_at
from oats_tui.watch.folder import FolderWatcher
from tests.unit.watch.watching import DEADLINE_S, other_program, session_text, watching

CREATED, UPDATED = "session.created", "session.updated"
LATENCY_S = 2.0


def test_the_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with watching(tmp_path / "data") as seen:
            for path in (seen.sessions, seen.meta, seen.meta.parent):
                assert stat.S_IMODE(path.stat().st_mode) == 0o700

    asyncio.run(main())


def test_what_was_there_before_is_not_told(tmp_path: Path) -> None:
    async def main() -> None:
        sessions = tmp_path / "sessions"
        sessions.mkdir()
        (sessions / "old.json").write_text(session_text("old"))
        async with watching(tmp_path) as seen:
            await seen.settle()
            assert seen.events == []
            await seen.other.do("replace", seen.path("old"), session_text("old", "Changed"))
            await seen.settle()
            assert seen.told("old") == [UPDATED]

    asyncio.run(main())


def test_a_folder_reached_through_a_link_is_watched(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        async with watching(tmp_path / "link") as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            assert seen.told("one") == [CREATED]

    asyncio.run(main())


def test_nothing_is_lost_between_the_list_and_the_first_event(tmp_path: Path) -> None:
    async def main() -> None:
        names = [f"session-{number:03}" for number in range(400)]
        (tmp_path / "sessions").mkdir()
        async with other_program() as busy:
            await busy.say("many", tmp_path / "sessions", names, session_text("@"))
            async with watching(tmp_path) as seen:
                listed = {path.stem for path in seen.sessions.glob("*.json")}
                await busy.hear()
                await seen.settle()
                told = {event.data["session_id"] for event in seen.events}
                assert listed | told == set(names)
                # What was listed is known: a change of it is told as one, not as a new session.
                await busy.do("many", tmp_path / "sessions", names, session_text("@", "Changed"))
                await seen.settle()
                assert {seen.told(name)[-1] for name in names} == {UPDATED}

    asyncio.run(main())


def test_a_change_is_told_soon(tmp_path: Path) -> None:
    async def main() -> list[float]:
        async with watching(tmp_path) as seen:
            times = []
            for number in range(30):
                before = len(seen.events)
                made = await seen.other.do("replace", seen.path("one"), session_text("one", f"{number}"))
                await seen.until(lambda before=before: len(seen.events) > before)  # type: ignore[misc]
                times.append((seen.moments[before] - made) / 1e9)
            return times

    times = asyncio.run(main())
    assert max(times) < LATENCY_S


def test_a_burst_is_told_in_few_words(tmp_path: Path) -> None:
    async def main() -> None:
        async with watching(tmp_path) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            await seen.other.do("burst", seen.path("one"), session_text("one", "Again"), 400)
            await seen.settle()
            assert 1 <= len(seen.told("one")[1:]) < 200

    asyncio.run(main())


def test_one_odd_file_does_not_end_the_watching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def inspect(folder: Path, name: str, patience: Patience) -> Entry:
        if name == "odd":
            raise ValueError("what a file")
        return look_at(folder, name, patience)

    def look(path: Path) -> Signature | None:
        if path.stem == "hidden":
            raise PermissionError(13, "Permission denied")
        return signature(path)

    async def main() -> None:
        async with watching(tmp_path) as seen:
            await seen.other.do("replace", seen.path("hidden"), session_text("hidden"))
            await seen.other.do("replace", seen.path("odd"), session_text("odd"))
            await seen.settle()
            assert [seen.told("hidden"), seen.told("odd")] == [[], [UPDATED]]

    monkeypatch.setattr("oats_tui.watch.known.look_at", inspect)
    monkeypatch.setattr("oats_tui.watch.known.signature", look)
    with caplog.at_level(logging.WARNING):
        asyncio.run(main())
    assert "what a file" in caplog.text
    assert "hidden.json could not be looked at" in caplog.text


def test_a_folder_that_cannot_be_made_is_an_error_and_ends_the_waiting(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "data").write_text("a file")
        watcher = FolderWatcher(tmp_path / "data", EventBus())
        waiting = asyncio.create_task(watcher.ready())
        with pytest.raises(NotADirectoryError):
            await watcher.run()
        async with asyncio.timeout(DEADLINE_S):
            await waiting

    asyncio.run(main())


def test_cancelled_while_idle_it_ends_at_once_and_leaves_no_task(tmp_path: Path) -> None:
    async def main() -> float:
        watcher = FolderWatcher(tmp_path, EventBus())
        task = asyncio.create_task(watcher.run())
        await watcher.ready()
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        took = time.monotonic() - start
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return took

    before = set(threading.enumerate())
    assert asyncio.run(main()) < LATENCY_S
    _assert_no_new_thread(before)


@pytest.mark.parametrize("pause_ms", [None, 0, 1, 3, 10, 30])
def test_cancelled_at_any_moment_of_its_start_it_leaves_nothing(tmp_path: Path, pause_ms: int | None) -> None:
    async def main() -> None:
        task = asyncio.create_task(FolderWatcher(tmp_path, EventBus()).run())
        if pause_ms is not None:
            await asyncio.sleep(pause_ms / 1000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    before = set(threading.enumerate())
    asyncio.run(main())
    _assert_no_new_thread(before)


def _assert_no_new_thread(before: set[threading.Thread]) -> None:
    """Every thread that the loop used has ended, or does so now that the loop has."""
    for thread in set(threading.enumerate()) - before:
        thread.join(DEADLINE_S)
        assert not thread.is_alive(), thread.name
