"""Saves of one object that overlap, and the first message of all, which only the journal has yet."""

from __future__ import annotations

import asyncio
from pathlib import Path

from oats_tui.session.answers import AnswerStorage
from oats_tui.session.session import Session, SessionInfo, get_session_storage


def conversation(messages: int = 0) -> Session:
    """A session with so many messages."""
    session = Session(info=SessionInfo(id="s", project_dir="/p", working_dir="/p"))
    for number in range(messages):
        session.create_user_message(f"base {number}")
    return session


def texts(session: Session | None) -> list[str]:
    """What was said in a session."""
    assert session is not None
    return [message.get_text_content() for message in session.messages]


def test_the_first_message_of_all_is_read_from_the_journal(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = get_session_storage()
        session = await storage.create(conversation())
        asked = session.create_user_message("first")
        await AnswerStorage().write_down(session, asked)
        assert texts(await storage.get("s")) == ["first"]
        assert len(await storage.list()) == 1
        await AnswerStorage().recover("s")
        assert b"first" in storage.path_of("s").read_bytes()

    asyncio.run(scenario())


def test_of_overlapping_saves_of_a_long_session_the_newest_state_counts(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = get_session_storage()
        session = await storage.create(conversation(4500))
        tasks = []
        for number in range(12):
            session.create_user_message(f"new {number}")
            tasks.append(asyncio.create_task(storage.update(session)))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert texts(await storage.get("s"))[4500:] == [f"new {number}" for number in range(12)]

    asyncio.run(scenario())


def test_overlapping_saves_count_tokens_once_and_keep_deletions(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = get_session_storage()
        session = await storage.create(conversation(3))
        tasks = []
        for number in range(6):
            session.add_usage({"total_tokens": 5})
            session.create_user_message(f"new {number}")
            tasks.append(asyncio.create_task(storage.update(session)))
            await asyncio.sleep(0)
        del session.messages[0]
        tasks.append(asyncio.create_task(storage.update(session)))
        await asyncio.gather(*tasks)
        found = await storage.get("s")
        assert texts(found) == ["base 1", "base 2", *(f"new {number}" for number in range(6))]
        assert found is not None
        assert found.info.total_tokens == 30

    asyncio.run(scenario())


def test_a_message_of_an_id_that_occurs_already_is_kept_beside_the_other(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = get_session_storage()
        session = await storage.create(conversation(2))
        asked = session.create_user_message("the same id")
        asked.id = session.messages[0].id
        await AnswerStorage().write_down(session, asked)
        assert texts(await storage.get("s")) == ["base 0", "base 1", "the same id"]

    asyncio.run(scenario())
