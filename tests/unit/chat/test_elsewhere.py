"""Answers in other windows, which are real processes, as one window follows them."""

from __future__ import annotations

import asyncio
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oats_tui.chat.elsewhere import LOOK_AGAIN, Elsewhere
from oats_tui.core import files
from oats_tui.core.bus import Event, EventBus, bus
from oats_tui.core.topics import JOURNAL_CHANGED, STOP_REQUESTED
from oats_tui.session.activity import NOBODY, Activity
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.meta import MetaStorage
from oats_tui.session.store.journals import write_records
from oats_tui.session.store.places import Places
from tests.support.app import make_chat, run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.support.sessions import saved, session
from tests.unit.chat.hearing import Heard, hearing, texts
from tests.unit.session.test_activity import HOST, Other, others


class Counting(AnswerStorage):
    """The store, which counts the looks."""

    def __init__(self) -> None:
        self.looks: list[str] = []

    async def activity(self, session_id: str) -> Activity:
        """Look, and count it."""
        self.looks.append(session_id)
        return await super().activity(session_id)


class Window:
    """A window that shows what others do.

    Attributes:
        heard: What was told on its bus.
        asked: The answers that others asked it to stop.
    """

    def __init__(self, own: str = "") -> None:
        self.clock, self.bus, self.heard, self.store = Clock(), EventBus(), Heard(), Counting()
        self.asked: list[tuple[str, str]] = []
        self.own = own
        self.elsewhere = Elsewhere(self.store, self.bus, self._stop, self.clock.pace())
        self.bus.subscribe_all(self.heard.take)

    def _stop(self, session_id: str, message_id: str) -> bool:
        """Note what is to be stopped; only its own answer is."""
        self.asked.append((session_id, message_id))
        return message_id == self.own

    async def looked(self) -> Activity:
        """Wait until all looks are over; returns what is known of the session then."""
        await until(lambda: not self.elsewhere._looking and not self.elsewhere._stale)
        return self.elsewhere.activity("s")

    async def look(self) -> Activity:
        """Look because a journal has grown."""
        await self.bus.publish(Event(JOURNAL_CHANGED, {"session_id": "s"}, source="watch"))
        return await self.looked()

    async def second(self) -> Activity:
        """Look because a second has passed."""
        before = len(self.store.looks)
        await until(lambda: self.clock.waiting)
        self.clock.advance(LOOK_AGAIN)
        await until(lambda: len(self.store.looks) > before)
        return await self.looked()

    async def rests(self) -> None:
        """Wait until it looks no more of its own accord, which is the next time at the latest."""
        self.clock.advance(LOOK_AGAIN)
        await until(lambda: not self.elsewhere._watching)
        assert self.clock.waiting == 0

    def told(self) -> list[str]:
        """What was told since the last time, without what the watcher tells."""
        kinds = [kind for kind in self.heard.kinds if kind != JOURNAL_CHANGED]
        assert all(event.source == "watch" for event in self.heard.events)
        self.heard.events.clear()
        return kinds


@pytest.fixture
def places(data_dir: Path) -> Places:
    """A session with one question."""
    found = Places(data_dir, "s")
    saved(found, session("q1"))
    return found


