"""Messages are told apart by keys, and those of several writers are put into one order (fault 23)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.message import Message
from oats_tui.session.store.codec import encode_message
from oats_tui.session.store.order import created_of, id_of, is_summary, is_users, keys_of_ids, keys_of_raws, weave
from tests.support.sessions import START, message, raw


def woven(ours: str, theirs: str, **moments: float) -> str:
    """The order of two writers' messages, each given by its names; when those that matter were made."""
    names = {*ours.split(), *theirs.split()}
    raws = {name: raw(name, at=moments.get(name, 0.0)) for name in names}
    return " ".join(weave(ours.split(), theirs.split(), raws))


def test_messages_of_one_id_are_numbered() -> None:
    assert keys_of_ids(["a", "b", "a", "", "a", ""]) == ["a", "b", "a\n1", "", "a\n2", "\n1"]
    assert keys_of_raws([raw("a"), raw("b"), raw("a")]) == ["a", "b", "a\n1"]


@given(st.lists(st.sampled_from(["a", "a\n1", "a\n2", "a\n1\n1", "b", ""]), max_size=6))
def test_no_two_messages_have_the_same_key_whatever_their_ids(ids: list[str]) -> None:
    assert len(set(keys_of_ids(ids))) == len(ids)


@given(st.text(st.characters(exclude_categories=()), max_size=10))
def test_an_id_is_found_in_the_json_as_the_message_has_it(name: str) -> None:
    kept = Message.model_validate(json.loads(raw("q") if not name else raw(name))).id
    assert id_of(raw(name or "q")) == kept


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (b'{"id": "x", "role": "user"}', "x"),
        (b'{"role": "user", "id": "x"}', "x"),
        (b'{\n\t"id": "x"\n}', "x"),
        (b'{"id": "h\\u00e9"}', "hé"),
        ('{"id": "hé"}'.encode(), "hé"),
        (b'{"id": "a\\"b"}', 'a"b'),
    ],
)
def test_an_id_is_found_wherever_it_stands(piece: bytes, expected: str) -> None:
    assert id_of(piece) == expected


@pytest.mark.parametrize("piece", [b"{}", b'{"id": 5}', b"[]", b"7", b"null", b"{", b"\xff", b"[" * 5000])
def test_what_has_no_id_is_told_apart_by_its_content(piece: bytes) -> None:
    assert id_of(piece).startswith("opaque-")
    assert id_of(piece) == id_of(bytes(piece))
    assert id_of(piece) != id_of(piece + b" ")


def test_a_user_s_message_is_known_and_no_other() -> None:
    assert is_users(raw("q1"))
    assert not is_users(raw("a1", '\n      "role": "user"'))
    assert not is_users(raw("s1"))
    assert not is_users(b"7")


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (raw("S1"), True),
        (raw("s1", "[Context Capsule — 31 messages compacted]\n\nx"), True),
        (json.dumps(json.loads(raw("S1")), indent=2).encode(), True),
        (raw("q1", "About [Conversation Summary — 2 messages compacted]"), False),
        (raw("q1", '"content": "[Conversation Summary — 2 messages compacted]"'), False),
        (raw("q1", "[Conversation Summary — many messages compacted]"), False),
        (raw("a1", "[Conversation Summary — 2 messages compacted]"), False),
        (b"7", False),
    ],
)
def test_a_summary_by_oats_is_known_by_how_it_begins(piece: bytes, expected: bool) -> None:
    assert is_summary(piece) is expected


