from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import TITLE_LENGTH, title_from
from oats_tui.core import files
from oats_tui.core.bus import bus
from oats_tui.core.errors import OatsError
from oats_tui.provider.base import ProviderError, Thinking, Usage
from oats_tui.session.session import get_session_storage
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import HERE, hearing, read, texts


class Stand(SimpleNamespace):
    """A chat with everything around it."""

    def __init__(self, *, configured: bool = True) -> None:
        super().__init__()
        self.provider = ScriptedProvider()
        self.chat: Chat = make_chat(self.provider, configured=configured)

    async def idle(self, session_id: str) -> None:
        """Wait until nothing runs in a session."""
        await until(lambda: self.chat.turn(session_id) is None)

    async def begin(self, text: str, *answer: str) -> str:
        """A session with one answered question."""
        self.provider.will(*answer)
        session_id = (await self.chat.begin(HERE, text)).id
        await self.idle(session_id)
        return session_id


def test_the_first_message_makes_the_session(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will(gate, "answer", Usage({"total_tokens": 42}))
        with hearing(bus) as heard:
            session = await stand.chat.begin(HERE, "\n  What is   this?\nIt is long.")
            kept = await read(session.id)
            assert kept.title == "What is this?"
            assert (kept.info.project_dir, kept.info.working_dir) == ("/project", "/project/src")
            assert (kept.info.provider_id, kept.info.model_id) == ("test", "echo")
            assert await texts(session.id) == ["\n  What is   this?\nIt is long."]
            gate.open()
            await stand.idle(session.id)
            await until(lambda: heard.phases[-1:] == [""])
        kept = await read(session.id)
        assert [message.role for message in kept.messages] == ["user", "assistant"]
        assert (kept.messages[1].model, kept.messages[1].provider) == ("echo", "test")
        assert (kept.info.message_count, kept.info.total_tokens) == (2, 42)
        wanted = ["session.created", "message.created", "session.updated", "message.updated"]
        assert [kind for kind in heard.kinds if kind in wanted] == wanted
        assert heard.of("message.updated") == [{"session_id": session.id, "message_id": kept.messages[1].id}]
        assert heard.texts == ["answer"]
        await stand.chat.close()
        assert stand.provider.closed

    run(scenario())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("hello", "hello"),
        ("  \n\n two\tgaps  here \nmore", "two gaps here"),
        ("", "New Session"),
        ("x" * 100, "x" * (TITLE_LENGTH - 1) + "…"),
        ("word " * 30, "word word word word word word word word word word word…"),
    ],
)
def test_the_title_is_the_first_line(text: str, title: str) -> None:
    assert title_from(text) == title
    assert len(title_from(text)) <= TITLE_LENGTH


