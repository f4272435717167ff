"""Conversations with blocks and tools become plain turns."""

from __future__ import annotations

from typing import Any

import pytest

from oats_tui.provider.embedded.prompt import SYSTEM, plain


def test_the_system_prompt_comes_first_unless_there_is_one() -> None:
    user = {"role": "user", "content": "Hi"}
    assert plain([user], SYSTEM) == [{"role": "system", "content": SYSTEM}, user]
    for role in ("system", "developer"):
        own = {"role": role, "content": "Be brief."}
        assert plain([own, user], SYSTEM) == [{"role": "system", "content": "Be brief."}, user]
    assert plain([user]) == [user]


def test_blocks_become_text_and_images_a_note() -> None:
    blocks: list[Any] = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        "and say.",
        {"type": "strange"},
        7,
    ]
    assert plain([{"role": "user", "content": blocks}]) == [
        {"role": "user", "content": "Look:\n[an image]\nand say."}
    ]


def test_tools_become_lines_that_a_small_model_can_read() -> None:
    call = {"id": "1", "function": {"name": "read", "arguments": '{"path": "a"}'}}
    conversation: list[dict[str, Any]] = [
        {"role": "user", "content": "Read a."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "name": "read", "content": "Hello"},
        {"role": "user", "content": "And?"},
    ]
    assert plain(conversation) == [
        {"role": "user", "content": "Read a."},
        {"role": "assistant", "content": 'Used the tool read with {"path": "a"}'},
        {"role": "user", "content": "Result of read:\nHello\n\nAnd?"},
    ]


def test_arguments_that_are_no_text_are_written_as_json() -> None:
    call = {"function": {"name": "f", "arguments": {"ä": 1}}}
    [message] = plain([{"role": "assistant", "tool_calls": [call, "nonsense"]}])
    assert message["content"].splitlines()[0] == 'Used the tool f with {"ä": 1}'


@pytest.mark.parametrize("content", [None, 5, "", []])
def test_what_says_nothing_is_left_out(content: object) -> None:
    assert plain([{"role": "user", "content": content}]) == []


def test_half_a_letter_becomes_a_question_mark() -> None:
    assert plain([{"role": "user", "content": "a\ud83d"}]) == [{"role": "user", "content": "a?"}]
