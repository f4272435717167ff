"""Cancelling the one who saves leaves a whole file, old or new, and later saves work."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.session import Session, SessionStorage
from tests.faults._house import (
    content_of,
    data_folder,
    file_of,
    loaded,
    new_session,
    saved_session,
    texts_in,
    texts_of,
    wait_until,
)
from tests.support.launch import program_environment

SIZE = 66_000
EACH_STEP = 40


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder."""
    with data_folder(tmp_path) as folder:
        yield folder


async def cancel_after(steps: int, work: Coroutine[Any, Any, Any]) -> bool:
    """Cancel work after so many steps of the event loop; returns whether it had ended before."""
    task = asyncio.create_task(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    if task.done():
        await task
        return True
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return False


def steps() -> Iterator[int]:
    """Each number of steps up to 40, then ever larger ones, without end."""
    count = 0
    while True:
        yield count
        count = count + 1 if count < EACH_STEP else count * 5 // 4


def test_fault_05_a_save_cancelled_after_any_number_of_steps_is_whole(data: Path) -> None:
    identifier = saved_session(SIZE)
    base = texts_in(data, identifier)
    session = loaded(identifier)
    storage = SessionStorage()
    said: list[str] = []
    cancelled = 0

    async def cancel_each() -> None:
        nonlocal cancelled, session
        for count in steps():
            said.append(f"after {count}")
            session.create_user_message(said[-1])
            has_ended = await cancel_after(count, storage.update(session))
            now = texts_in(data, identifier)
            assert now in ([*base, *said[:-1]], [*base, *said]), "neither old nor new"
            assert not has_ended or len(now) == len(base) + len(said)
            session = await storage.update(session)
            assert texts_of(session) == texts_in(data, identifier) == [*base, *said]
            if has_ended:
                return
            cancelled += 1

    asyncio.run(cancel_each())
    assert cancelled >= EACH_STEP
    assert texts_of(loaded(identifier)) == [*base, *said]


def test_fault_05_no_save_is_lost_when_all_are_cancelled(data: Path) -> None:
    identifier = saved_session(SIZE)
    base = texts_in(data, identifier)
    session = loaded(identifier)
    said = [f"save {number}" for number in range(10)]

    async def cancel_all() -> None:
        storage = SessionStorage()
        saves = []
        for text in said:
            session.create_user_message(text)
            saves.append(asyncio.create_task(storage.update(session)))
            await asyncio.sleep(0)
        # The last one has begun by now.
        await asyncio.sleep(0)
        for save in saves:
            save.cancel()
        assert all(
            isinstance(each, asyncio.CancelledError)
            for each in await asyncio.gather(*saves, return_exceptions=True)
        )

    asyncio.run(cancel_all())
    wait_until(lambda: len(texts_in(data, identifier)) == len(base) + len(said), "the saves to be done")
    assert texts_in(data, identifier) == [*base, *said] == texts_of(loaded(identifier))


def test_fault_05_a_save_that_outlives_its_event_loop_is_done(data: Path) -> None:
    identifier = saved_session(SIZE)
    session = loaded(identifier)
    left: list[asyncio.Task[Session]] = []

    async def leave() -> None:
        session.create_user_message("left behind")
        left.append(asyncio.create_task(SessionStorage().update(session)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(leave())
    wait_until(lambda: texts_in(data, identifier)[-1] == "left behind", "the save to be done")
    session.create_user_message("afterwards")
    asyncio.run(SessionStorage().update(session))
    assert texts_in(data, identifier)[-2:] == ["left behind", "afterwards"]


def test_fault_05_a_creation_cancelled_after_any_number_of_steps_is_whole_or_nothing(data: Path) -> None:
    async def cancel_each() -> None:
        storage = SessionStorage()
        for count in steps():
            session = new_session(SIZE)
            path = file_of(data, session.id)
            has_ended = await cancel_after(count, storage.create(session))
            if path.exists():
                assert len(content_of(data, session.id)["messages"]) == len(session.messages)
            session.create_user_message("afterwards")
            await storage.update(session)
            assert texts_in(data, session.id) == texts_of(session)
            if has_ended:
                return

    asyncio.run(cancel_each())


def test_fault_05_a_deletion_cancelled_after_any_number_of_steps_is_whole_or_nothing(data: Path) -> None:
    async def cancel_each() -> None:
        storage = SessionStorage()
        for count in steps():
            session = await storage.create(new_session())
            has_ended = await cancel_after(count, storage.delete(session.id))
            # The deletion goes on, so the file may be gone at any moment.
            with contextlib.suppress(FileNotFoundError):
                assert texts_in(data, session.id) == texts_of(session)
                assert not has_ended
            await storage.delete(session.id)
            assert await storage.get(session.id) is None
            assert not file_of(data, session.id).exists()
            if has_ended:
                return

    asyncio.run(cancel_each())


_INTERRUPTED = """
import asyncio, signal, sys
from oats_tui.session import SessionStorage

# Whoever was started in the background ignores it, and all that it starts does.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    storage = SessionStorage()
    session = await storage.get(sys.argv[1])
    number = 0
    while True:
        session.create_user_message(f"save {number}")
        await storage.update(session)
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


def test_fault_05_ctrl_c_in_a_loop_of_saves_leaves_all_of_them(data: Path) -> None:
    identifier = saved_session(SIZE)
    base = texts_in(data, identifier)
    before = 0
    for round_ in range(4):
        command = [sys.executable, "-P", "-c", _INTERRUPTED, identifier]
        environment = program_environment(data.parent)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            for _ in range(1 + 2 * round_):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGINT)
            # What has been read ahead of the lines above would be missing in what `communicate` gives.
            rest, errors = process.stdout.read(), process.stderr.read()
            process.wait(60)
        assert process.returncode == -signal.SIGINT, errors
        assert "KeyboardInterrupt" in errors
        acknowledged = 1 + 2 * round_ + len(rest.splitlines())
        now = len(texts_in(data, identifier)) - len(base)
        # Python stops where it was; at most the save under way is done beside those that were acknowledged.
        assert now - before in (acknowledged, acknowledged + 1)
        before = now
    assert texts_of(loaded(identifier)) == texts_in(data, identifier)
