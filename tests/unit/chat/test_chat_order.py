from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.core.bus import Event, bus
from oats_tui.core.errors import OatsError
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import HERE, texts

SOON = 5.0
"""Seconds within which what needs no answer has happened, on the busiest machine."""


def test_two_messages_at_once_are_answered_one_after_the_other(data_dir: Path) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        for number in range(3):
            provider.will(f"a{number}")
        session_id = (await chat.begin(HERE, "u0")).id
        await asyncio.gather(chat.send(session_id, "u1"), chat.send(session_id, "u2"))
        await until(lambda: len(provider.requests) == 3 and chat.turn(session_id) is None)
        assert await texts(session_id) == ["u0", "a0", "u1", "a1", "u2", "a2"]

    run(scenario())


def test_a_message_sent_between_two_answers_waits_for_the_one_that_waited_longer(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gates = ScriptedProvider(), [Gate() for _ in range(3)]
        chat = make_chat(provider)
        for number, gate in enumerate(gates):
            provider.will(f"a{number}", gate)
        session_id = (await chat.begin(HERE, "u0")).id
        await gates[0].reached.wait()
        await chat.send(session_id, "u1")
        sent: list[str] = []

        async def send(event: Event) -> None:
            if not sent:
                sent.append("u2")
                await chat.send(session_id, "u2")

        unsubscribe = bus.subscribe("message.updated", send)
        gates[0].open()
        await gates[1].reached.wait()
        await until(lambda: sent)
        gates[1].open()
        await gates[2].reached.wait()
        gates[2].open()
        await until(lambda: chat.turn(session_id) is None)
        unsubscribe()
        assert [request[-1]["content"] for request in provider.requests] == ["u0", "u1", "u2"]
        assert await texts(session_id) == ["u0", "a0", "u1", "a1", "u2", "a2"]

    run(scenario(), 15.0)


def test_asking_again_twice_at_once_asks_once(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("a0")
        session_id = (await chat.begin(HERE, "u0")).id
        await until(lambda: chat.turn(session_id) is None)
        for answer in ("a1", "a2"):
            provider.will(answer, gate)
        results = await asyncio.gather(chat.retry(session_id), chat.retry(session_id), return_exceptions=True)
        await gate.reached.wait()
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        assert sum(isinstance(each, OatsError) for each in results) == 1
        assert await texts(session_id) == ["u0", "a1"]

    run(scenario(), 15.0)


@pytest.mark.parametrize("ending", ["delete", "close", "stop"])
def test_an_answer_that_has_only_just_begun_can_be_ended(data_dir: Path, ending: str) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will(gate, "a0")
        session_id = (await chat.begin(HERE, "u0")).id
        try:
            async with asyncio.timeout(SOON):
                if ending == "close":
                    await chat.close()
                elif ending == "delete":
                    await chat.delete(session_id)
                else:
                    assert chat.stop(session_id)
                    await until(lambda: chat.turn(session_id) is None)
        finally:
            gate.open()

    run(scenario())


def test_deleting_one_session_does_not_wait_for_the_answer_in_another(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gates = ScriptedProvider(), [Gate(), Gate()]
        chat = make_chat(provider)
        ids = []
        for gate in gates:
            provider.will("words", gate)
            ids.append((await chat.begin(HERE, "u")).id)
            await gate.reached.wait()
        try:
            async with asyncio.timeout(SOON):
                await chat.delete(ids[0])
            assert chat.turn(ids[1]) is not None
        finally:
            gates[1].open()

    run(scenario())


def test_answers_of_two_sessions_run_side_by_side(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("slow", gate)
        first = (await chat.begin(HERE, "u")).id
        await gate.reached.wait()
        provider.will("quick")
        second = (await chat.begin(HERE, "v")).id
        await until(lambda: chat.turn(second) is None)
        assert chat.turn(first) is not None
        gate.open()
        await until(lambda: chat.turn(first) is None)
        assert await texts(first) == ["u", "slow"]
        assert await texts(second) == ["v", "quick"]

    run(scenario())
