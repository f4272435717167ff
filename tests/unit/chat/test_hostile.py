from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest

from oats_tui.chat.turn import LARGEST_COUNT
from oats_tui.core.errors import OatsError
from oats_tui.core.log import described
from oats_tui.provider.base import Usage
from oats_tui.session.session import get_session_storage
from tests.support.app import make_chat, run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import HERE, read, texts


def test_a_copy_of_a_session_under_another_name_is_never_written_over_the_original(data_dir: Path) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        provider.will("precious answer")
        session_id = (await chat.begin(HERE, "question")).id
        await until(lambda: chat.turn(session_id) is None)
        original = get_session_storage().path_of(session_id)
        before = original.read_bytes()
        original.with_name("copy.json").write_bytes(before)
        with pytest.raises(OatsError, match="This session cannot be read"):
            await chat.send("copy", "into the copy")
        with pytest.raises(OatsError, match="This session cannot be read"):
            await chat.ledger.rename("copy", "new name")
        assert original.read_bytes() == before
        assert original.with_name("copy.json").read_bytes() == before

    run(scenario())


def test_a_source_of_answers_is_believed_no_more_tokens_than_can_be_summed(data_dir: Path) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        provider.will("answer", Usage({"total_tokens": 10**4000, "prompt_tokens": -5}))
        session_id = (await chat.begin(HERE, "question")).id
        await until(lambda: chat.turn(session_id) is None)
        session = await read(session_id)
        assert session.messages[1].usage == {"total_tokens": LARGEST_COUNT, "prompt_tokens": 0}
        assert session.info.total_tokens == LARGEST_COUNT

    run(scenario())


def test_what_cannot_be_saved_when_the_program_ends_is_told(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will("half an answer", gate)
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        path = get_session_storage().path_of(session_id)
        path.unlink()
        path.mkdir()
        await chat.close()
        assert len(chat.unsaved) == 1
        assert chat.unsaved[0].startswith("An answer could not be saved.")

    run(scenario())


def test_an_error_is_described_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def deepest() -> None:
        raise ValueError("Bearer sk-secret said hello")

    try:
        try:
            deepest()
        except ValueError as cause:
            raise RuntimeError("body: sk-secret") from cause
    except RuntimeError as error:
        text = described(error)
    assert "sk-secret" not in text
    assert text.startswith("RuntimeError at test_hostile.py:")
    assert "ValueError at test_hostile.py:" in text


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"info": {"id": "x", "title": "what people say"}, "messages": []}),
        json.dumps({"info": {"id": "x", "project_dir": {"what": "what people say"}}, "messages": []}),
        '{"info": {"id": "x", "title": "what people say',
        json.dumps(["what people say"]),
    ],
    ids=["fields are missing", "a field is none", "cut off", "not a session"],
)
def test_a_damaged_session_is_logged_without_what_it_says(
    data_dir: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    folder = data_dir / "sessions"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(content)
    with caplog.at_level(logging.DEBUG):
        assert asyncio.run(get_session_storage().get("x")) is None
        assert asyncio.run(get_session_storage().list()) == []
        asyncio.run(get_session_storage().list_infos())
    assert "x.json was left out" in caplog.text
    assert "what people say" not in caplog.text


def test_a_message_that_cannot_be_understood_is_neither_sent_nor_logged_nor_changed(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        provider.will("a1")
        session_id = (await chat.begin(HERE, "u1")).id
        await until(lambda: chat.turn(session_id) is None)
        path = get_session_storage().path_of(session_id)
        strange = '    {\n      "id": "odd",\n      "role": "user",\n      "parts": "what people say"\n    }'
        path.write_text(path.read_text().replace("\n  ]\n}", f",\n{strange}\n  ]\n}}"))
        provider.will("a2")
        await chat.send(session_id, "u2")
        await until(lambda: chat.turn(session_id) is None)
        assert "what people say" not in json.dumps(provider.requests)
        assert strange in path.read_text()
        assert await texts(session_id) == ["u1", "a1", "", "u2", "a2"]

    with caplog.at_level(logging.DEBUG):
        run(scenario())
    assert "what people say" not in caplog.text


def test_deleting_a_session_whose_answer_cannot_be_saved_does_not_wait_for_ever(data_dir: Path) -> None:
    async def scenario() -> None:
        clock, provider, gate = Clock(), ScriptedProvider(), Gate()
        chat = make_chat(provider, clock.pace())
        provider.will("half an answer", gate)
        session_id = (await chat.begin(HERE, "question")).id
        await gate.reached.wait()
        path = get_session_storage().path_of(session_id)
        path.unlink()
        path.mkdir()
        gate.open()
        await until(lambda: (turn := chat.turn(session_id)) is not None and turn.state.phase == "unsaved")
        deleting = asyncio.create_task(chat.delete(session_id))

        def is_done_in_time() -> bool:
            """Let another minute pass."""
            clock.advance(60)
            return deleting.done()

        await until(is_done_in_time)
        assert deleting.exception() is None
        assert chat.turn(session_id) is None
        [trashed] = (data_dir / "oats_tui" / "trash").iterdir()
        assert (trashed / "session").is_dir()
        assert "half an answer" in (trashed / "journal").read_text()
        assert not path.exists()

    run(scenario())
