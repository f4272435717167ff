"""Answers that may still come to their end while everything closes."""

from __future__ import annotations

import asyncio

from tests.support.app import make_chat, run
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import HERE, texts


def test_an_answer_comes_to_its_end_within_the_patience(data_dir: object) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("a", gate, "b")
        session_id = (await chat.begin(HERE, "u")).id
        await gate.reached.wait()
        closing = asyncio.create_task(chat.close(60.0))
        gate.open()
        await closing
        assert await texts(session_id) == ["u", "ab"]
        assert chat.cut == 0

    run(scenario())


def test_an_answer_is_kept_as_far_as_it_came_when_the_patience_ends(data_dir: object) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        for at_once, patience in ((asyncio.Event(), 0.05), (asyncio.Event(), 3600.0)):
            gate = Gate()
            provider.will("a", gate, "b")
            session_id = (await chat.begin(HERE, "u")).id
            await gate.reached.wait()
            closing = asyncio.create_task(chat.close(patience, at_once))
            await asyncio.sleep(0)
            if patience > 1:
                at_once.set()
            await closing
            assert await texts(session_id) == ["u", "a"]
            assert chat.cut == 1

    run(scenario())
