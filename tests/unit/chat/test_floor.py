from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from oats_tui.chat.floor import ELSEWHERE, LOOK_AGAIN, Floor
from oats_tui.chat.turn import Turn
from oats_tui.core.bus import EventBus
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.store.places import Places
from tests.support.app import run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import ScriptedProvider

HOLDER = """
import sys
from pathlib import Path
from oats_tui.core import files
print(files.try_lock(Path(sys.argv[1])) is not None, flush=True)
sys.stdin.read()
"""


class Window:
    """One program's floor and its clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.floor = Floor(AnswerStorage(), self.clock.pace())

    def turn(self, session_id: str = "s") -> Turn:
        """An answer that is about to begin."""
        message = Message(session_id=session_id, role="assistant")
        return Turn(message, "asked", ScriptedProvider(), EventBus(), self.clock.pace())


def test_who_comes_first_answers_and_others_wait_and_say_so(data_dir: Path) -> None:
    async def scenario() -> None:
        first, second = Window(), Window()
        assert await first.floor.take(first.turn()) is False
        turn = second.turn()
        waiting = asyncio.create_task(second.floor.take(turn))
        for times in (1, 2, 3):
            await until(lambda: len(second.clock.sleeps) == times)  # noqa: B023 - waited for here
            assert (turn.state.phase, turn.state.note) == ("waiting", ELSEWHERE)
            assert not waiting.done()
            if times < 3:
                second.clock.advance(LOOK_AGAIN)
        first.floor.leave("s")
        second.clock.advance(LOOK_AGAIN)
        assert await waiting is True
        assert second.clock.sleeps == [LOOK_AGAIN] * 3
        assert await AnswerStorage().take_turn("s") is None

    run(scenario())


def test_a_program_keeps_its_turn_for_all_that_it_answers_in_a_row(data_dir: Path) -> None:
    async def scenario() -> None:
        window = Window()
        for _ in range(3):
            assert await window.floor.take(window.turn()) is False
        assert await AnswerStorage().take_turn("s") is None
        window.floor.leave("s")
        window.floor.leave("s")
        lock = await AnswerStorage().take_turn("s")
        assert lock is not None
        lock.release()

    run(scenario())


def test_sessions_do_not_wait_for_each_other(data_dir: Path) -> None:
    async def scenario() -> None:
        first, second = Window(), Window()
        assert await first.floor.take(first.turn("a")) is False
        assert await second.floor.take(second.turn("b")) is False
        assert await first.floor.take(first.turn("c")) is False
        assert second.clock.sleeps == []

    run(scenario())


def test_who_stops_waiting_has_nothing_and_keeps_nobody(data_dir: Path) -> None:
    async def scenario() -> None:
        first, second, third = Window(), Window(), Window()
        await first.floor.take(first.turn())
        waiting = asyncio.create_task(second.floor.take(second.turn()))
        await until(lambda: second.clock.sleeps)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        second.floor.leave("s")
        assert await AnswerStorage().take_turn("s") is None
        first.floor.leave("s")
        assert await third.floor.take(third.turn()) is False

    run(scenario())


def test_the_turn_of_a_program_that_was_killed_is_free(data_dir: Path) -> None:
    async def scenario() -> None:
        window = Window()
        turn = window.turn()
        argv = [sys.executable, "-c", HOLDER, str(Places(data_dir, "s").turn)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220 - nothing else runs
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            waiting = asyncio.create_task(window.floor.take(turn))
            await until(lambda: window.clock.sleeps)
            assert turn.state.note == ELSEWHERE
            process.kill()
            process.wait()
            window.clock.advance(LOOK_AGAIN)
            assert await waiting is True

    run(scenario())


@pytest.mark.parametrize("in_the_way", ["locks", "locks/s.turn"])
def test_a_lock_that_cannot_be_made_is_told(data_dir: Path, in_the_way: str) -> None:
    async def scenario() -> None:
        path = data_dir / "oats_tui" / in_the_way
        if in_the_way == "locks":
            path.parent.mkdir(parents=True)
            path.write_bytes(b"a file")
        else:
            path.mkdir(parents=True)
        window = Window()
        with pytest.raises(StorageError):
            await window.floor.take(window.turn())
        window.floor.leave("s")

    run(scenario())


def test_many_who_wait_come_one_after_the_other(data_dir: Path) -> None:
    async def scenario() -> None:
        windows = [Window() for _ in range(5)]
        inside: list[int] = []
        most = 0

        async def answer(number: int) -> None:
            nonlocal most
            window = windows[number]
            await window.floor.take(window.turn())
            inside.append(number)
            most = max(most, len(inside))
            await asyncio.sleep(0.01)
            inside.remove(number)
            window.floor.leave("s")

        tasks = [asyncio.create_task(answer(number)) for number in range(5)]
        while not all(task.done() for task in tasks):
            for window in windows:
                window.clock.advance(LOOK_AGAIN)
            await asyncio.sleep(0.002)
        await asyncio.gather(*tasks)
        assert most == 1

    run(scenario())
