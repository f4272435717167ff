"""What is built again, and what is the very same as last time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oats_tui.session.about import About
from oats_tui.session.message import Message, Role
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.widgets.transcript import building, itemizing
from oats_tui.ui.widgets.transcript.building import Answering, EntryBuilder
from oats_tui.ui.widgets.transcript.items import Entry, ToolItem

NOW = datetime(2026, 3, 12, 14, 36, tzinfo=UTC)


def _message(number: int) -> Message:
    """A question, or an answer with a tool call."""
    role: Role = "assistant" if number % 2 else "user"
    at = NOW + timedelta(seconds=number)
    message = Message(id=f"m{number}", session_id="s", role=role, created_at=at)
    message.add_text(f"text {number}")
    if number % 2:
        message.add_tool_call(f"c{number}", "bash", {"command": "ls"})
        message.add_tool_result(f"c{number}", "bash", "List", "a")
    return message


def _differing(before: list[Entry], after: list[Entry]) -> list[int]:
    """Which entries are not the very same."""
    assert len(before) == len(after)
    return [number for number in range(len(before)) if before[number] is not after[number]]


def test_what_did_not_change_is_the_very_same() -> None:
    builder, messages = EntryBuilder(lambda: NOW), [_message(number) for number in range(11)]
    before = builder.build(messages, SessionMeta(), None)
    assert _differing(before, builder.build(list(messages), SessionMeta(), None)) == []
    more = builder.build([*messages, _message(11)], SessionMeta(), None)
    assert _differing(before[:10], more[:10]) == []
    assert (before[10].note, more[10].note) != ("", "")


def _outcome(meta: SessionMeta) -> None:
    """Note a failure."""
    meta.outcomes["m3"] = Outcome(state="failed", title="It failed.", at=NOW)


def _note(meta: SessionMeta) -> None:
    """Note something."""
    meta.notes["m3"] = "a note"


def _about(meta: SessionMeta) -> None:
    """Note what was thought."""
    meta.about["m3"] = About(thinking="hm")


@pytest.mark.parametrize("change", [_outcome, _note, _about])
def test_only_the_message_beside_which_something_changed_is_built_again(
    change: Callable[[SessionMeta], None],
) -> None:
    builder, messages, meta = EntryBuilder(lambda: NOW), [_message(number) for number in range(8)], SessionMeta()
    before = builder.build(messages, meta, None)
    change(meta)
    changed = builder.build(messages, meta, None)
    assert _differing(before, changed) == [3]
    assert builder.build(messages, SessionMeta(), None)[3] == before[3]


def test_a_message_that_begins_to_wait_is_built_again() -> None:
    builder, messages = EntryBuilder(lambda: NOW), [_message(number) for number in range(4)]
    before = builder.build(messages, SessionMeta(), None)
    assert _differing(before, builder.build(messages, SessionMeta(), None, "", ["m2"])) == [2]


def test_another_version_of_a_message_is_built_and_its_neighbours_are_not() -> None:
    builder, messages = EntryBuilder(lambda: NOW), [_message(number) for number in range(8)]
    before = builder.build(messages, SessionMeta(), None)
    messages[4] = _message(4)
    messages[4].add_text("more")
    after = builder.build(messages, SessionMeta(), None)
    assert _differing(before, after) == [4]
    assert len(after[4].items) == 2


def test_a_result_that_comes_later_reaches_its_call() -> None:
    call, result = Message(session_id="s", role="assistant"), Message(session_id="s", role="assistant")
    call.add_tool_call("c", "bash", {})
    result.add_tool_result("c", "bash", "List", "a")
    builder = EntryBuilder(lambda: NOW)
    [before] = builder.build([call], SessionMeta(), None)
    [after] = builder.build([call, result], SessionMeta(), None)
    assert before.items == (ToolItem("c", "bash", "{}"),)
    assert after.items == (ToolItem("c", "bash", "{}", "List", "a"),)
    assert builder.build([call], SessionMeta(), None) == [before]


def test_the_answer_in_progress_is_built_anew_each_time() -> None:
    builder, question, answer = EntryBuilder(lambda: NOW), _message(0), _message(1)
    before = builder.build([question], SessionMeta(), Answering(answer), "m0")
    answer.add_text("more")
    after = builder.build([question], SessionMeta(), Answering(answer), "m0")
    assert _differing(before, after) == [1]
    assert len(after[1].items) == len(before[1].items) + 1


def test_entries_that_get_a_note_or_another_id_are_the_same_too() -> None:
    builder, messages = EntryBuilder(lambda: NOW), [_message(0), _message(0), _message(1), _message(2)]
    before = builder.build(messages, SessionMeta(), None)
    assert [entry.id for entry in before] == ["m0", "m0 #2", "m1", "m2"]
    assert before[3].note
    assert _differing(before, builder.build(messages, SessionMeta(), None)) == []


def test_a_new_day_changes_what_names_the_day() -> None:
    now = NOW + timedelta(hours=1)
    builder, messages = EntryBuilder(lambda: now), [_message(number) for number in range(4)]
    before = builder.build(messages, SessionMeta(), None)
    now = NOW + timedelta(days=2)
    after = builder.build(messages, SessionMeta(), None)
    assert _differing(before, after) == [0]
    assert (before[0].gap, bool(after[0].gap)) == ("", True)


def test_one_change_in_a_long_conversation_looks_at_what_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    look = itemizing.items_of

    def watched(message: Message, *rest: Any, **more: Any) -> Any:
        looked.append(message.id)
        return look(message, *rest, **more)

    monkeypatch.setattr(building, "items_of", watched)
    builder, messages = EntryBuilder(lambda: NOW), [_message(number) for number in range(5000)]
    builder.build(messages, SessionMeta(), None)
    for number in range(5000, 5003):
        messages.append(_message(number))
        looked.clear()
        builder.build(messages, SessionMeta(), None)
        assert len(looked) <= 3