def test_a_tool_that_writes_such_a_text_makes_no_summary() -> None:
    made = message("a1")
    made.add_tool_call("c", "write", {"content": "[Conversation Summary — 2 messages compacted]\n"})
    assert not is_summary(encode_message(made))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T00:00:00Z", START),
        ("2026-03-01T00:00:00", START),
        ("2026-03-01T01:00:00.5+01:00", START + timedelta(seconds=0.5)),
        ("never", datetime.min.replace(tzinfo=UTC)),
        ("9999-99-99T00:00:00Z", datetime.min.replace(tzinfo=UTC)),
        ("h\xe9", datetime.min.replace(tzinfo=UTC)),
        ("", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_the_moment_of_a_message_is_found_or_the_beginning_of_time(text: str, expected: datetime) -> None:
    piece = raw("q1").replace(b"2026-03-01T00:00:00Z", text.encode())
    assert created_of(piece) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "moments", "expected"),
    [
        ("", "", {}, ""),
        ("q1 a1", "", {}, "q1 a1"),
        ("", "q1 a1", {}, "q1 a1"),
        ("q1 a1", "q1 a1", {}, "q1 a1"),
        # Each has gone on alone: whole turns by the time of their question.
        ("q1 a1 q2 a2", "q1 a1 q3 a3", {"q2": 2, "q3": 3}, "q1 a1 q2 a2 q3 a3"),
        ("q1 a1 q2 a2", "q1 a1 q3 a3", {"q2": 3, "q3": 2}, "q1 a1 q3 a3 q2 a2"),
        ("q1 q2 a2 q4 a4", "q1 q3 a3 q5 a5", {"q2": 2, "q3": 3, "q4": 4, "q5": 5}, "q1 q2 a2 q3 a3 q4 a4 q5 a5"),
        # An answer of ours belongs to the question that both have.
        ("q1 a1", "q1", {}, "q1 a1"),
        ("q1 a1", "q1 q2 a2", {"q2": 2}, "q1 a1 q2 a2"),
        ("q1", "q1 a1 q2 a2", {}, "q1 a1 q2 a2"),
        ("q1 a1 q3", "q1 a2", {"q3": 3}, "q1 a1 a2 q3"),
        # Theirs was answered; our next question does not come in between.
        ("q1 q2 a2", "q1 a1", {"q2": 2}, "q1 a1 q2 a2"),
        # What stands before everything that both have stays before it.
        ("s0 q1", "q1 a1", {}, "s0 q1 a1"),
        ("q0 a0 q1", "q1", {}, "q0 a0 q1"),
        # Something of ours in the middle.
        ("q1 a1 q2 a2 q3", "q1 a1 q3", {"q2": 2}, "q1 a1 q2 a2 q3"),
        ("q1 q2 q3", "q1 q9 q3", {"q2": 20, "q9": 9}, "q1 q9 q2 q3"),
        # Others put it into another order: that one holds.
        ("q1 a1 q2 a2", "q2 a2 q1 a1", {}, "q2 a2 q1 a1"),
        # What comes after all of that with us does so still, and an answer stays with its question.
        ("q1 q2 q3 q4 a4", "q1 q3 q2", {}, "q1 q3 q2 q4 a4"),
        ("q1 q2 q3 a3", "q1 q3 q2", {}, "q1 q3 a3 q2"),
        # Nothing in common.
        ("q1 a1", "q2 a2", {"q1": 1, "q2": 2}, "q1 a1 q2 a2"),
        ("q1 a1", "q2 a2", {"q1": 3, "q2": 2}, "q2 a2 q1 a1"),
    ],
)
def test_fault_23_the_messages_of_two_writers_stand_in_one_order(
    ours: str, theirs: str, moments: dict[str, float], expected: str
) -> None:
    assert woven(ours, theirs, **moments) == expected


def test_fault_23_equal_moments_are_ordered_alike_from_both_sides() -> None:
    assert woven("q1 q2 a2", "q1 q3 a3") == woven("q1 q3 a3", "q1 q2 a2") == "q1 q2 a2 q3 a3"


def test_fault_23_moments_that_are_none_raise_nothing() -> None:
    odd = {name: raw(name).replace(b"2026-03-01T00:00:00Z", b"0001-01-01T00:00:00+23:59") for name in ("q2", "q3")}
    raws = {"q1": b"7", **odd, "q4": b"[" * 300}
    assert sorted(weave(["q1", "q2", "q4"], ["q1", "q3"], raws)) == ["q1", "q2", "q3", "q4"]
