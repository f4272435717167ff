"""What other windows do to a session in which this one answers, or which it deletes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.session.message import Message
from oats_tui.session.session import get_session_storage
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.support.sessions import session
from tests.unit.chat.hearing import HERE, read, texts
from tests.unit.session.test_activity import Other


def test_an_answer_that_another_window_took_for_cut_off_is_there_once(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("half", gate, " and whole")
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        turn = chat.turn(session_id)
        assert turn is not None
        saved = await read(session_id)
        saved.add_message(Message(id=turn.message.id, session_id=session_id, role="assistant")).add_text("half")
        await get_session_storage().update(saved)
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        assert await texts(session_id) == ["question", "half and whole"]

    run(scenario())


def test_a_session_is_not_deleted_while_another_window_answers_in_one_made_from_it(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = get_session_storage()
        chat = make_chat(ScriptedProvider())
        parent = session("q1")
        parent.info.id = "parent"
        child = session("q1")
        child.info.parent_session_id = child.info.root_session_id = "parent"
        for each in (parent, child):
            for message in each.messages:
                message.session_id = each.id
            await storage.create(each)
        assert child.id == "s"
        with Other() as other:
            assert await asyncio.to_thread(other.ask, "take")
            chat.elsewhere.look("s")
            await until(lambda: chat.elsewhere.activity("s").holder)
            with pytest.raises(OatsError, match="Another window is answering"):
                await chat.delete("parent")
            assert {each.id for each in await storage.list_infos()} == {"parent", "s"}
        await until(lambda: not chat.elsewhere.activity("s"))
        await chat.delete("parent")
        assert await storage.list_infos() == []
        await chat.close()

    run(scenario())