def test_an_answer_elsewhere_is_told_as_it_begins_grows_and_ends(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window = Window()
        assert await window.look() == NOBODY
        assert (window.told(), window.clock.waiting) == ([], 0)
        other.ask("take")
        activity = await window.look()
        assert activity.holder is not None
        assert (activity.holder.pid, activity.holder.host, activity.running) == (other.pid, HOST, None)
        assert window.told() == ["turn.changed"]
        other.ask("begin", "a1", "q1")
        running = (await window.look()).running
        assert running is not None
        assert (running.message.id, running.asked_id, window.told()) == ("a1", "q1", ["turn.changed"])
        for piece, text in (("one", "one"), (" 🙂", "one 🙂")):
            other.ask("write", piece)
            await window.look()
            assert window.heard.of("message.part.updated") == [
                {"session_id": "s", "message_id": "a1", "text": text}
            ]
            assert window.told() == ["message.part.updated"]
        for _ in range(3):
            await window.second()
        assert window.told() == []
        other.ask("end")
        other.ask("release")
        assert await window.second() == NOBODY
        assert (window.heard.of("turn.changed"), window.told()) == ([{"session_id": "s"}], ["turn.changed"])
        await window.rests()

    with Other() as other:
        run(scenario(other))


def test_an_answer_of_this_program_is_not_elsewhere_and_nobody_watches_it(places: Places) -> None:
    async def scenario() -> None:
        window, provider, gate = Window(), ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("ours", gate)
        await chat.send("s", "u")
        await gate.reached.wait()
        files.submit(lambda: None, "journal").result()
        assert await window.look() == NOBODY
        assert (window.told(), window.clock.waiting) == ([], 0)
        gate.open()
        await until(lambda: chat.turn("s") is None)
        await chat.close()

    run(scenario())


def test_the_answer_of_a_killed_program_is_brought_to_its_end_at_the_second_look(places: Places) -> None:
    async def scenario(other: Other) -> None:
        one, two = Window(), Window()
        other.answer(text="half of it")
        before = await one.look()
        assert await two.look() == before or before.running is not None
        assert (one.told(), two.told()) == (["turn.changed"], ["turn.changed"])
        other.kill()
        with hearing(bus) as heard:
            assert await one.second() == before
            assert (one.told(), heard.kinds, await texts("s")) == ([], [], ["q1"])
            assert await one.second() == NOBODY
            assert one.told() == ["turn.changed"]
            assert await two.second() == NOBODY
            assert two.told() == ["turn.changed"]
            assert heard.of("session.updated") == [{"session_id": "s"}]
        assert await texts("s") == ["q1", "half of it"]
        meta = await MetaStorage().get("s")
        assert {name: outcome.state for name, outcome in meta.outcomes.items()} == {"a1": "interrupted"}
        await one.rests()

    with Other() as other:
        run(scenario(other))


def test_of_many_windows_that_notice_a_kill_at_once_exactly_one_ends_the_answer(places: Places) -> None:
    async def scenario() -> int:
        window = Window()
        with hearing(bus) as heard:
            await window.look()
            await window.second()
            await window.looked()
        return len(heard.of("session.updated"))

    with others(4) as (answering, *windows):
        answering.answer(text="half")
        answering.kill()
        with ThreadPoolExecutor(4) as pool:
            mine = pool.submit(lambda: asyncio.run(scenario()))
            theirs = [pool.submit(window.ask, "recover") for window in windows]
            assert mine.result() + sum(each.result() for each in theirs) == 1
    assert asyncio.run(texts("s")) == ["q1", "half"]


def test_a_killed_program_is_noticed_without_any_answer_seen_before(places: Places) -> None:
    async def scenario() -> None:
        window = Window()
        await window.elsewhere.look_everywhere()
        assert await window.looked() == NOBODY
        assert await window.second() == NOBODY
        assert await texts("s") == ["q1", "half"]

    with Other() as other:
        other.answer(text="half")
    run(scenario())


def test_who_lets_go_between_two_of_our_readings_is_no_suspect_for_long(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window = Window()
        other.answer(text="all of it")
        await window.look()
        # The window sees the turn free and the end not yet, as when it reads the one before the other.
        other.ask("release")
        before = await window.look()
        assert before.running is not None
        other.ask("end")
        with hearing(bus) as heard:
            assert await window.second() == NOBODY
            assert heard.kinds == []
        assert window.elsewhere._suspects == set()
        assert (await MetaStorage().get("s")).outcomes == {}
        assert await texts("s") == ["q1", "all of it"]
        # A new suspicion begins anew.
        other.answer("a2", "more")
        other.kill()
        await window.look()
        assert await texts("s") == ["q1", "all of it"]

    with Other() as other:
        run(scenario(other))


def test_esc_asks_the_program_that_answers_and_no_other(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window = Window()
        assert await window.elsewhere.stop("s") is False
        other.ask("take")
        await window.look()
        assert await window.elsewhere.stop("s") is False
        assert not places.request.exists()
        other.ask("begin", "a1", "q1")
        await window.look()
        assert await window.elsewhere.stop("s") is True
        assert json.loads(places.request.read_bytes())["stop"] == "a1"
        assert await window.elsewhere.stop("t") is False

    with Other() as other:
        run(scenario(other))


def test_a_request_is_taken_away_by_the_program_that_it_is_for(places: Places) -> None:
    async def scenario() -> None:
        meant, another = Window("a1"), Window("a2")
        await another.store.request_stop("s", "a1")
        for window in (another, meant):
            assert places.request.exists()
            await window.bus.publish(Event(STOP_REQUESTED, {"session_id": "s"}, source="watch"))
            await until(lambda: not window.elsewhere._tasks)  # noqa: B023 - waited for here
            assert window.asked == [("s", "a1")]
        assert not places.request.exists()

    run(scenario())


def test_many_notices_cost_one_look_and_what_fails_keeps_nothing_from_the_others(
    places: Places, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        window = Window()
        for _ in range(1000):
            window.elsewhere.look("s")
            window.elsewhere.look("../no session")
        await window.looked()
        assert sorted(window.store.looks) == ["../no session", "s"]
        assert "cannot be told" in caplog.text
        by = {"pid": os.getppid(), "host": HOST, "since": time.time()}
        write_records(places.journal, [{"queue": "q1", "by": by}], sync=False)
        assert (await window.look()).waiting == {"q1"}
        await until(lambda: window.clock.waiting)
        await window.elsewhere.close()
        assert window.clock.waiting == 0

    run(scenario())
