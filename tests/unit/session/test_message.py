from __future__ import annotations

import json
from datetime import UTC, timedelta

import pytest
from pydantic import BaseModel, ValidationError

from oats_tui.session.message import (
    ImagePart,
    Message,
    MessagePart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)
from oats_tui.session.models import Session, SessionInfo, SessionTime

FIELDS: list[tuple[type[BaseModel], str]] = [
    (TextPart, "type id content"),
    (ImagePart, "type id media_type data url detail"),
    (ToolCallPart, "type id tool_call_id tool_name arguments"),
    (ToolResultPart, "type id tool_call_id tool_name title output error metadata"),
    (Message, "id session_id role parts created_at model provider usage"),
    (SessionTime, "created updated archived"),
    (
        SessionInfo,
        "id title project_dir working_dir time model_id provider_id root_session_id message_count "
        "total_tokens parent_session_id",
    ),
    (Session, "info messages"),
]


@pytest.mark.parametrize(("model", "fields"), FIELDS)
def test_the_fields_of_a_model_and_their_order_are_those_of_the_files(model: type[BaseModel], fields: str) -> None:
    assert list(model.model_fields) == fields.split()


def message() -> Message:
    return Message(session_id="s", role="user")


def test_a_new_message_has_an_id_and_its_moment_in_utc_and_nothing_else() -> None:
    made = message()
    assert len(made.id) == 36
    assert made.created_at.utcoffset() == timedelta(0)
    assert (made.parts, made.model, made.provider, made.usage) == ([], None, None, None)


def test_adding_appends_a_part_and_returns_it() -> None:
    made = message()
    parts: list[MessagePart] = [
        made.add_text("t"),
        made.add_image("image/png", data="AA=="),
        made.add_tool_call("c", "bash", {"a": 1}),
        made.add_tool_result("c", "bash", "T", "out", "err", {"m": 1}),
        made.add_tool_result("c", "bash", "T", "out"),
    ]
    assert all(one is other for one, other in zip(parts, made.parts, strict=True))
    assert [part.type for part in parts] == ["text", "image", "tool_call", "tool_result", "tool_result"]
    assert len({part.id for part in parts}) == 5
    assert (parts[1].model_dump(exclude={"id"})) == {
        "type": "image",
        "media_type": "image/png",
        "data": "AA==",
        "url": None,
        "detail": "auto",
    }
    last = parts[4]
    assert isinstance(last, ToolResultPart)
    assert (last.error, last.metadata) == (None, {})


def test_parts_are_found_by_kind() -> None:
    made = message()
    assert not made.has_images()
    text, image = made.add_text("one"), made.add_image("image/png", url="u")
    call, result = made.add_tool_call("c", "n", {}), made.add_tool_result("c", "n", "t", "o")
    made.add_text("two")
    assert text.content == "one"
    assert made.get_text_content() == "one\ntwo"
    assert made.get_images() == [image]
    assert made.has_images()
    assert made.get_tool_calls() == [call]
    assert made.get_tool_results() == [result]


def test_parts_are_told_apart_by_their_type() -> None:
    raw = [
        {"type": "text", "id": "1", "content": "t"},
        {"type": "thought", "id": "2", "secret": [1]},
        {"type": "tool_call", "id": "3", "tool_call_id": "c", "tool_name": "n", "arguments": {}},
    ]
    made = Message.model_validate({"session_id": "s", "role": "user", "parts": raw})
    assert [type(part) for part in made.parts] == [TextPart, UnknownPart, ToolCallPart]
    assert json.loads(made.model_dump_json())["parts"] == raw


@pytest.mark.parametrize("part", [{"type": "text"}, {"type": "image", "data": 1}, {"content": "x"}, 7])
def test_a_known_part_with_wrong_fields_is_no_unknown_part(part: object) -> None:
    with pytest.raises(ValidationError):
        Message.model_validate({"session_id": "s", "role": "user", "parts": [part]})


def test_a_role_that_nobody_has_is_refused() -> None:
    with pytest.raises(ValidationError):
        Message.model_validate({"session_id": "s", "role": "wizard"})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ({"total_tokens": 3}, {"total_tokens": 3}),
        ({"a": 1.7, "b": None, "c": "x", "d": float("nan"), "e": float("inf")}, {"a": 1}),
        ({"details": {"cached": 2, "deeper": {"x": 1}}}, {"details_cached": 2, "details_deeper_x": 1}),
    ],
)
def test_usage_is_kept_as_a_flat_dictionary_of_integers(given: object, kept: object) -> None:
    made = Message.model_validate({"session_id": "s", "role": "user", "usage": given})
    assert made.usage == kept
    made.usage = given  # type: ignore[assignment]
    assert json.loads(made.model_dump_json(warnings="none"))["usage"] == kept


def test_a_moment_without_zone_is_taken_to_be_utc() -> None:
    made = Message.model_validate({"session_id": "s", "role": "user", "created_at": "2025-01-02T03:04:05"})
    assert made.created_at.tzinfo is UTC
