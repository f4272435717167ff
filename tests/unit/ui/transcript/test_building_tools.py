from __future__ import annotations

from typing import Any

import pytest

from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.widgets.transcript.building import Answering, EntryBuilder, growing_entry
from oats_tui.ui.widgets.transcript.items import Entry, ToolItem


def message(*parts: str, id_: str = "m") -> Message:
    """An answer of calls, such as ``c1``, and results, such as ``c1=output``."""
    made = Message(id=id_, session_id="s", role="assistant")
    for part in parts:
        call_id, sign, output = part.partition("=")
        if sign:
            made.add_tool_result(call_id, "bash", "", output)
        else:
            made.add_tool_call(call_id, "bash", {})
    return made


def built(*messages: Message) -> list[Entry]:
    """The entries of a conversation."""
    return EntryBuilder().build(messages, SessionMeta(), None)


def told(entry: Entry) -> list[tuple[str, bool, str | None]]:
    """The tools of an entry: the id, whether the call is there, and the output."""
    return [
        (item.call_id, item.arguments is not None, item.output)
        for item in entry.items
        if isinstance(item, ToolItem)
    ]


def test_a_call_is_joined_with_its_result() -> None:
    made = Message(session_id="s", role="assistant")
    made.add_tool_call("c1", "read", {"path": "ü", "lines": [1]})
    made.add_tool_call("c2", "list", {})
    made.add_tool_result("c1", "read", "x.py", "text")
    made.add_tool_result("c0", "write", "lost", "", "denied")
    [entry] = built(made)
    assert entry.items == (
        ToolItem("c1", "read", '{\n  "path": "ü",\n  "lines": [\n    1\n  ]\n}', "x.py", "text"),
        ToolItem("c2", "list", "{}"),
        ToolItem("c0", "write", None, "lost", "", "denied"),
    )


@pytest.mark.parametrize("grows", [False, True])
def test_calls_of_the_same_id_get_their_results_in_order(grows: bool) -> None:
    made = message("c", "c", "c=1", "c", "c=2", "c=3", "c=4")
    entry = growing_entry(Answering(made)) if grows else built(made)[0]
    assert told(entry) == [("c", True, "1"), ("c", True, "2"), ("c", True, "3"), ("c", False, "4")]


def test_a_result_in_another_message_is_shown_with_its_call_only() -> None:
    entries = built(message("c1", "c2", id_="a"), message("c1=1", id_="b"), message("c2=2", "c9=9", id_="c"))
    assert [(entry.id, told(entry)) for entry in entries] == [
        ("a", [("c1", True, "1"), ("c2", True, "2")]),
        ("c", [("c9", False, "9")]),
    ]


def test_a_call_that_was_never_answered_takes_no_result_of_a_later_one() -> None:
    entries = built(message("c", id_="a"), message("c", "c=1", id_="b"), message("c", "c=2", id_="c"))
    assert [told(entry) for entry in entries] == [[("c", True, None)], [("c", True, "1")], [("c", True, "2")]]


def test_a_result_that_stands_before_every_call_is_shown_where_it_stands() -> None:
    entries = built(message("c=1", id_="a"), message("c", id_="b"))
    assert [told(entry) for entry in entries] == [[("c", False, "1")], [("c", True, None)]]


def test_a_message_that_ended_badly_is_shown_though_nothing_of_it_is_left() -> None:
    messages = [message("c", id_="a"), message("c=1", id_="b")]
    outcome = Outcome(state="stopped", title="Stopped.")
    entries = EntryBuilder().build(messages, SessionMeta(outcomes={"b": outcome}), None)
    assert [(entry.id, entry.outcome) for entry in entries] == [("a", None), ("b", outcome)]
    assert [entry.id for entry in EntryBuilder().build(messages, SessionMeta(), None)] == ["a"]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, ""),
        ({"child_session_id": "child"}, "child"),
        ({"session_id": "other"}, "other"),
        ({"sub_session_id": "sub"}, "sub"),
        ({"session_id": "s"}, ""),
        ({"session_id": "s", "sub_session_id": "sub"}, "sub"),
        ({"session_id": "other", "child_session_id": "child"}, "child"),
        ({"child_session_id": 7}, ""),
        ({"child_session_id": ""}, ""),
        ({"child_session_id": "../x"}, ""),
        ({"child_session_id": "x" * 100}, "x" * 100),
        ({"child_session_id": "x" * 101}, ""),
    ],
)
def test_the_session_that_a_tool_worked_in_is_known(metadata: dict[str, Any], expected: str) -> None:
    for with_call in (True, False):
        made = message("c") if with_call else message()
        made.add_tool_result("c", "agent", "", "done", metadata=metadata)
        [entry] = built(made)
        assert [item.session_id for item in entry.items if isinstance(item, ToolItem)] == [expected]


def _around_itself() -> dict[str, Any]:
    """A dictionary that holds itself."""
    odd: dict[str, Any] = {}
    odd["odd"] = odd
    return odd


def _deep() -> dict[str, Any]:
    """A dictionary nested deeper than Python can follow."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    return deep


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"x": b"bytes"}, '{\n  "x": "b\'bytes\'"\n}'),
        ({("a", "b"): 1}, "{('a', 'b'): 1}"),
        ({"x": float("nan")}, '{\n  "x": NaN\n}'),
        (_around_itself(), "{'odd': {...}}"),
        (_deep(), "(nested too deeply to be shown)"),
    ],
    ids=["bytes", "keys", "nan", "around", "deep"],
)
def test_arguments_that_are_no_json_are_shown_somehow(arguments: dict[str, Any], expected: str) -> None:
    made = message("c")
    made.get_tool_calls()[0].arguments = arguments
    [entry] = built(made)
    assert [item.arguments for item in entry.items if isinstance(item, ToolItem)] == [expected]
