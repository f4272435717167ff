"""What a window says of a message that waits for its turn, and what it does with requests to stop."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from oats_tui.chat.chat import Chat
from oats_tui.chat.floor import ELSEWHERE, LOOK_AGAIN
from oats_tui.core import files
from oats_tui.core.bus import Event, bus
from oats_tui.core.storage_errors import StorageError
from oats_tui.core.topics import STOP_REQUESTED
from oats_tui.session.activity import activity_in
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.places import Places
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.support.sessions import saved, session
from tests.unit.chat.hearing import HERE
from tests.unit.chat.test_elsewhere import Window as Viewer
from tests.unit.chat.test_floor import Window
from tests.unit.session.test_activity import Other, others


@pytest.fixture
def places(data_dir: Path) -> Places:
    """A session with one question."""
    found = Places(data_dir, "s")
    saved(found, session("q1"))
    return found


def queued(places: Places) -> list[str]:
    """The messages that wait, once everything has been written."""
    files.submit(lambda: None, "journal").result()
    return list(read_journal(places.journal).queued)


def test_a_message_that_waits_says_so_to_others_until_its_turn(places: Places) -> None:
    async def scenario(answering: Other, looking: Other) -> None:
        window = Window()
        assert answering.ask("take")
        waiting = asyncio.create_task(window.floor.take(window.turn()))
        await until(lambda: window.clock.sleeps)
        assert looking.ask("activity") == [answering.pid, ["asked"]]
        assert queued(places) == ["asked"]
        window.clock.advance(LOOK_AGAIN)
        await until(lambda: len(window.clock.sleeps) == 2)
        assert queued(places) == ["asked"]
        answering.ask("release")
        window.clock.advance(LOOK_AGAIN)
        assert await waiting is True
        assert queued(places) == []
        assert looking.ask("activity")[1] == []
        window.floor.leave("s")

    with others(2) as (answering, looking):
        run(scenario(answering, looking))


def test_who_need_not_wait_writes_nothing_down(places: Places) -> None:
    async def scenario() -> None:
        window, before = Window(), places.journal.read_bytes() if places.journal.exists() else b""
        assert await window.floor.take(window.turn()) is False
        assert queued(places) == []
        assert (places.journal.read_bytes() if places.journal.exists() else b"") == before
        window.floor.leave("s")

    run(scenario())


def test_a_message_that_is_taken_back_waits_no_more(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window = Window()
        assert other.ask("take")
        for _ in range(2):
            window.clock.sleeps.clear()
            waiting = asyncio.create_task(window.floor.take(window.turn()))
            await until(lambda: window.clock.sleeps)
            assert queued(places) == ["asked"]
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert queued(places) == []
            assert activity_in(places).waiting == frozenset()

    with Other() as other:
        run(scenario(other))


def test_one_that_is_taken_back_while_it_is_being_queued_does_not_wait_either(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window, going = Window(), threading.Event()
        turn = window.turn()
        assert other.ask("take")
        files.submit(going.wait, "journal")
        try:
            waiting = asyncio.create_task(window.floor.take(turn))
            await until(lambda: turn.state.note == ELSEWHERE)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        finally:
            going.set()
        assert queued(places) == []
        other.ask("queue", "asked")
        assert queued(places) == ["asked"]

    with Other() as other:
        run(scenario(other))


def test_a_message_that_cannot_be_queued_is_not_asked(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window = Window()
        assert other.ask("take")
        places.journal.unlink(missing_ok=True)
        places.journal.mkdir(parents=True)
        with pytest.raises(StorageError, match="could not be queued"):
            await window.floor.take(window.turn())
        assert window.clock.sleeps == []
        places.journal.rmdir()
        other.ask("release")
        lock = await AnswerStorage().take_turn("s")
        assert lock is not None
        lock.release()

    with Other() as other:
        run(scenario(other))


def test_what_waits_in_a_killed_window_keeps_nobody(places: Places) -> None:
    async def scenario(answering: Other, waiting: Other) -> None:
        window = Window()
        answering.answer(text="half")
        waiting.ask("queue", "q2")
        assert activity_in(places).waiting == {"q2"}
        waiting.kill()
        answering.kill()
        assert await window.floor.take(window.turn()) is True
        assert activity_in(places).waiting == frozenset()
        assert [answer.asked for answer in read_journal(places.journal).open_answers()] == []
        window.floor.leave("s")

    with others(2) as (answering, waiting):
        run(scenario(answering, waiting))


def test_what_was_asked_of_the_one_before_is_taken_away_with_the_turn(places: Places) -> None:
    async def scenario(other: Other) -> None:
        window, store = Window(), AnswerStorage()
        other.answer(text="half")
        for session_id in ("s", "t"):
            await store.request_stop(session_id, "a1")
        waiting = asyncio.create_task(window.floor.take(window.turn()))
        await until(lambda: window.clock.sleeps)
        # Who only waits leaves it to whom it is for.
        assert await store.requested_stop("s") == "a1"
        other.kill()
        window.clock.advance(LOOK_AGAIN)
        assert await waiting is True
        assert await store.requested_stop("s") is None
        assert await store.requested_stop("t") == "a1"
        # One that comes during a row of answers may be meant for the answer that runs.
        await store.request_stop("s", "a2")
        assert await window.floor.take(window.turn()) is False
        assert await store.requested_stop("s") == "a2"
        window.floor.leave("s")

    with Other() as other:
        run(scenario(other))


def test_a_message_that_begins_to_wait_or_stops_waiting_is_told(places: Places) -> None:
    async def scenario(answering: Other, waiting: Other) -> None:
        window = Viewer()
        answering.answer(text="one")
        await window.look()
        window.told()
        for what, expected in (("queue", {"q2"}), ("unqueue", set[str]()), ("queue", {"q2"})):
            waiting.ask(what, "q2")
            assert (await window.look()).waiting == expected
            assert window.told() == ["turn.changed"]
        waiting.kill()
        activity = await window.second()
        assert (activity.waiting, activity.running is not None) == (frozenset(), True)
        assert window.told() == ["turn.changed"]

    with others(2) as (answering, waiting):
        run(scenario(answering, waiting))


async def asked_to_stop(chat: Chat, *session_ids: str) -> None:
    """Let a chat hear of requests, and wait until it has dealt with them."""
    for session_id in session_ids:
        await bus.publish(Event(STOP_REQUESTED, {"session_id": session_id}, source="watch"))
    await until(lambda: not chat.elsewhere._tasks)


def test_a_request_of_another_process_stops_the_right_answer_only(data_dir: Path) -> None:
    async def scenario(other: Other) -> None:
        provider = ScriptedProvider()
        chat, gates = make_chat(provider), [Gate(), Gate()]
        ids = []
        for gate in gates:
            provider.will("some", gate)
            ids.append((await chat.begin(HERE, "u")).id)
            await gate.reached.wait()
        turns = [chat.turn(session_id) for session_id in ids]
        assert turns[0] is not None
        folder = Places(data_dir, ids[0]).request.parent
        other.ask("request_stop", ids[0], "an-earlier-answer")
        other.ask("request_stop", ids[1], turns[0].message.id)
        other.ask("request_stop", "nobody", turns[0].message.id)
        (folder / "damaged.json").write_bytes(b"{")
        await asked_to_stop(chat, *ids, "nobody", "damaged", "missing")
        (folder / f"{ids[0]}.json").write_bytes(b'{"stop": null}')
        await asked_to_stop(chat, ids[0])
        assert [chat.turn(session_id) for session_id in ids] == turns
        assert not any(turn is None or turn.state.phase == "waiting" for turn in turns)
        other.ask("request_stop", ids[0], turns[0].message.id)
        await asked_to_stop(chat, *ids)
        await until(lambda: chat.turn(ids[0]) is None)
        assert chat.turn(ids[1]) is turns[1]
        assert (await chat.ledger.meta.get(ids[0])).newest == "stopped"
        assert not (folder / f"{ids[0]}.json").exists()
        await chat.close()
        bus.clear()

    with Other() as other:
        run(scenario(other))
