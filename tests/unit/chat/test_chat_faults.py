from __future__ import annotations

import asyncio
import errno
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oats_tui.chat.chat import SAVE_AGAIN, Chat
from oats_tui.chat.ledger import Ledger
from oats_tui.core.bus import bus
from oats_tui.core.errors import OatsError
from oats_tui.core.settings import ServiceSettings, Settings
from oats_tui.core.storage_errors import StorageError
from oats_tui.provider.names import ModelRef
from oats_tui.provider.registry import Models
from oats_tui.session.meta import MetaStorage
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from tests.support.app import make_chat, run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedModels, ScriptedProvider
from tests.unit.chat.hearing import HERE, hearing, texts


class FullDisk(SessionStorage):
    """A storage whose disk may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False

    async def update(self, session: Session) -> Session:
        """Save, unless the disk is full."""
        if self.full:
            raise StorageError("The session could not be saved.", f"errno {errno.ENOSPC}", "Free some space.")
        return await super().update(session)


def test_while_the_disk_is_full_the_answer_waits_and_is_saved_when_there_is_room(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, clock, disk, gate = ScriptedProvider(), Clock(), FullDisk(), Gate()
        chat = Chat(Ledger(disk, MetaStorage()), ScriptedModels(provider), bus, clock.pace())
        provider.will("precious", gate)
        with hearing(bus) as heard:
            session_id = (await chat.begin(HERE, "u")).id
            await gate.reached.wait()
            disk.full = True
            gate.open()
            for times in (1, 2):
                await until(lambda: len(clock.sleeps) == times)  # noqa: B023 - waited for here
                turn = chat.turn(session_id)
                assert turn is not None
                assert turn.state.phase == "unsaved"
                assert turn.state.note == "The session could not be saved. Free some space."
                disk.full = times == 1
                clock.advance(SAVE_AGAIN)
            await until(lambda: chat.turn(session_id) is None)
            await until(lambda: heard.phases[-1:] == [""])
        assert clock.sleeps == [SAVE_AGAIN, SAVE_AGAIN]
        assert await texts(session_id) == ["u", "precious"]

    run(scenario())


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let the system refuse every byte behind so many, as it does where a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_message_that_cannot_be_written_down_is_not_asked(data_dir: Path) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider, Clock().pace())
        provider.will("a1")
        session_id = (await chat.begin(HERE, "u1")).id
        await until(lambda: chat.turn(session_id) is None)
        journal = data_dir / "oats_tui" / "journal" / f"{session_id}.log"
        before = await texts(session_id)
        with no_file_longer_than(journal.stat().st_size + 30), pytest.raises(OatsError) as raised:
            await chat.send(session_id, "u2")
        assert raised.value.title == "The message could not be saved."
        assert chat.turn(session_id) is None
        assert await texts(session_id) == before == ["u1", "a1"]
        assert len(provider.requests) == 1
        # Half a record is left behind, which spoils nothing that follows it.
        provider.will("a3")
        await chat.send(session_id, "u3")
        await until(lambda: chat.turn(session_id) is None)
        assert await texts(session_id) == ["u1", "a1", "u3", "a3"]

    run(scenario())


def test_a_message_that_is_in_the_journal_alone_is_asked_and_is_there_for_all(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, clock, disk = ScriptedProvider(), Clock(), FullDisk()
        chat = Chat(Ledger(disk, MetaStorage()), ScriptedModels(provider), bus, clock.pace())
        provider.will("a1")
        session_id = (await chat.begin(HERE, "u1")).id
        await until(lambda: chat.turn(session_id) is None)
        disk.full = True
        provider.will("a2")
        await chat.send(session_id, "u2")
        assert "u2" not in disk.path_of(session_id).read_text()
        assert await texts(session_id) == ["u1", "a1", "u2"]
        await until(lambda: clock.sleeps)
        disk.full = False
        clock.advance(SAVE_AGAIN)
        await until(lambda: chat.turn(session_id) is None)
        saved = json.loads(disk.path_of(session_id).read_bytes())
        assert [m["parts"][0]["content"] for m in saved["messages"]] == ["u1", "a1", "u2", "a2"]

    run(scenario())


def test_a_session_deleted_meanwhile_is_made_again(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("answer", gate)
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        chat.ledger.sessions.path_of(session_id).unlink()
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        assert await texts(session_id) == ["question", "answer"]

    run(scenario())


def test_a_message_that_waits_survives_the_deletion_of_its_session(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("a1", gate)
        provider.will("a2")
        session_id = (await chat.begin(HERE, "u1")).id
        await gate.reached.wait()
        await chat.send(session_id, "u2")
        chat.ledger.sessions.path_of(session_id).unlink()
        gate.open()
        await until(lambda: provider.ended == 2 or (provider.ended and chat.turn(session_id) is None))
        await chat.close()
        assert (await texts(session_id))[:3] == ["u1", "a1", "u2"]

    run(scenario())


def test_a_file_damaged_meanwhile_is_copied_before_it_is_replaced(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("answer", gate)
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        chat.ledger.sessions.path_of(session_id).write_bytes(b'{"torn')
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        [copy] = (data_dir / "oats_tui" / "quarantine").iterdir()
        assert copy.name.startswith(session_id)
        assert copy.read_bytes() == b'{"torn'
        assert await texts(session_id) == ["question", "answer"]

    run(scenario())


def test_what_another_wrote_meanwhile_stays(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("answer", gate)
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        await chat.ledger.rename(session_id, "Another title")
        async with chat.ledger.editing(session_id) as session:
            session.create_user_message("from elsewhere")
        gate.open()
        await until(lambda: chat.turn(session_id) is None)
        assert await texts(session_id) == ["question", "answer", "from elsewhere"]
        assert (await chat.ledger.load(session_id)).title == "Another title"

    run(scenario())


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"info": {}, "messages": []}'])
def test_a_session_that_cannot_be_read_is_left_alone(data_dir: Path, text: bytes) -> None:
    async def scenario() -> None:
        chat = make_chat(ScriptedProvider())
        path = chat.ledger.sessions.path_of("broken")
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
        os.utime(path, (0, 0))
        for work in (chat.send("broken", "hello"), chat.retry("broken"), chat.ledger.rename("broken", "x")):
            with pytest.raises(OatsError) as raised:
                await work
            assert raised.value.detail
        assert path.read_bytes() == text

    run(scenario())


def test_nothing_to_ask_again_is_said(data_dir: Path) -> None:
    async def scenario() -> None:
        chat = make_chat(ScriptedProvider())
        session = Session(info=SessionInfo(project_dir="/p", working_dir="/p"))
        await chat.ledger.sessions.create(session)
        with pytest.raises(OatsError):
            await chat.retry(session.id)
        with pytest.raises(OatsError):
            await chat.retry("missing")

    run(scenario())


def test_edits_of_one_session_wait_for_each_other(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = make_chat(ScriptedProvider()).ledger
        session, _ = await ledger.begin(HERE, "0", None)
        await asyncio.gather(*(ledger.ask(session.id, str(number), lambda _: None) for number in range(1, 10)))
        assert await texts(session.id) == [str(number) for number in range(10)]

    run(scenario())


def test_a_session_that_names_a_model_but_no_service_asks_for_that_model(tmp_path: Path) -> None:
    service = ServiceSettings(id="only", base_url="http://127.0.0.1:1/v1")
    settings = Settings(services={"only": service}, default_service="only")
    chat = Chat(Ledger(SessionStorage(), MetaStorage()), Models(settings, tmp_path), bus)
    info = SessionInfo(project_dir="/p", working_dir="/p", model_id="chat-large")
    assert chat.model_of(info) == ModelRef("only", "chat-large")
