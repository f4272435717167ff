"""A session's file is cut at its messages and put together again without a byte being lost or taken for whole."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from oats_tui.core.codec import encode, parse
from oats_tui.session.message import OpaqueMessage
from oats_tui.session.models import Session
from oats_tui.session.store.codec import (
    NotASessionError,
    NotJsonError,
    Pieces,
    decode_info,
    decode_message,
    encode_rest,
    extra_of,
    info_of,
    join,
    split,
    split_ends,
)
from oats_tui.session.store.draft import capture
from tests.support.sessions import extras, file_of, loaded, message, raw, session, sessions
from tests.unit.session.test_round_trip import OATS

REFUSALS = (NotJsonError, NotASessionError, ValidationError)
TRICKY = '\n    }\n  ]\n}  ,\n    {\n      "id": "x"\n  "messages": [\n \\ \u2028 \x7f 🙂'
USUAL = file_of(session(message("q1", TRICKY), message("a1", "hé"), "q2"))
VALUE: dict[str, Any] = json.loads(USUAL)
MORE = {"x": {"y": [1, {"z": "}\n"}], "e": {}}, "w": [], "v": TRICKY}

USUAL_FORMS = {
    "ours": USUAL,
    "oats": OATS,
    "json.dumps, escaped": json.dumps(VALUE, indent=2).encode(),
    "json.dumps, plain": json.dumps(VALUE, indent=2, ensure_ascii=False).encode(),
    "no messages": json.dumps({**VALUE, "messages": []}, indent=2).encode(),
    "unknown fields behind": json.dumps({**VALUE, **MORE}, indent=2).encode(),
    "no messages, unknown fields behind": json.dumps({**VALUE, "messages": [], **MORE}, indent=2).encode(),
    "a line end behind": USUAL + b"\n",
    "blanks behind": USUAL + b" \r\n\t\n",
}
OTHER_FORMS = {
    "compact": json.dumps(VALUE, separators=(",", ":")).encode(),
    "one line": json.dumps({**VALUE, **MORE}).encode(),
    "indented by 4": json.dumps(VALUE, indent=4).encode(),
    "indented by tabs": json.dumps(VALUE, indent="\t").encode(),
    "CRLF": json.dumps(VALUE, indent=2).replace("\n", "\r\n").encode(),
    "unknown fields before": json.dumps({**MORE, **VALUE}, indent=2).encode(),
    "unknown fields between": json.dumps({"info": VALUE["info"], **MORE, **VALUE}, indent=2).encode(),
    "messages first": json.dumps({"messages": VALUE["messages"], **VALUE, **MORE}, indent=2).encode(),
    "no list of messages": json.dumps({"info": VALUE["info"]}, indent=2).encode(),
    "blanks before": b"\n  " + USUAL,
    "an empty list over two lines": USUAL[: USUAL.index(b"[")] + b"[\n  ]\n}",
    "messages twice": USUAL[:-2] + b',\n  "messages": []\n}',
}


@pytest.mark.parametrize("data", USUAL_FORMS.values(), ids=USUAL_FORMS)
def test_a_file_of_the_usual_form_is_put_together_byte_for_byte(data: bytes) -> None:
    pieces = split(data)
    assert b"".join(join(pieces)) == data
    assert [parse(each) for each in pieces.messages] == json.loads(data)["messages"]
    assert file_of(loaded(data)) == data


@pytest.mark.parametrize("data", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_a_file_of_another_form_keeps_its_content_and_takes_the_usual_form(data: bytes) -> None:
    pieces = split(data)
    again = b"".join(join(pieces))
    assert json.loads(again) == {"messages": [], **json.loads(data)}
    assert list(json.loads(again))[:2] == ["info", "messages"]
    assert b"".join(join(split(again))) == again


@pytest.mark.parametrize("form", ["ours", "oats", "unknown fields behind", "no messages"])
def test_a_file_cut_at_any_byte_is_refused(form: str) -> None:
    data = USUAL_FORMS[form]
    for end in range(len(data)):
        with pytest.raises(REFUSALS):
            loaded(data[:end])


@pytest.mark.parametrize("form", ["compact", "CRLF", "unknown fields before"])
def test_a_file_of_another_form_cut_at_any_byte_is_refused(form: str) -> None:
    data = OTHER_FORMS[form]
    for end in range(len(data)):
        with pytest.raises(REFUSALS):
            loaded(data[:end])


@pytest.mark.parametrize("form", USUAL_FORMS)
def test_a_tail_of_nul_bytes_is_refused(form: str) -> None:
    for count in (1, 512):
        with pytest.raises(NotJsonError):
            split(USUAL_FORMS[form] + bytes(count))
        with pytest.raises(NotJsonError):
            split(USUAL_FORMS[form][:-count] + bytes(count))


@settings(max_examples=300)
@given(st.integers(0, len(USUAL) - 1), st.integers(0, 255))
def test_a_changed_byte_loses_no_message_unnoticed(place: int, byte: int) -> None:
    data = USUAL[:place] + bytes([byte]) + USUAL[place + 1 :]
    try:
        found = loaded(data)
    except REFUSALS:
        return
    assert len(found.messages) == 3
    assert parse(data) == parse(file_of(found))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotJsonError),
        (b"{", NotJsonError),
        (b"\xff\xfe", NotJsonError),
        (b"[]", NotASessionError),
        (b"null", NotASessionError),
        (b'{"info": 5}', NotASessionError),
        (b'{"messages": []}', NotASessionError),
        (b'{"info": {}, "messages": {}}', NotASessionError),
        (b'{"info": {}, "messages": []}', ValidationError),
        (b"[" * 100_000, NotJsonError),
    ],
)
def test_what_is_no_session_is_refused_with_its_reason(data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        loaded(data)


@settings(max_examples=150)
@given(sessions())
def test_message_by_message_a_session_becomes_the_same_bytes_as_in_one_go(made: Session) -> None:
    data = file_of(made)
    assert data == encode(made)
    assert file_of(loaded(data)) == data
    assert b"".join(join(split(data))) == data


@settings(max_examples=60)
@given(extras)
def test_unknown_fields_of_a_session_are_told_from_its_end(extra: dict[str, Any]) -> None:
    rest = encode_rest(extra)
    assert encode_rest(extra_of(rest)) == rest
    data = b"".join(join(Pieces(split(USUAL).info, [], rest)))
    assert split(data).rest == rest


def test_a_path_of_any_kind_in_a_session_can_be_saved() -> None:
    made = session(message("q1", x=PurePosixPath("/p"), y=PureWindowsPath("c:/p")))
    assert json.loads(file_of(made))["messages"][0]["x"] == "/p"


BAD = {
    "of an unknown role": b'{\n      "id": "bad",\n      "session_id": "s",\n      "role": "tool"\n    }',
    "without a session": b'{\n      "id": "bad",\n      "role": "user"\n    }',
    "with a known part of other fields": raw("bad").replace(b'"content"', b'"contents"'),
    "that is a number": b"7",
    "that is null": b"null",
    "that is a list": b'[\n      "bad"\n    ]',
    "with a number for an id": raw("bad").replace(b'"bad"', b"5"),
    "nested too deeply": raw("bad").replace(b'"model": null', b'"model": null, "x": ' + b"[" * 5000 + b"]" * 5000),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_message_spoils_no_other_and_goes_back_byte_for_byte(bad: bytes) -> None:
    whole = split(USUAL)
    data = b"".join(join(Pieces(whole.info, [whole.messages[0], bad, *whole.messages[1:]], whole.rest)))
    found = loaded(data)
    assert [type(each) is OpaqueMessage for each in found.messages] == [False, True, False, False]
    odd = found.messages[1]
    assert isinstance(odd, OpaqueMessage)
    assert odd.raw == bad
    assert odd.problem
    found.add_message(message("q3"))
    again = file_of(found)
    assert split(again).messages[:4] == split(data).messages
    assert len(loaded(again).messages) == 5


@pytest.mark.parametrize(
    "field",
    [rb'"x": "\ud800"', b'"x": NaN', b'"x": 1180591620717411303424', b'"x": 1e999', b'"x": -0.0', rb'"\udfff": 1'],
)
def test_what_other_parsers_choke_on_is_read_and_kept_as_it_came(field: bytes) -> None:
    data = USUAL.replace(b'"usage": null', b'"usage": null,\n      ' + field, 1)
    found = loaded(data)
    assert not any(isinstance(each, OpaqueMessage) for each in found.messages)
    assert file_of(found) == data
    found.messages[0].usage = {"total_tokens": 1}
    assert json.loads(file_of(found))["messages"][0]["usage"] == {"total_tokens": 1}


@settings(max_examples=100)
@given(st.integers(0, len(USUAL)), st.integers(0, len(USUAL)))
def test_the_ends_of_a_file_hold_the_facts_and_its_last_messages(head: int, tail: int) -> None:
    ends = split_ends(USUAL[:head], USUAL[tail:])
    if ends is not None:
        whole = split(USUAL)
        assert ends.info == whole.info
        assert ends.messages == whole.messages[-len(ends.messages) :]
        assert ends.rest == whole.rest


def test_the_ends_of_another_form_are_not_guessed_at() -> None:
    found = split_ends(USUAL, USUAL[split(USUAL).info.__len__() :])
    assert found is not None
    assert len(found.messages) == 2
    for data in OTHER_FORMS["compact"], OTHER_FORMS["CRLF"], USUAL[:-1], USUAL + b"\0":
        assert split_ends(data, data) is None


def test_the_facts_of_a_file_are_told_without_its_messages() -> None:
    assert info_of(USUAL) == VALUE["info"]
    assert decode_info(split(USUAL).info).id == "s"
    assert capture(loaded(USUAL)).info == split(USUAL).info
    with pytest.raises(NotJsonError):
        decode_message(b"{")


@pytest.mark.parametrize("rest", [b",\n}", b' "x": 1\n}', b'\n  "x": 1\n}'])
def test_what_is_not_json_behind_the_messages_is_refused(rest: bytes) -> None:
    with pytest.raises(NotJsonError):
        split(USUAL[:-2] + rest)


def test_json_of_mixed_lines_is_understood() -> None:
    info = json.dumps(VALUE["info"]).encode()
    one = b'{\n  "info": ' + info + b', "x": {"y": 1\n  },\n  "messages": [\n    {"id": 1\n    }\n  ]\n}'
    two = USUAL.replace(b"\n    },\n    {", b"}, {", 1)
    for data in one, two:
        assert json.loads(data)
        assert json.loads(file_of(loaded(data)))["messages"] == json.loads(data)["messages"]


def test_one_message_nested_too_deeply_costs_no_other_in_any_form() -> None:
    data = json.dumps(json.loads(file_of(session("q1", "a1", "q2")))).encode()
    data = data.replace(b'"usage": null', b'"usage": null, "x": ' + b"[" * 300 + b"]" * 300, 1)
    assert len(loaded(data).messages) == 3


def test_an_escape_elsewhere_does_not_flatten_what_is_nested_deeply() -> None:
    deep = b'"x": ' + b"[" * 300 + b"]" * 300
    data = USUAL.replace(b'"usage": null', b'"usage": null,\n      "y": "\\u0001",\n      ' + deep, 1)
    found = loaded(data)
    found.messages[0].usage = {"total_tokens": 1}
    assert deep in file_of(found)
