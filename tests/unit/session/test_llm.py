from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from oats_tui.session.llm import message_to_llm
from oats_tui.session.message import Message, UnknownPart
from oats_tui.session.session import Session, SessionInfo


def message(role: Literal["user", "assistant", "system"]) -> Message:
    return Message(session_id="s", role=role)


@pytest.mark.parametrize("role", ["user", "assistant", "system"])
def test_text_alone_is_a_string(role: Literal["user", "assistant", "system"]) -> None:
    made = message(role)
    assert made.to_llm_format() == {"role": role, "content": ""}
    made.add_text("a")
    made.add_text("b")
    assert made.to_llm_format() == {"role": role, "content": "a\nb"}


def test_a_user_message_with_images_is_a_list_of_blocks() -> None:
    made = message("user")
    made.add_image("image/png", data="AAAA")
    made.add_text("look")
    made.add_image("image/jpeg", url="https://x/y.jpg", detail="low")
    made.add_image("image/jpeg")
    assert made.to_llm_format() == {
        "role": "user",
        "content": [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}},
            {"type": "image_url", "image_url": {"url": "https://x/y.jpg", "detail": "low"}},
        ],
    }


def test_images_without_text_have_no_text_block() -> None:
    made = message("user")
    made.add_text("")
    made.add_image("image/png", data="AAAA")
    assert [block["type"] for block in made.to_llm_format()["content"]] == ["image_url"]


def test_the_arguments_of_a_tool_are_a_json_string() -> None:
    made = message("assistant")
    arguments: dict[str, Any] = {"path": "é", "flag": True, "none": None, "bad": float("nan")}
    made.add_tool_call("c1", "read", arguments)
    said = made.to_llm_format()
    assert said["content"] is None
    assert [call["function"]["name"] for call in said["tool_calls"]] == ["read"]
    assert said["tool_calls"][0]["id"] == "c1"
    assert said["tool_calls"][0]["type"] == "function"
    text = said["tool_calls"][0]["function"]["arguments"]
    assert json.loads(text) == {"path": "é", "flag": True, "none": None, "bad": None}


def test_the_answer_of_each_tool_follows_as_a_message_of_its_own() -> None:
    session = Session(info=SessionInfo(project_dir="/p", working_dir="/p"))
    session.create_system_message("be brief")
    session.create_user_message("go")
    made = session.create_assistant_message()
    made.add_text("I look.")
    made.add_tool_call("c1", "read", {})
    made.add_tool_result("c1", "read", "T", "found")
    made.add_tool_call("c2", "read", {})
    made.add_tool_result("c2", "read", "T", "", error="not found")
    said = session.get_messages_for_llm()
    assert [entry["role"] for entry in said] == ["system", "user", "assistant", "tool", "tool"]
    assert said[2]["content"] == "I look."
    assert [call["id"] for call in said[2]["tool_calls"]] == ["c1", "c2"]
    assert said[3:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "found"},
        {"role": "tool", "tool_call_id": "c2", "content": "not found"},
    ]
    assert made.to_llm_format() == said[2]


def test_a_message_of_nothing_but_answers_of_tools_has_no_entry_of_its_own() -> None:
    made = message("assistant")
    made.add_tool_result("c1", "read", "T", "found")
    assert message_to_llm(made) == [{"role": "tool", "tool_call_id": "c1", "content": "found"}]
    assert made.to_llm_format()["role"] == "tool"


def test_parts_of_unknown_kind_are_not_sent() -> None:
    made = message("assistant")
    made.parts.append(UnknownPart(type="thought"))
    made.add_text("a")
    assert message_to_llm(made) == [{"role": "assistant", "content": "a"}]
