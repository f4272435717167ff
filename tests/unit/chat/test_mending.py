"""What other programs dropped is put back, once they are quiet."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.chat.mending import QUIET, Mender
from oats_tui.core.bus import Event, EventBus, bus
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage, TurnLock
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.places import Places
from oats_tui.session.store.recovery import Recovered
from tests.support.app import make_chat, run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.support.sessions import saved, session
from tests.unit.chat.hearing import HERE, Heard, drain, hearing, read, texts

OLD_COPY = """
import json, sys
path = sys.argv[1]
with open(path) as file:
    held = json.load(file)
print("read", flush=True)
for line in sys.stdin:
    held["info"]["title"] = line.strip()
    with open(path, "w") as file:
        json.dump(held, file, indent=2)
    print("written", flush=True)
"""


class Noting(AnswerStorage):
    """A store that notes what is to be mended; it is done where there is something.

    Attributes:
        mended: The sessions, and when.
        refused: Those that cannot be saved.
    """

    def __init__(self, clock: Clock, *, real: bool = False) -> None:
        self.mended: list[tuple[str, float]] = []
        self.refused: set[str] = set()
        self.gate: Callable[[], object] = lambda: True
        self._clock = clock
        self._real = real

    async def recover(self, session_id: str, turn: TurnLock | None = None) -> Recovered:
        """Note it."""
        self.mended.append((session_id, self._clock()))
        await until(self.gate)
        if session_id in self.refused:
            raise StorageError("The session could not be brought up to date.")
        return await super().recover(session_id, turn) if self._real else Recovered()


class Window:
    """A window that mends what others changed."""

    def __init__(self, *answering: str, real: bool = False) -> None:
        self.clock, self.bus, self.heard = Clock(), EventBus(), Heard()
        self.store = Noting(self.clock, real=real)
        self.answering = set(answering)
        self.mender = Mender(self.store, self.bus, self.answering.__contains__, self.clock.pace())
        self.bus.subscribe_all(self.heard.take)

    async def change(self, session_id: str, source: str | None = "watch", kind: str = "session.updated") -> None:
        """Tell that a session was changed."""
        await self.bus.publish(Event(kind, {"session_id": session_id}, source=source))

    async def settle(self) -> None:
        """Wait until it has nothing to do, or waits for time to pass."""
        await drain()
        await until(lambda: self.clock.waiting or self.mender._task is None or self.mender._task.done())

    async def pass_time(self, seconds: float) -> list[tuple[str, float]]:
        """Let time pass; returns what has been mended so far."""
        self.clock.advance(seconds)
        await self.settle()
        return self.store.mended


def test_a_session_is_mended_after_a_quiet_second_and_not_before() -> None:
    async def scenario() -> None:
        window = Window()
        for moment in (0.0, 0.5, 0.4, 0.9):
            assert await window.pass_time(moment) == []
            await window.change("s")
            await window.settle()
        assert window.clock() == pytest.approx(1.8)
        assert await window.pass_time(QUIET - 0.01) == []
        [(name, at)] = await window.pass_time(0.01)
        assert name == "s"
        assert at == pytest.approx(1.8 + QUIET)
        assert len(await window.pass_time(60)) == 1
        assert window.clock.waiting == 0
        await window.change("s", kind="session.created")
        await window.settle()
        assert len(await window.pass_time(QUIET)) == 2

    run(scenario())


def test_who_writes_all_the_time_delays_nobody_else() -> None:
    async def scenario() -> None:
        window = Window()
        for name in ("busy", "quiet"):
            await window.change(name)
        for _ in range(8):
            await window.change("busy")
            await window.settle()
            await window.pass_time(0.25)
        assert window.store.mended == [("quiet", 1.0)]
        assert await window.pass_time(QUIET - 0.25) == [("quiet", 1.0), ("busy", 2.75)]

    run(scenario())


def test_our_own_changes_and_what_is_answered_here_are_left_alone() -> None:
    async def scenario() -> None:
        window = Window("answering")
        await window.change("ours", source=None)
        await window.change("gone", kind="session.deleted")
        assert await window.pass_time(QUIET * 3) == []
        assert window.clock.sleeps == []
        await window.change("answering")
        await window.settle()
        assert await window.pass_time(QUIET * 3) == []
        window.answering.clear()
        await window.change("answering")
        await window.settle()
        assert [name for name, _ in await window.pass_time(QUIET)] == ["answering"]

    run(scenario())


def test_what_cannot_be_mended_is_logged_and_keeps_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        window = Window()
        window.store.refused = {"b"}
        for name in ("a", "b", "c"):
            await window.change(name)
        await window.settle()
        assert [name for name, _ in await window.pass_time(QUIET)] == ["a", "b", "c"]
        assert caplog.text.count("session b could not be brought up to date") == 1
        assert window.heard.of("session.merged") == []

    run(scenario())


def test_what_changes_while_another_one_is_mended_is_mended_as_well() -> None:
    async def scenario() -> None:
        window, is_open = Window(), asyncio.Event()
        window.store.gate = is_open.is_set
        await window.change("a")
        await window.settle()
        window.clock.advance(QUIET)
        await until(lambda: window.store.mended)
        for name in ("b", "a"):
            await window.change(name)
        is_open.set()
        await window.settle()
        assert await window.pass_time(QUIET) == [("a", 1.0), ("b", 2.0), ("a", 2.0)]

    run(scenario())


def test_two_thousand_changes_cost_one_wait_and_one_mending_each() -> None:
    async def scenario() -> None:
        window = Window()
        names = [f"s{number}" for number in range(2000)]
        for _ in range(3):
            for name in names:
                await window.change(name)
        await window.settle()
        assert [name for name, _ in await window.pass_time(QUIET)] == names
        assert window.clock.sleeps == [QUIET]
        window.store.mended.clear()
        # One after the other, each a moment later than the one before: never more than a wait for each.
        for name in names:
            await window.change(name)
            window.clock.now += 0.0001
        while len(window.store.mended) < len(names):
            await window.pass_time(0.0001)
            assert len(window.clock.sleeps) <= len(names) + 1
            if not window.store.mended:
                window.clock.advance(0.1)
        assert [name for name, _ in window.store.mended] == names

    run(scenario())


def test_nothing_is_mended_any_more_once_it_is_closed() -> None:
    async def scenario() -> None:
        window = Window()
        await window.mender.close()
        await window.change("s")
        await window.settle()
        await window.mender.close()
        assert window.clock.waiting == 0
        assert await window.pass_time(60) == []

    run(scenario())


class Foreigner:
    """A program that has read a session and writes that old copy back, as plain JSON."""

    def __init__(self, file: Path) -> None:
        argv = [sys.executable, "-c", OLD_COPY, str(file)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "read\n"

    def write(self, title: str) -> None:
        """Write the old copy back, with another title."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{title}\n")
        self.process.stdin.flush()
        assert self._line() == "written\n"

    def _line(self) -> str:
        """What it says next."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def test_an_old_copy_is_brought_up_to_date_and_told_once(data_dir: Path) -> None:
    async def scenario() -> None:
        window, places = Window(real=True), Places(data_dir, "s")
        saved(places, session("q1", "a1"))
        foreigner = Foreigner(places.file)
        with foreigner.process:
            held = await read("s")
            for text in ("one", "two", "three"):
                await window.store.write_down(held, held.create_user_message(text))
            await SessionStorage().update(held)
            foreigner.write("first")
            foreigner.write("second")
        assert len(json.loads(places.file.read_bytes())["messages"]) == 2
        assert await texts("s") == ["q1", "a1", "one", "two", "three"]
        with hearing(bus) as others:
            for _ in range(2):
                await window.change("s")
                await window.settle()
                await window.pass_time(QUIET)
        assert window.heard.of("session.merged") == [{"session_id": "s", "restored": 3}]
        assert others.kinds == ["session.updated"]
        assert all(event.source is None for event in others.events)
        value = json.loads(places.file.read_bytes())
        assert [each["parts"][0]["content"] for each in value["messages"]] == ["q1", "a1", "one", "two", "three"]
        assert value["info"]["title"] == "second"

    run(scenario())


def test_a_chat_mends_with_the_end_of_its_answer_and_not_before(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, clock, gate = ScriptedProvider(), Clock(), Gate()
        chat = make_chat(provider, clock.pace())
        provider.will("the answer", gate)
        session_id = (await chat.begin(HERE, "u")).id
        await gate.reached.wait()
        file = Places(data_dir, session_id).file
        await chat.ledger.rename(session_id, "ours")
        foreigner = Foreigner(file)
        with foreigner.process:
            foreigner.write("theirs")
        before = file.read_bytes()
        await bus.publish(Event("session.updated", {"session_id": session_id}, source="watch"))
        await until(lambda: QUIET in clock.sleeps)
        clock.advance(QUIET)
        await until(lambda: chat._mender._task is not None and chat._mender._task.done())
        assert file.read_bytes() == before
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        assert await texts(session_id) == ["u", "the answer"]
        assert (await read(session_id)).title == "theirs"
        await chat.close()
        bus.clear()

    run(scenario())
