from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from oats_tui.chat.turn import ANSWER_RESERVE, Turn
from oats_tui.core.bus import EventBus
from oats_tui.provider.base import End, Progress, ProviderError, Text, Thinking, ToolCall, Usage
from oats_tui.session.message import Message, TextPart, ToolCallPart
from tests.support.app import run, until
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.chat.hearing import Heard, drain, hearing, said


class Stand:
    """A turn with everything around it."""

    def __init__(self) -> None:
        self.provider, self.bus, self.clock = ScriptedProvider(), EventBus(), Clock()
        message = Message(session_id="s", role="assistant", model="echo", provider="test")
        self.turn = Turn(message, "asked", self.provider, self.bus, self.clock.pace())

    async def run(self, history: Sequence[Message] = ()) -> Heard:
        """Run it to its end and return what was told."""
        with hearing(self.bus) as heard:
            await self.turn.run(history or [said("user", "hello")])
            await drain()
        return heard


def busy() -> ProviderError:
    """A failure that may pass."""
    return ProviderError("The service is busy.", kind="rate")


def test_text_comes_together_in_one_part() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will("Hel", "lo", "", " there")
        await stand.run()
        [part] = stand.turn.message.parts
        assert isinstance(part, TextPart)
        assert part.content == "Hello there"
        assert stand.turn.text() == (part.id, "Hello there")
        assert stand.provider.models == ["echo"]
        assert stand.turn.cut_note() == ""

    run(scenario())


def test_a_call_stands_between_the_texts_around_it() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will("one", " two", ToolCall("c1", "read", {"path": "x"}), "three", End("tool_calls"))
        await stand.run()
        before, call, after = stand.turn.message.parts
        assert isinstance(before, TextPart)
        assert isinstance(call, ToolCallPart)
        assert isinstance(after, TextPart)
        assert (before.content, after.content) == ("one two", "three")
        assert (call.tool_call_id, call.tool_name, call.arguments) == ("c1", "read", {"path": "x"})

    run(scenario())


def test_usage_is_gathered_and_thinking_is_no_text() -> None:
    async def scenario() -> None:
        stand = Stand()
        first, second = Usage({"prompt_tokens": 3}), Usage({"total_tokens": 5})
        stand.provider.will(Progress("reading", 1, 2), Thinking("hm"), "yes", first, second, End("length"))
        heard = await stand.run()
        assert stand.turn.message.usage == {"prompt_tokens": 3, "total_tokens": 5}
        assert stand.turn.message.get_text_content() == "yes"
        assert heard.phases == ["reading", "thinking", "answering"]
        assert "longest" in stand.turn.cut_note()

    run(scenario())


def test_the_whole_text_so_far_is_told_at_most_twenty_times_a_second() -> None:
    async def scenario() -> None:
        stand, gates = Stand(), [Gate() for _ in range(100)]
        steps: list[Text | Gate] = []
        for number, gate in enumerate(gates):
            steps += [Text(f"{number} "), gate]
        stand.provider.will(*steps)
        with hearing(stand.bus) as heard:
            task = asyncio.create_task(stand.turn.run([said("user", "hello")]))
            for gate in gates:
                await gate.reached.wait()
                await drain()
                stand.clock.advance(0.01)
                gate.open()
            await task
            await drain()
        whole = "".join(f"{number} " for number in range(100))
        assert heard.texts[0] == "0 "
        assert all(whole.startswith(text) for text in heard.texts)
        assert sorted(set(heard.texts), key=len) == heard.texts
        assert 19 <= len(heard.texts) <= 21
        [place] = {(d["session_id"], d["message_id"]) for d in heard.of("message.part.updated")}
        assert place == ("s", stand.turn.message.id)

    run(scenario())


