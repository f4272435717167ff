from __future__ import annotations

import time
from typing import Any

import pytest

from oats_tui.session.message import Message
from oats_tui.session.meta import SessionMeta
from oats_tui.ui.widgets.transcript.building import Answering, EntryBuilder, growing_entry
from oats_tui.ui.widgets.transcript.items import FoldItem, Item, OtherItem, TextItem


def items(text: str, role: str = "assistant", *, grows: bool = False) -> tuple[Item, ...]:
    """What a message of one text consists of."""
    message = Message.model_validate({"session_id": "s", "role": role})
    message.add_text(text)
    if grows:
        return growing_entry(Answering(message)).items
    [entry] = EntryBuilder().build([message], SessionMeta(), None)
    return entry.items


def thinking(text: str, *, growing: bool = False) -> FoldItem:
    """What was thought."""
    return FoldItem("thinking", "thinking", text, growing)


@pytest.mark.parametrize("grows", [False, True])
@pytest.mark.parametrize(
    ("text", "thought", "rest"),
    [
        ("<think>a</think>b", "a", "b"),
        (" \n<thinking>\na\n</thinking>\n\nb", "a", "b"),
        ("<think>a</think>\n\n    code", "a", "    code"),
        ("<think>a</think>b</think>c", "a", "b</think>c"),
        ("<think>a<think>b</think>c", "a<think>b", "c"),
        ("<think>a</think>b <think>c</think>", "a", "b <think>c</think>"),
        ("<think>\n\n</think>\n\nb", "", "b"),
        ("a\n</think>\n\nb", "a", "b"),
        ("a</thinking>b", "a", "b"),
        ("</think>b", "", "b"),
    ],
)
def test_what_a_text_says_was_thought_is_folded(text: str, thought: str, rest: str, grows: bool) -> None:
    expected = [thinking(thought)] if thought else []
    assert items(text, grows=grows) == (*expected, TextItem(rest))


@pytest.mark.parametrize(
    "text",
    [
        "plain <think>a</think>",
        "It ends with `</think>`, then comes the answer.",
        'It ends with "</think>", then comes the answer.',
        "Like this:\n\n```xml\na\n</think>\n```\n",
        "<thi",
        "<thinker>a</thinker>",
        "",
    ],
)
def test_what_is_only_written_about_stays_a_text(text: str) -> None:
    assert items(text) == items(text, grows=True) == (TextItem(text),)


def test_a_closed_fence_before_the_end_of_the_thinking_is_part_of_it() -> None:
    assert items("a\n```\nx\n```\n</think>b") == (thinking("a\n```\nx\n```"), TextItem("b"))


@pytest.mark.parametrize(("text", "thought"), [("<think>a", "a"), ("<think>a > b>", "a > b>"), ("<think>", "")])
def test_thinking_whose_end_has_not_come_grows(text: str, thought: str) -> None:
    assert items(text, grows=True) == (thinking(thought, growing=True),)
    assert items(text) == ((thinking(thought),) if thought else (TextItem(""),))


def test_nothing_but_thinking_has_no_text_behind_it() -> None:
    assert items("<think>a</think>\n") == items("<think>a</think>", grows=True) == (thinking("a"),)


def test_thinking_does_not_grow_any_more_when_another_part_has_begun() -> None:
    message = Message(session_id="s", role="assistant")
    message.add_text("<think>a")
    message.add_text("<think>b")
    entry = growing_entry(Answering(message))
    assert entry.items == (thinking("a"), thinking("b", growing=True))


def test_only_the_first_part_may_lack_the_opening_mark() -> None:
    message = Message(session_id="s", role="assistant")
    message.add_text("a</think>b")
    message.add_text("c</think>d")
    assert growing_entry(Answering(message)).items == (thinking("a"), TextItem("b"), TextItem("c</think>d"))


def test_a_person_may_write_such_marks() -> None:
    text = "<think>a</think>b"
    assert items(text, "user") == (TextItem(text, plain=True),)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "thinking", "thinking": "a"}, thinking("a")),
        ({"type": "reasoning", "text": "a"}, thinking("a")),
        ({"type": "reasoning", "content": "a", "text": ""}, thinking("a")),
        ({"type": "thinking", "reasoning": "a", "thinking": 7}, thinking("a")),
        ({"type": "reasoning", "content": ["a"]}, thinking("")),
        ({"type": "musing", "text": "a"}, OtherItem("musing")),
    ],
)
def test_parts_of_other_programs_that_are_thinking_are_known_by_their_name(
    part: dict[str, Any], expected: Item
) -> None:
    message = Message.model_validate({"session_id": "s", "role": "assistant", "parts": [part]})
    [entry] = EntryBuilder().build([message], SessionMeta(), None)
    assert entry.items == (expected,)


@pytest.mark.parametrize("text", ["<think>" + "a" * 10**6, "<think" * 10**5 + "</think>", "`</think>`" * 10**5])
def test_long_texts_are_looked_through_in_no_time(text: str) -> None:
    begun = time.process_time()
    items(text, grows=True)
    assert time.process_time() - begun < 0.5
