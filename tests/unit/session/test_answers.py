from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.core.bus import Event, bus
from oats_tui.core.storage_errors import StorageError
from oats_tui.provider import base
from oats_tui.session.answers import SYNC_SECONDS, AnswerLog, AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.places import Places
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import ScriptedProvider
from tests.support.syscalls import Call, Recorder, recorded
from tests.unit.chat.hearing import HERE


class Witness(ScriptedProvider):
    """A source of answers that looks at the disk at the moment of each request.

    Attributes:
        calls: The calls of the system so far.
        told: At each request, the calls up to then.
        journals: At each request, what the journals held.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.told: list[list[Call]] = []
        self.journals: list[bytes] = []
        self._folder = data_dir / "oats_tui" / "journal"

    async def stream(
        self, messages: list[dict[str, Any]], model: str, options: base.Options
    ) -> AsyncGenerator[base.Event, None]:
        """Look, and answer as the script says."""
        self.told.append(list(self.calls))
        self.journals.append(b"".join(path.read_bytes() for path in self._folder.glob("*.log")))
        async for event in super().stream(messages, model, options):
            yield event


def test_g2_a_message_is_durable_before_it_is_sent(data_dir: Path) -> None:
    async def scenario() -> None:
        witness = Witness(data_dir)
        chat = make_chat(witness)
        session_id, begun = "", [0]
        with recorded(Recorder(data_dir, witness.calls.append, lambda _: None)):
            for number in range(3):
                witness.will("answer")
                if number:
                    begun.append(len(witness.calls))
                    await chat.send(session_id, f"question {number}")
                else:
                    session_id = (await chat.begin(HERE, "question 0")).id
                await until(lambda: chat.turn(session_id) is None)  # noqa: B023 - waited for here
        assert len(witness.told) == 3
        # The first one comes with its file, which is on the disk before it gets its name.
        first = [(call.name, call.path.split("/")[0]) for call in witness.told[0]]
        renamed = first.index(("rename", "sessions"))
        assert ("fsync", "sessions") in first[:renamed]
        assert ("fsync", "sessions") in first[renamed:]
        journal = f"oats_tui/journal/{session_id}.log"
        for number in (1, 2):
            calls = [call for call in witness.told[number][begun[number] :] if call.path == journal]
            opening = next(call.opening for call in calls if call.name == "write")
            names = [call.name for call in calls if call.opening == opening and call.name != "fstat"]
            # The handle has been closed before the request, so what came before that is done.
            assert names[names.index("write") :] == ["write", "fdatasync", "close"]
            assert f"question {number}".encode() in witness.journals[number]
        await chat.close()

    run(scenario())


class Desk:
    """A session with a question, and an answer that is being written down."""

    def __init__(self, data_dir: Path) -> None:
        self.places = Places(data_dir, "s")
        self.now = 1000.0
        self.session = Session(info=SessionInfo(id="s", project_dir="/p", working_dir="/p"))
        self.asked = self.session.create_user_message("u1")
        asyncio.run(SessionStorage().create(self.session))
        self.message = Message(session_id="s", role="assistant")

    def begin(self) -> AnswerLog:
        """Begin the answer."""
        return AnswerLog(self.places, self.message, self.asked.id, clock=lambda: self.now)

    def so_far(self) -> dict[str, Any]:
        """The answer as the journal has it."""
        files.submit(lambda: None, "journal").result()
        [answer] = read_journal(self.places.journal).open_answers()
        return answer.so_far()


@pytest.fixture
def desk(data_dir: Path) -> Desk:
    return Desk(data_dir)


def test_an_answer_is_written_down_as_it_grows_and_each_piece_once(desk: Desk) -> None:
    log = desk.begin()
    part = desk.message.add_text("")
    sizes = []
    for text in ("é" * 1000, "b" * 1000, "", "😀"):
        part.content += text
        log.write()
        assert "".join(each["content"] for each in desk.so_far()["parts"]) == part.content
        sizes.append(desk.places.journal.stat().st_size)
    assert sizes[1] - sizes[0] < 1100
    assert sizes[2] == sizes[1]
    assert desk.so_far()["id"] == desk.message.id


def test_it_is_brought_to_the_disk_once_a_second(desk: Desk) -> None:
    log = desk.begin()
    part = desk.message.add_text("")
    calls: list[Call] = []
    with recorded(Recorder(desk.places.data_dir, calls.append, lambda _: None)):
        for _ in range(40):
            desk.now += SYNC_SECONDS / 10
            part.content += "word "
            log.write()
        files.submit(lambda: None, "journal").result()
    syncs = [call for call in calls if call.name == "fdatasync"]
    assert 3 <= len(syncs) <= 4


def test_what_was_given_up_is_nothing_that_was_cut_off(desk: Desk) -> None:
    log = desk.begin()
    asyncio.run(log.give_up())
    assert read_journal(desk.places.journal).open_answers() == []
    assert asyncio.run(AnswerStorage().recover_all()) == {}


def test_a_journal_that_cannot_be_written_stops_no_answer_and_is_told_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.places.journal.parent.parent.mkdir(exist_ok=True)
    desk.places.journal.parent.write_bytes(b"a file in the way")
    log = desk.begin()
    part = desk.message.add_text("")
    for _ in range(3):
        part.content += "word "
        log.write()
    files.submit(lambda: None, "journal").result()
    assert caplog.text.count("not written down") == 1
    with pytest.raises(StorageError) as raised:
        asyncio.run(AnswerStorage().write_down(desk.session, desk.asked))
    assert raised.value.hint


def test_writing_down_costs_the_same_for_a_large_session_and_keeps_the_order(desk: Desk) -> None:
    for number in range(2000):
        desk.session.create_user_message(f"{number} " + "words " * 100)
    asyncio.run(SessionStorage().update(desk.session))
    before = desk.places.journal.stat().st_size if desk.places.journal.exists() else 0
    storage = AnswerStorage()
    for text in ("x", "y", "z"):
        asyncio.run(storage.write_down(desk.session, desk.session.create_user_message(text)))
    assert desk.places.journal.stat().st_size - before < 3000
    got = asyncio.run(SessionStorage().get("s"))
    assert got is not None
    assert [message.get_text_content() for message in got.messages[-3:]] == ["x", "y", "z"]
    assert "x" not in [
        each["parts"][0]["content"] for each in json.loads(desk.places.file.read_bytes())["messages"]
    ]


def test_what_was_recovered_is_published(desk: Desk) -> None:
    heard: list[tuple[Any, str]] = []

    async def take(event: Event) -> None:
        heard.append((getattr(event.type, "value", event.type), event.data["session_id"]))

    log = desk.begin()
    desk.message.add_text("half")
    log.write()
    desk.so_far()
    unsubscribe = bus.subscribe_all(take)
    try:
        assert asyncio.run(AnswerStorage().recover("s")).interrupted == (desk.message.id,)
        assert not asyncio.run(AnswerStorage().recover("s"))
        assert asyncio.run(AnswerStorage().recover_all()) == {}
    finally:
        unsubscribe()
    assert heard == [("session.updated", "s")]


def test_a_message_in_the_journal_is_seen_by_who_reads_the_session(desk: Desk) -> None:
    begun = time.time()
    message = desk.session.create_user_message("only here")
    asyncio.run(AnswerStorage().write_down(desk.session, message))
    got = asyncio.run(SessionStorage().get("s"))
    assert got is not None
    assert got.messages[1] == message
    assert got.info.message_count == 2
    assert begun - 1 < desk.places.journal.stat().st_mtime
    assert os.stat(desk.places.journal).st_mode & 0o777 == 0o600