def test_a_failure_before_the_first_word_is_tried_again_after_a_while() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(Thinking("hm"), busy())
        stand.provider.will(ProviderError("Wait.", kind="server", retry_after=7.0))
        stand.provider.will("at last")
        with hearing(stand.bus) as heard:
            task = asyncio.create_task(stand.turn.run([said("user", "hello")]))
            for requests in (1, 2):
                await until(lambda: stand.clock.waiting)
                assert len(stand.provider.requests) == requests
                stand.clock.advance(7.0)
            await task
            await drain()
        assert 0.25 <= stand.clock.sleeps[0] < 0.5
        assert stand.clock.sleeps[1] == 7.0
        assert stand.turn.message.get_text_content() == "at last"
        notes = [d["state"].note for d in heard.of("turn.changed") if d["state"].phase == "retrying"]
        assert notes == ["The service is busy.", "Wait."]

    run(scenario())


def test_four_failures_are_enough() -> None:
    async def scenario() -> None:
        stand = Stand()
        for _ in range(4):
            stand.provider.will(busy())
        task = asyncio.create_task(stand.turn.run([said("user", "hello")]))
        for _ in range(3):
            await until(lambda: stand.clock.waiting)
            stand.clock.advance(10.0)
        with pytest.raises(ProviderError):
            await task
        assert len(stand.provider.requests) == 4

    run(scenario())


@pytest.mark.parametrize(
    "error",
    [
        ProviderError("No.", kind="auth"),
        ProviderError("No.", kind="protocol"),
        ProviderError("Much later.", kind="rate", retry_after=3600.0),
    ],
)
def test_what_waiting_does_not_mend_is_not_tried_again(error: ProviderError) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will(error)
        with pytest.raises(ProviderError) as raised:
            await stand.run()
        assert raised.value is error
        assert len(stand.provider.requests) == 1
        assert stand.clock.sleeps == []

    run(scenario())


def test_a_failure_behind_the_first_word_is_the_end_and_the_text_stays() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will("half an", " answ", busy())
        with pytest.raises(ProviderError):
            await stand.run()
        assert stand.turn.message.get_text_content() == "half an answ"
        assert len(stand.provider.requests) == 1

    run(scenario())


def test_too_long_a_request_is_sent_again_shorter_until_it_fits() -> None:
    async def scenario() -> None:
        stand = Stand()
        history = [said("user", f"{number} " + "x" * 300) for number in range(8)]
        for _ in range(2):
            stand.provider.will(ProviderError("Too long.", kind="context"))
        stand.provider.will("fine")
        await stand.run(history)
        lengths = [len(request) for request in stand.provider.requests]
        assert lengths[0] == 8
        assert lengths == sorted(set(lengths), reverse=True)
        assert stand.provider.requests[-1][-1]["content"].startswith("7 ")
        assert f"oldest {8 - lengths[-1]} of 8" in stand.turn.note
        assert stand.clock.sleeps == []

    run(scenario())


def test_a_question_that_is_too_long_by_itself_fails() -> None:
    async def scenario() -> None:
        stand = Stand()
        for _ in range(2):
            stand.provider.will(ProviderError("Too long.", kind="context"))
        with pytest.raises(ProviderError):
            await stand.run([said("user", "old"), said("user", "x" * 900)])
        assert len(stand.provider.requests) == 2

    run(scenario())


def test_the_request_leaves_room_for_the_answer() -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.context_size = ANSWER_RESERVE + 120
        stand.provider.will("fine")
        await stand.run([said("user", "x" * 300), said("assistant", "y"), said("user", "newest")])
        assert [m["content"] for m in stand.provider.requests[0]] == ["newest"]
        assert "oldest 2 of 3" in stand.turn.note

    run(scenario())


def test_stopping_keeps_what_came_and_closes_the_source() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("one ", "two", gate, "three")
        task = asyncio.create_task(stand.turn.run([said("user", "hello")]))
        await gate.reached.wait()
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert stand.turn.message.get_text_content() == "one two"
        assert stand.provider.ended == 1
        assert stand.clock.waiting == 0

    run(scenario())
