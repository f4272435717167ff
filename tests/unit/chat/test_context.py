from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.chat.context import NO_RESULT, Request, build_request, estimate
from oats_tui.session.message import Message
from tests.unit.chat.hearing import said


def contents(request: Request) -> list[str]:
    """What each message of a request says."""
    return [message["content"] for message in request.messages]


def call(*ids: str, text: str = "") -> Message:
    """An answer that asks for tools."""
    message = Message(session_id="s", role="assistant")
    if text:
        message.add_text(text)
    for each in ids:
        message.add_tool_call(each, "read", {"path": "/etc/hosts"})
    return message


def result(*ids: str, role: str = "assistant") -> Message:
    """A message that holds nothing but the results of tools."""
    message = Message.model_validate({"session_id": "s", "role": role})
    for each in ids:
        message.add_tool_result(each, "read", "hosts", f"output of {each}")
    return message


def test_without_a_budget_everything_is_sent_as_it_stands() -> None:
    history = [said("user", "u1"), said("assistant", "a1"), said("user", "u2")]
    request = build_request(history, None, reads_images=True)
    assert contents(request) == ["u1", "a1", "u2"]
    assert (request.left_out, request.total, request.note()) == (0, 3, "")


def test_the_oldest_turns_are_left_out_whole_and_the_system_stays() -> None:
    history = [said("system", "be kind")]
    for number in range(4):
        history += [said("user", f"u{number} " + "x" * 300), said("assistant", f"a{number} " + "y" * 300)]
    history.append(said("user", "newest"))
    request = build_request(history, 500, reads_images=True)
    assert [content.split()[0] for content in contents(request)] == ["be", "u2", "a2", "u3", "a3", "newest"]
    assert (request.left_out, request.total) == (4, 10)
    assert estimate(request.messages) <= 500


def test_the_newest_turn_stays_whatever_its_size() -> None:
    history = [said("user", "old"), said("assistant", "a"), said("user", "z" * 10_000)]
    for budget in (100, 0, -500):
        request = build_request(history, budget, reads_images=True)
        assert contents(request) == ["z" * 10_000]
        assert request.left_out == 2


def test_a_call_is_left_out_together_with_its_result() -> None:
    history = [said("user", "u1"), call("c1"), result("c1"), said("user", "u2")]
    whole = build_request(history, None, reads_images=True)
    assert [message["role"] for message in whole.messages] == ["user", "assistant", "tool", "user"]
    cut = build_request(history, estimate(whole.messages) - 1, reads_images=True)
    assert contents(cut) == ["u2"]
    assert cut.left_out == 3


def test_a_call_without_a_result_gets_one() -> None:
    request = build_request([said("user", "u"), call("c1", "c2"), result("c2")], None, reads_images=True)
    results = {m["tool_call_id"]: m["content"] for m in request.messages if m["role"] == "tool"}
    assert results == {"c1": NO_RESULT, "c2": "output of c2"}


def test_a_result_without_a_call_goes_as_text() -> None:
    request = build_request([said("user", "u"), result("lost"), said("user", "v")], None, reads_images=True)
    assert [message["role"] for message in request.messages] == ["user", "user", "user"]
    assert "output of lost" in contents(request)[1]


def test_empty_messages_are_not_sent() -> None:
    empty = Message(session_id="s", role="assistant")
    request = build_request([said("user", "u"), empty, said("user", "v")], None, reads_images=True)
    assert contents(request) == ["u", "v"]


def test_images_are_sent_to_those_who_read_them_and_told_to_others() -> None:
    message = said("user", "look")
    message.add_image("image/png", data="aGVsbG8=")
    [sent] = build_request([message], None, reads_images=True).messages
    assert [block["type"] for block in sent["content"]] == ["text", "image_url"]
    [told] = build_request([message], None, reads_images=False).messages
    assert told["content"].splitlines()[0] == "look"
    assert "image" in told["content"].splitlines()[1]
    assert "aGVsbG8=" not in str(told)


@pytest.mark.parametrize(("turns", "words"), [(2, "oldest 1 of 2 message "), (4, "oldest 3 of 4 messages ")])
def test_the_note_says_how_many_were_left_out(turns: int, words: str) -> None:
    request = build_request([said("user", "x" * 900) for _ in range(turns)], 310, reads_images=True)
    assert words in request.note() + " "
    assert "\n" not in request.note()


PARTS = st.sampled_from(["text", "long", "call1", "call2", "result1", "result2", "image", "nothing"])
PLAIN = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.lists(PARTS, max_size=4)), max_size=12)
MESSAGES = st.tuples(st.sampled_from([[], [("system", ["text"])]]), PLAIN).map(lambda pair: pair[0] + pair[1])


def made(role: str, parts: list[str]) -> Message:
    """A message of these parts."""
    message = Message.model_validate({"session_id": "s", "role": role})
    for part in parts:
        if part.startswith("call"):
            message.add_tool_call(part[-1], "read", {})
        elif part.startswith("result"):
            message.add_tool_result(part[-1], "read", "t", "r" * 40)
        elif part == "image":
            message.add_image("image/png", data="aGVsbG8=")
        elif part != "nothing":
            message.add_text("words " * (200 if part == "long" else 1))
    return message


def assert_paired(messages: list[dict[str, Any]]) -> None:
    """Every call has its result right behind it, and no result stands without a call."""
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] in waiting
            waiting.remove(message["tool_call_id"])
        else:
            assert not waiting
            waiting = {each["id"] for each in message.get("tool_calls") or ()}
            assert waiting or message["content"]
    assert not waiting


@settings(max_examples=150)
@given(MESSAGES, st.none() | st.integers(-10, 2000), st.booleans())
def test_calls_and_results_are_always_in_pairs(
    history: list[tuple[str, list[str]]], budget: int | None, images: bool
) -> None:
    messages = [made(role, parts) for role, parts in history]
    request = build_request(messages, budget, reads_images=images)
    assert_paired(request.messages)
    assert request.total == len(messages)
    assert 0 <= request.left_out <= len(messages)
    assert bool(request.note()) == bool(request.left_out)


@settings(max_examples=150)
@given(MESSAGES, st.integers(0, 2000))
def test_a_request_is_never_longer_than_its_budget_while_more_than_the_newest_turn_is_sent(
    history: list[tuple[str, list[str]]], budget: int
) -> None:
    messages = [made(role, parts) for role, parts in history]
    request = build_request(messages, budget, reads_images=True)
    spoken = [message for message in messages if message.role != "system"]
    kept = spoken[request.left_out :]
    turns = sum(message.role == "user" for message in kept[1:]) + bool(kept)
    assert turns <= 1 or estimate(request.messages) <= budget


def test_what_the_answers_of_missing_tools_cost_is_counted() -> None:
    history = [said("user", "x" * 600), said("user", "u2"), call(*map(str, range(50))), said("user", "u3")]
    whole = build_request(history, None, reads_images=True)
    budget = estimate(whole.messages) - 1
    assert estimate(build_request(history, budget, reads_images=True).messages) <= budget


@pytest.mark.parametrize("parts", [["result1"], ["nothing"]])
def test_a_system_message_is_sent_only_where_a_service_can_take_it(parts: list[str]) -> None:
    history = [made("system", parts), said("user", "u")]
    assert_paired(build_request(history, None, reads_images=True).messages)
