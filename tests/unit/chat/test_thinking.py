"""What a model thinks is told while it comes, and kept with how long the answer took."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.chat.thoughts import LONGEST
from oats_tui.chat.turn import Turn
from oats_tui.core.bus import EventBus, bus
from oats_tui.provider.base import ProviderError, Text, Thinking, ToolCall
from oats_tui.session.about import About
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage
from tests.support.app import make_chat, run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import HERE, drain, hearing, read, said


class Stand:
    """A turn with a clock that a test moves on."""

    def __init__(self) -> None:
        self.provider, self.bus, self.clock = ScriptedProvider(), EventBus(), Clock()
        message = Message(session_id="s", role="assistant", model="echo", provider="test")
        self.turn = Turn(message, "asked", self.provider, self.bus, self.clock.pace())

    async def script(self, *steps: float | Text | Thinking | ToolCall | Exception) -> None:
        """Run the turn; a number in the script lets so many seconds pass."""
        gates = [(Gate(), each) if isinstance(each, float) else (each, 0.0) for each in steps]
        self.provider.will(*(step for step, _ in gates))
        task = asyncio.create_task(self.turn.run([said("user", "hello")]))
        for step, seconds in gates:
            if isinstance(step, Gate):
                await step.reached.wait()
                await drain()
                self.clock.advance(seconds)
                step.open()
        await asyncio.wait({task})
        await drain()

    def about(self) -> About:
        """What is to be kept."""
        about = self.turn.thoughts.about()
        assert about is not None
        return about


def test_thinking_is_gathered_and_timed() -> None:
    async def scenario() -> None:
        stand = Stand()
        await stand.script(1.5, Thinking("let me"), 2.0, Thinking(" see"), 0.5, Text("yes"), 4.0, Text("!"))
        assert stand.turn.thinking == "let me see"
        assert stand.about() == About(thinking="let me see", waited=1.5, took=6.5, thought=2.5)
        assert stand.turn.message.get_text_content() == "yes!"

    run(scenario())


def test_an_answer_without_thinking_has_no_time_of_it() -> None:
    async def scenario() -> None:
        stand = Stand()
        assert stand.turn.thoughts.about() is None
        await stand.script(0.25, Text("yes"), 1.0)
        assert stand.about() == About(waited=0.25, took=1.0)

    run(scenario())


def test_thinking_between_words_and_calls_is_added_up() -> None:
    async def scenario() -> None:
        stand, call = Stand(), ToolCall("c", "n", {})
        await stand.script(Thinking("a"), 1.0, Text("x"), 5.0, Thinking("b"), 2.0, call, 7.0, Thinking(""), 3.0)
        assert stand.about() == About(thinking="ab", waited=0.0, took=18.0, thought=6.0)

    run(scenario())


def test_it_is_told_at_most_twenty_times_a_second() -> None:
    async def scenario() -> None:
        stand = Stand()
        with hearing(stand.bus) as heard:
            steps: list[float | Thinking] = []
            for number in range(100):
                steps += [Thinking(f"{number} "), 0.01]
            await stand.script(*steps, Text("yes"), 1.0)
        told = heard.of("message.part.updated")
        assert 20 <= len(told) <= 22
        assert {data["text"] for data in told} == {"", "yes"}
        assert told[0] == {"session_id": "s", "message_id": stand.turn.message.id, "text": ""}
        assert told[-1]["text"] == "yes"

    run(scenario())


def test_thinking_behind_a_call_tells_the_text_so_far() -> None:
    async def scenario() -> None:
        stand = Stand()
        with hearing(stand.bus) as heard:
            await stand.script(Text("one"), ToolCall("c", "n", {}), 1.0, Thinking("hm"), 1.0)
        assert heard.texts == ["one", "one"]

    run(scenario())


def test_very_long_thinking_is_cut_with_a_sentence() -> None:
    async def scenario() -> None:
        stand = Stand()
        await stand.script(*[Thinking("x" * 30_000) for _ in range(50)], Text("yes"))
        assert stand.turn.thinking.startswith("x" * LONGEST + "\n\nWhat the model thought after this")
        assert len(stand.turn.thinking) < LONGEST + 100
        assert stand.about().thinking == stand.turn.thinking

    run(scenario())


def test_a_request_that_is_sent_again_begins_anew() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(Thinking("in vain"), ProviderError("Busy.", kind="rate", retry_after=7.0))
        stand.provider.will(Thinking("hm"), "yes")
        task = asyncio.create_task(stand.turn.run([said("user", "hello")]))
        await until(lambda: stand.clock.waiting and stand.clock.sleeps)
        assert stand.turn.thinking == "in vain"
        stand.clock.advance(7.0)
        await task
        assert stand.about() == About(thinking="hm", waited=0.0, took=0.0, thought=0.0)

    run(scenario())


def test_it_is_in_the_meta_file_when_the_answer_is_told(data_dir: Path) -> None:
    async def scenario() -> None:
        provider, clock = ScriptedProvider(), Clock()
        chat = make_chat(provider, clock.pace())
        provider.will(Thinking("hm"), "yes")
        with hearing(bus) as heard:
            session_id = (await chat.begin(HERE, "hello")).id
            await until(lambda: heard.phases[-1:] == [""])
            answer = (await read(session_id)).messages[1]
            assert (await MetaStorage().get(session_id)).about == {
                answer.id: About(thinking="hm", waited=0.0, took=0.0, thought=0.0)
            }
        await chat.close()

    run(scenario())


@pytest.mark.parametrize("has_text", [False, True])
def test_an_answer_that_is_stopped_keeps_it(data_dir: Path, has_text: bool) -> None:
    async def scenario() -> None:
        provider, gate = ScriptedProvider(), Gate()
        chat = make_chat(provider)
        provider.will(Thinking("hm"), *(["half"] if has_text else []), gate)
        session_id = (await chat.begin(HERE, "hello")).id
        await gate.reached.wait()
        chat.stop(session_id)
        await until(lambda: chat.turn(session_id) is None)
        meta, kept = await MetaStorage().get(session_id), (await read(session_id)).messages
        assert len(kept) == 1 + has_text
        assert {key: each.thinking for key, each in meta.about.items()} == {kept[-1].id: "hm"}
        assert list(meta.outcomes) == [kept[-1].id]
        await chat.close()

    run(scenario())


def test_no_answer_waits_for_it(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        provider = ScriptedProvider()
        chat = make_chat(provider)
        (data_dir / "oats_tui").mkdir(parents=True)
        (data_dir / "oats_tui" / "about").write_text("in the way")
        provider.will(Thinking("hm"), "yes")
        session_id = (await chat.begin(HERE, "hello")).id
        await until(lambda: chat.turn(session_id) is None)
        assert [each.get_text_content() for each in (await read(session_id)).messages] == ["hello", "yes"]
        assert "is not kept" in caplog.text
        await chat.close()
        assert chat.unsaved == []

    run(scenario())