def test_a_message_sent_meanwhile_waits_and_the_answer_goes_behind_its_question(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("a1", gate)
        stand.provider.will("a2")
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await gate.reached.wait()
        await stand.chat.send(session_id, "u2")
        turn = stand.chat.turn(session_id)
        assert turn is not None
        assert turn.state.queued == 1
        assert await texts(session_id) == ["u1", "u2"]
        gate.open()
        await until(lambda: len(stand.provider.requests) == 2)
        await stand.idle(session_id)
        assert await texts(session_id) == ["u1", "a1", "u2", "a2"]
        assert [m["content"] for m in stand.provider.requests[0]] == ["u1"]
        assert [m["content"] for m in stand.provider.requests[1]] == ["u1", "a1", "u2"]

    run(scenario())


def test_stopping_keeps_the_text_and_says_so(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("half", gate)
        session_id = (await stand.chat.begin(HERE, "u1")).id
        assert not stand.chat.stop("another")
        await gate.reached.wait()
        assert stand.chat.stop(session_id)
        await stand.idle(session_id)
        kept = await read(session_id)
        assert await texts(session_id) == ["u1", "half"]
        outcome = (await stand.chat.ledger.meta.get(session_id)).outcomes[kept.messages[1].id]
        assert outcome.state == "stopped"
        assert not stand.chat.stop(session_id)

    run(scenario())


def test_a_failed_turn_keeps_the_message_and_says_why(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(ProviderError("No key.", "401", "Set one.", kind="auth"))
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await stand.idle(session_id)
        [asked] = (await read(session_id)).messages
        outcome = (await stand.chat.ledger.meta.get(session_id)).outcomes[asked.id]
        assert (outcome.state, outcome.title, outcome.detail) == ("failed", "No key.", "401")
        assert outcome.hint == "Set one."

    run(scenario())


@pytest.mark.parametrize("step", [Thinking("hm"), RuntimeError("a secret")])
def test_an_answer_without_words_has_failed(data_dir: Path, step: Thinking | RuntimeError) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(step)
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await stand.idle(session_id)
        [outcome] = (await stand.chat.ledger.meta.get(session_id)).outcomes.values()
        assert outcome.state == "failed"
        assert "secret" not in outcome.title + outcome.detail + outcome.hint

    run(scenario())


def test_asking_again_takes_the_answer_back_but_does_not_lose_it(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        session_id = await stand.begin("u1", "first")
        stand.provider.will("second")
        await stand.chat.retry(session_id)
        await stand.idle(session_id)
        assert await texts(session_id) == ["u1", "second"]
        assert [m["content"] for m in stand.provider.requests[1]] == ["u1"]
        [replaced] = (await stand.chat.ledger.meta.get(session_id)).replaced
        assert replaced.get_text_content() == "first"
        assert (await read(session_id)).info.message_count == 2

    run(scenario())


def test_asking_again_after_a_failure_clears_it(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(ProviderError("No.", kind="auth"))
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await stand.idle(session_id)
        stand.provider.will("yes")
        await stand.chat.retry(session_id)
        await stand.idle(session_id)
        assert (await stand.chat.ledger.meta.get(session_id)).outcomes == {}
        assert await texts(session_id) == ["u1", "yes"]

    run(scenario())


def test_a_running_answer_is_not_asked_again(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("a1", gate)
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await gate.reached.wait()
        with pytest.raises(OatsError):
            await stand.chat.retry(session_id)
        await stand.chat.close()
        assert await texts(session_id) == ["u1", "a1"]

    run(scenario())


def test_deleting_stops_the_answer_and_leaves_nothing_but_what_is_in_the_trash(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("a1", gate)
        session_id = (await stand.chat.begin(HERE, "u1")).id
        await gate.reached.wait()
        await stand.chat.send(session_id, "u2")
        await stand.chat.delete(session_id)
        ours = data_dir / "oats_tui"
        named = {folder for folder, folders, names in os.walk(data_dir) if session_id in str((folders, names))}
        assert named == {str(ours / "trash"), str(ours / "locks")}
        [trashed] = os.listdir(ours / "trash")
        kept = [(ours / "trash" / trashed / name).read_text() for name in ("session", "journal")]
        assert all(text in "".join(kept) for text in ("u1", "a1", "u2"))
        for name in os.listdir(ours / "locks"):
            with files.locked(ours / "locks" / name, patience=0.0):
                assert name.startswith(session_id)
        assert stand.provider.ended == len(stand.provider.requests) == 1
        with pytest.raises(OatsError):
            await stand.chat.send(session_id, "u3")

    run(scenario())


def test_closing_keeps_what_came_of_every_answer(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gates = Stand(), [Gate(), Gate()]
        ids = []
        for number, gate in enumerate(gates):
            stand.provider.will(f"a{number}", gate)
            ids.append((await stand.chat.begin(HERE, f"u{number}")).id)
            await gate.reached.wait()
        await stand.chat.send(ids[0], "waiting")
        await stand.chat.close()
        assert await texts(ids[0]) == ["u0", "a0", "waiting"]
        assert await texts(ids[1]) == ["u1", "a1"]
        assert stand.provider.closed

    run(scenario())


def test_without_a_model_the_message_is_kept_and_says_what_to_do(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand(configured=False)
        with hearing(bus) as heard:
            session_id = (await stand.chat.begin(HERE, "u1")).id
        assert stand.chat.turn(session_id) is None
        [asked] = (await read(session_id)).messages
        assert heard.of("message.updated") == [{"session_id": session_id, "message_id": asked.id}]
        outcome = (await stand.chat.ledger.meta.get(session_id)).outcomes[asked.id]
        assert outcome.state == "failed"
        assert outcome.hint
        assert (await read(session_id)).info.model_id is None

    run(scenario())


def test_a_session_keeps_its_model_until_another_is_chosen(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        session_id = await stand.begin("u1", "a1")
        session = await read(session_id)
        session.info.model_id = "other"
        await get_session_storage().update(session)
        for _ in range(2):
            stand.provider.will("again")
        await stand.chat.send(session_id, "u2")
        await stand.idle(session_id)
        stand.chat.models.choose("test/echo")
        await stand.chat.send(session_id, "u3")
        await stand.idle(session_id)
        assert stand.provider.models == ["echo", "other", "echo"]

    run(scenario())
