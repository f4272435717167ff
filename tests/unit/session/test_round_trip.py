"""What is saved is what is read, and what oats wrote is written again byte for byte."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.store.codec import decode, encode

modest = settings(deadline=None, derandomize=True, max_examples=60)

# A file as oats 1.0.19 writes it.
OATS = (
    '{\n  "info": {\n    "id": "10a2bb83-dede-49e8-b609-e6b48f86da81",\n    "title": "hé",\n'
    '    "project_dir": "/p",\n    "working_dir": "/p",\n    "time": {\n'
    '      "created": "2026-11-22T13:50:30.476522Z",\n      "updated": "2026-11-22T13:50:30Z",\n'
    '      "archived": null\n    },\n    "model_id": null,\n    "provider_id": "p",\n'
    '    "root_session_id": null,\n    "message_count": 1,\n    "total_tokens": 0,\n'
    '    "parent_session_id": null\n  },\n  "messages": [\n    {\n      "id": "m",\n'
    '      "session_id": "10a2bb83-dede-49e8-b609-e6b48f86da81",\n      "role": "assistant",\n'
    '      "parts": [\n        {\n          "type": "tool_result",\n          "id": "r",\n'
    '          "tool_call_id": "c",\n          "tool_name": "n",\n          "title": "t",\n'
    '          "output": "\x7f\u2028\\u0001/\\"\\\\\\b\\u001b",\n          "error": null,\n'
    '          "metadata": {\n            "f": 0.25,\n            "g": -3,\n            "h": 1.0,\n'
    '            "e": {},\n            "l": [],\n            "i": 1180591620717411303424\n          }\n'
    '        }\n      ],\n      "created_at": "2026-11-22T13:55:30.447977Z",\n      "model": null,\n'
    '      "provider": null,\n      "usage": {\n        "total_tokens": 5\n      }\n    }\n  ]\n}'
).encode()

ARGUMENTS = st.dictionaries(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    ),
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    role = draw(st.sampled_from(["user", "assistant", "system"]))
    made = Message.model_validate({"session_id": "s", "role": role, "created_at": draw(st.datetimes())})
    made.usage = draw(st.none() | st.dictionaries(st.text(), st.integers()))
    for kind in draw(st.lists(st.sampled_from(["text", "image", "call", "result"]), max_size=4)):
        if kind == "text":
            made.add_text(draw(st.text()))
        elif kind == "image":
            made.add_image("image/png", data=draw(st.none() | st.text()), url=draw(st.none() | st.text()))
        elif kind == "call":
            made.add_tool_call("c", draw(st.text()), draw(ARGUMENTS))
        else:
            made.add_tool_result("c", "n", "t", draw(st.text()), draw(st.none() | st.text()), draw(ARGUMENTS))
    return made


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    info = SessionInfo(title=draw(st.text()), project_dir=draw(st.text()), working_dir="/w")
    made = Session(info=info)
    for message in draw(st.lists(messages(), max_size=4)):
        made.add_message(message)
    return made


@modest
@given(sessions())
def test_what_is_read_equals_what_was_saved_and_saving_it_again_gives_the_same_bytes(made: Session) -> None:
    data = encode(made)
    again = decode(data, Session)
    assert again == made
    assert encode(again) == data


@modest
@given(sessions(), ARGUMENTS, st.data())
def test_unknown_fields_at_every_level_and_unknown_parts_survive(
    made: Session, unknown: dict[str, Any], data: st.DataObject
) -> None:
    raw = json.loads(encode(made))
    for place in (raw, raw["info"], raw["info"]["time"], *raw["messages"]):
        place["x_unknown"] = unknown
    for message in raw["messages"]:
        at = data.draw(st.integers(0, len(message["parts"])))
        message["parts"].insert(at, {"type": "later_kind", "x": unknown})
        for part in message["parts"]:
            part["x_unknown"] = unknown
    again = encode(decode(json.dumps(raw).encode(), Session))
    assert json.loads(again) == raw


def test_an_untouched_session_of_oats_is_written_again_byte_for_byte() -> None:
    assert encode(decode(OATS, Session)) == OATS


@modest
@given(st.text(st.characters(codec=None, categories=["Cs", "Ll"]), min_size=1))
def test_lone_surrogates_in_what_is_said_can_be_saved(text: str) -> None:
    made = Session(info=SessionInfo(project_dir="/p", working_dir="/p"))
    made.create_user_message(text)
    said = decode(encode(made), Session).messages[0].get_text_content()
    said.encode()
    assert "\ufffd" in said or said == text or len(said) < len(text)


def test_nested_usage_is_flattened_also_when_something_else_needs_the_thorough_way() -> None:
    made = Session(info=SessionInfo(project_dir="/p", working_dir="/p"))
    message = made.create_user_message("\ud800")
    message.usage = {"total": 1, "in": {"x": 2}}  # type: ignore[dict-item]
    assert json.loads(encode(made))["messages"][0]["usage"] == {"total": 1, "in_x": 2}
