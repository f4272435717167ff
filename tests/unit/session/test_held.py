"""What a session was loaded or saved with is known again, and every kind of change to it is noticed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from oats_tui.session.message import Message, TextPart, ToolCallPart, ToolResultPart, UnknownPart
from oats_tui.session.models import Session
from oats_tui.session.store.draft import capture
from oats_tui.session.store.held import Held, freeze, seen
from tests.support.sessions import START, file_of, loaded, message, session


def full() -> Session:
    """A loaded session whose second message has parts of every kind, counts and unknown fields."""
    answer = message("a1", usage={"total_tokens": 1}, x={"deep": [1, {"k": "v"}]})
    answer.add_tool_call("c", "n", {"path": "/p", "lines": [1, 2], "flag": 1})
    answer.add_tool_result("c", "n", "t", "out", metadata={"m": {"n": [0]}})
    answer.add_image("image/png", data="AA==")
    answer.parts.append(UnknownPart.model_validate({"type": "later", "x": {"y": [1]}}))
    return loaded(file_of(session("q1", answer, "q2")))


def call(made: Message) -> ToolCallPart:
    return made.get_tool_calls()[0]


def result(made: Message) -> ToolResultPart:
    return made.get_tool_results()[0]


def first_text(made: Message) -> TextPart:
    part = made.parts[0]
    assert isinstance(part, TextPart)
    return part


def extra(thing: Any) -> dict[str, Any]:
    """The unknown fields of a message or part."""
    found: dict[str, Any] | None = thing.__pydantic_extra__
    assert found is not None
    return found


CHANGES: dict[str, Callable[[Message], Any]] = {
    "the text of a part": lambda made: setattr(first_text(made), "content", "other"),
    "the text of a part grows": lambda made: setattr(first_text(made), "content", "a1!"),
    "the id of a part": lambda made: setattr(made.parts[0], "id", "other"),
    "a part replaced": lambda made: made.parts.__setitem__(0, TextPart(id="p-a1", content="other")),
    "a part replaced by one of another kind": lambda made: made.parts.__setitem__(
        0, UnknownPart.model_validate({"type": "text2", "id": "p-a1", "content": "a1"})
    ),
    "a part appended": lambda made: made.add_text("more"),
    "a part removed": lambda made: made.parts.pop(),
    "all parts removed": lambda made: made.parts.clear(),
    "parts in another order": lambda made: made.parts.reverse(),
    "a new list of other parts": lambda made: setattr(made, "parts", made.parts[1:]),
    "an argument": lambda made: call(made).arguments.update(path="/q"),
    "an argument more": lambda made: call(made).arguments.update(more=None),
    "inside an argument": lambda made: call(made).arguments["lines"].append(3),
    "all arguments": lambda made: setattr(call(made), "arguments", {}),
    "inside the metadata": lambda made: result(made).metadata["m"]["n"].append(1),
    "the output": lambda made: setattr(result(made), "output", "other"),
    "an error": lambda made: setattr(result(made), "error", "it failed"),
    "the picture": lambda made: setattr(made.get_images()[0], "data", "AQ=="),
    "inside an unknown part": lambda made: extra(made.parts[-1])["x"]["y"].append(2),
    "the type of an unknown part": lambda made: setattr(made.parts[-1], "type", "even_later"),
    "a count": lambda made: (made.usage or {}).update(total_tokens=2),
    "a count more": lambda made: (made.usage or {}).update(input=2),
    "no counts": lambda made: setattr(made, "usage", None),
    "inside an unknown field": lambda made: extra(made)["x"]["deep"][1].update(k="w"),
    "an unknown field more": lambda made: setattr(made, "y", 1),
    "an unknown field less": lambda made: extra(made).clear(),
    "the role": lambda made: setattr(made, "role", "system"),
    "the model": lambda made: setattr(made, "model", "other"),
    "the provider": lambda made: setattr(made, "provider", ""),
    "the moment": lambda made: setattr(made, "created_at", START + timedelta(microseconds=1)),
    "the session": lambda made: setattr(made, "session_id", "t"),
    "the id": lambda made: setattr(made, "id", "other"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_to_a_message_is_noticed_and_saved(change: Callable[[Message], Any]) -> None:
    made = full()
    change(made.messages[1])
    draft = capture(made)
    assert draft.positions == [0, None, 2]
    raws = draft.encoded().messages
    assert raws[0] is made._held.raws[0]
    assert raws[2] is made._held.raws[2]
    assert raws[1] != made._held.raws[1]
    again = loaded(file_of(made))
    assert again.messages[1] == made.messages[1]


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), (0, False), (0.0, -0.0)])
def test_a_value_that_python_takes_for_the_same_is_a_change_too(before: Any, after: Any) -> None:
    made = full()
    call(made.messages[1]).arguments["flag"] = before
    made = loaded(file_of(made))
    call(made.messages[1]).arguments["flag"] = after
    flag = call(loaded(file_of(made)).messages[1]).arguments["flag"]
    assert repr(flag) == repr(after)


ORDERS: dict[str, tuple[Callable[[list[Message]], Any], list[int | None]]] = {
    "as they were": (lambda messages: None, [0, 1, 2]),
    "one appended": (lambda messages: messages.append(message("a2")), [0, 1, 2, None]),
    "one inserted": (lambda messages: messages.insert(1, message("a2")), [0, None, 1, 2]),
    "one in front": (lambda messages: messages.insert(0, message("a2")), [None, 0, 1, 2]),
    "the first deleted": (lambda messages: messages.pop(0), [1, 2]),
    "the middle deleted": (lambda messages: messages.pop(1), [0, 2]),
    "the last deleted": (lambda messages: messages.pop(), [0, 1]),
    "all deleted": (lambda messages: messages.clear(), []),
    "turned round": (lambda messages: messages.reverse(), [2, 1, 0]),
    "two swapped": (lambda messages: messages.append(messages.pop(1)), [0, 2, 1]),
    "one replaced under its id": (
        lambda messages: messages.__setitem__(1, message("a1", "other")),
        [0, None, 2],
    ),
    "one twice": (lambda messages: messages.append(messages[0]), [0, 1, 2, 0]),
}


@pytest.mark.parametrize(("change", "positions"), ORDERS.values(), ids=ORDERS)
def test_messages_are_known_again_wherever_they_stand(
    change: Callable[[list[Message]], Any], positions: list[int | None]
) -> None:
    made = full()
    change(made.messages)
    draft = capture(made)
    assert draft.positions == positions
    assert loaded(file_of(made)).messages == made.messages


@pytest.mark.parametrize(("change", "positions"), ORDERS.values(), ids=ORDERS)
def test_what_is_held_after_a_save_is_the_session_as_it_was_saved(
    change: Callable[[list[Message]], Any], positions: list[int | None]
) -> None:
    made = full()
    change(made.messages)
    draft = capture(made)
    raws = draft.encoded().messages
    made._held = draft.held(raws, None)
    again = capture(made)
    assert again.positions == list(range(len(made.messages))) or len(set(map(id, made.messages))) < len(positions)
    assert all(one is other for one, other in zip(again.encoded().messages, raws, strict=True))
    assert again.changes(raws).added == []
    assert again.changes(raws).dropped == set()


def test_a_long_session_is_compared_in_slices_and_nothing_is_overlooked_at_their_edges() -> None:
    made = loaded(file_of(session(*(f"q{n}" for n in range(2001)))))
    assert capture(made).positions == list(range(2001))
    for place in (0, 999, 1000, 1999, 2000):
        first_text(made.messages[place]).content = "other"
    positions = capture(made).positions
    assert [n for n, position in enumerate(positions) if position is None] == [0, 999, 1000, 1999, 2000]
    del made.messages[500]
    positions = capture(made).positions
    assert [n for n, position in enumerate(positions) if position is None] == [0, 998, 999, 1998, 1999]
    assert positions[500] == 501


def test_an_equal_part_in_place_of_another_is_no_change() -> None:
    made = full()
    made.messages[1].parts = [part.model_copy(deep=True) for part in made.messages[1].parts]
    assert capture(made).positions == [0, 1, 2]


class Hostile:
    """A value that cannot be compared or copied."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    def __deepcopy__(self, memo: object) -> Hostile:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        return "<hostile>"


def test_what_cannot_be_compared_or_copied_counts_as_changed_and_is_saved_as_its_text() -> None:
    made = full()
    call(made.messages[1]).arguments["x"] = Hostile()
    draft = capture(made)
    made._held = draft.held(draft.encoded().messages, None)
    again = capture(made)
    assert again.positions == [0, None, 2]
    assert call(loaded(file_of(made)).messages[1]).arguments["x"] == "<hostile>"
    assert again.changes(again.encoded().messages).added == []


def test_frozen_values_stay_and_seen_ones_change_with_their_messages() -> None:
    made = full()
    frozen, now = freeze(made.messages), seen(made.messages)
    assert frozen == now
    call(made.messages[1]).arguments["path"] = "/q"
    assert frozen != now
    assert now == seen(made.messages)


def test_what_is_held_takes_no_part_in_equality_and_does_not_travel() -> None:
    held = capture(full()).held([], None)
    assert held == Held()
    assert copy.deepcopy(held) is held
    assert pickle.loads(pickle.dumps(held)).raws == []
    with pytest.raises(TypeError):
        hash(held)
