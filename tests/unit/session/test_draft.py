"""A draft is the session as it was when it was handed over, whatever is done to the session meanwhile."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.core.codec import encode
from oats_tui.session.message import Message, TextPart
from oats_tui.session.models import Session
from oats_tui.session.store.draft import Draft, capture, capture_in_steps
from tests.support.sessions import file_of, loaded, message, messages, session, sessions
from tests.unit.session.test_held import CHANGES, full


@pytest.mark.parametrize("fresh", [False, True], ids=["loaded", "new"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changing_a_message_later_changes_nothing_of_the_draft(
    change: Callable[[Message], Any], fresh: bool
) -> None:
    made = full()
    if fresh:
        made = made.model_copy(deep=True)
        made.messages[1].parts.insert(1, TextPart(id="new", content="new"))
    before = file_of(made)
    draft = capture(made)
    change(made.messages[1])
    made.messages.pop()
    made.info.title = "other"
    made.info.time.archived = made.info.time.created
    pieces = draft.encoded()
    assert [pieces.info, *pieces.messages] == [capture(loaded(before)).info, *loaded(before)._held.raws]
    made._held = draft.held(pieces.messages, None)
    assert capture(made).positions == [0, None]


@settings(max_examples=60)
@given(sessions())
def test_an_unchanged_session_encodes_nothing_anew(made: Session) -> None:
    data = file_of(made)
    again = loaded(data)
    draft = capture(again)
    assert draft.positions == list(range(len(again.messages)))
    pieces = draft.encoded()
    assert all(one is other for one, other in zip(pieces.messages, again._held.raws, strict=True))
    assert pieces.info is again._held.info
    assert pieces.rest is again._held.rest
    changes = draft.changes(pieces.messages)
    assert (changes.added, changes.dropped) == ([], set())


@settings(max_examples=60)
@given(sessions(), st.lists(messages(), max_size=2), st.data())
def test_a_changed_session_becomes_the_bytes_that_it_would_become_in_one_go(
    made: Session, more: list[Message], data: st.DataObject
) -> None:
    again = loaded(file_of(made))
    for new in more:
        again.messages.insert(data.draw(st.integers(0, len(again.messages))), new)
    for said in again.messages:
        if data.draw(st.booleans()):
            said.add_text("more")
    assert file_of(again) == encode(again)


@pytest.mark.parametrize(
    "copied",
    [
        lambda made: made.model_copy(deep=True),
        copy.deepcopy,
        lambda made: pickle.loads(pickle.dumps(made)),
        lambda made: made.model_copy(),
        copy.copy,
    ],
    ids=["model_copy deep", "deepcopy", "pickle", "model_copy", "copy"],
)
def test_a_copy_of_a_session_is_equal_and_saves_as_the_same(copied: Callable[[Session], Session]) -> None:
    made = full()
    twin = copied(made)
    assert twin == made
    assert file_of(twin) == file_of(made)
    draft = capture(twin)
    assert draft.changes(draft.encoded().messages).dropped == set()
    twin.messages = [each.model_copy(deep=True) for each in twin.messages]
    twin.messages[0].add_text("more")
    assert twin != made
    assert file_of(twin) != file_of(made)
    assert capture(made).positions == [0, 1, 2]


def test_a_loaded_session_equals_one_that_was_built() -> None:
    built = session("q1", "a1")
    assert loaded(file_of(built)) == built
    assert built == session("q1", "a1")
    assert built != session("q1", "a2")


def test_changes_tell_what_is_new_changed_and_gone_and_what_stood_before_it() -> None:
    made = loaded(file_of(session("q1", "a1", "q2", "a2")))
    made.messages[1].add_text("more")
    del made.messages[2]
    made.messages.insert(0, message("s0"))
    made.info.title = "other"
    draft = capture(made)
    raws = draft.encoded().messages
    changes = draft.changes(raws)
    assert [(each.key, each.after) for each in changes.added] == [("s0", None), ("a1", "q1")]
    assert [each.raw for each in changes.added] == [raws[0], raws[2]]
    assert [each.old for each in changes.added] == [None, made._held.raws[1]]
    assert changes.dropped == {"q2"}
    assert json.loads(changes.info_before)["title"] == "New Session"
    assert json.loads(changes.info)["title"] == "other"


def test_a_message_put_in_the_place_of_an_equal_one_is_no_change() -> None:
    made = full()
    made.messages = [each.model_copy(deep=True) for each in made.messages]
    draft = capture(made)
    assert draft.positions == [None] * 3
    changes = draft.changes(draft.encoded().messages)
    assert (changes.added, changes.dropped) == ([], set())


def test_a_deletion_is_told_also_when_another_message_stands_twice() -> None:
    made = loaded(file_of(session("q1", "a1")))
    made.messages[1] = made.messages[0]
    draft = capture(made)
    assert draft.changes(draft.encoded().messages).dropped == {"a1"}


def drained(steps: Generator[None, None, Draft]) -> Draft:
    """What the last of some steps returns; there are few."""
    for _ in range(10):
        try:
            next(steps)
        except StopIteration as done:
            draft: Draft = done.value
            return draft
    raise AssertionError("there is no end")


def test_a_large_session_is_captured_in_steps_and_a_usual_one_in_one() -> None:
    steps = capture_in_steps(full())
    with pytest.raises(StopIteration):
        next(steps)
    large = loaded(file_of(session(*(f"q{n}" for n in range(3000)))))
    expected = capture(large)
    walk = capture_in_steps(large)
    next(walk)
    large.messages.append(message("late"))
    draft = drained(walk)
    assert (draft.positions, draft.keys) == (expected.positions, expected.keys)


@pytest.mark.parametrize("name", ["cls", "_fields_set", "self", "values", "model_config", "__class__", "_held"])
def test_an_unknown_field_of_any_name_can_be_saved_and_is_kept(name: str) -> None:
    value = json.loads(file_of(session("q1")))
    for place in (value, value["info"], value["messages"][0], value["messages"][0]["parts"][0]):
        place[name] = ["kept"]
    made = loaded(json.dumps(value, indent=2).encode())
    made.messages[0].add_text("more")
    again = json.loads(file_of(made))
    assert all(
        place[name] == ["kept"]
        for place in (again, again["info"], again["messages"][0], again["messages"][0]["parts"][0])
    )


def test_a_change_inside_an_unknown_field_of_a_session_is_saved() -> None:
    value = {**json.loads(file_of(session("q1"))), "x": {"y": [1]}}
    made = loaded(json.dumps(value, indent=2).encode())
    assert made.__pydantic_extra__ is not None
    made.__pydantic_extra__["x"]["y"].append(2)
    assert json.loads(file_of(made))["x"] == {"y": [1, 2]}


# No id, one that is not the first to be found, and a message that is too deep to be looked into.
ODD_IDS = {
    "no id": (b'\n      "id": "q1",', b""),
    "two ids": (b'"role": "user"', b'"role": "user",\n      "id": "other"'),
    "too deep": (b'"model": null', b'"model": ' + b"[" * 300 + b"]" * 300),
}


@pytest.mark.parametrize(("old", "new"), ODD_IDS.values(), ids=ODD_IDS)
def test_a_message_of_an_odd_id_does_not_count_as_deleted_when_another_one_is(old: bytes, new: bytes) -> None:
    made = loaded(file_of(session("q1", "a1")).replace(old, new, 1))
    made.messages.pop()
    draft = capture(made)
    assert draft.keys == made._held.keys[:1]
    assert draft.changes(draft.encoded().messages).dropped == {"a1"}


def test_the_keys_of_messages_are_the_same_whichever_way_they_are_found() -> None:
    made = loaded(file_of(session("q1", "q1", "a1", message("q1", "third"))))
    assert capture(made).keys == made._held.keys == ["q1", "q1\n1", "a1", "q1\n2"]
    made.messages += [message("new"), message("q1", "fourth")]
    assert capture(made).keys == [*made._held.keys, "new", "q1\n3"]
    assert capture(loaded(file_of(made))).keys == capture(made).keys
