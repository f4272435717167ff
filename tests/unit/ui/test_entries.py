from __future__ import annotations

from datetime import UTC, datetime

from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.widgets.transcript.entries import (
    ImageItem,
    OtherItem,
    TextItem,
    ToolItem,
    build_entries,
    growing_entry,
)
from tests.unit.chat.hearing import said


def test_each_message_is_an_entry_with_what_is_known_beside_it() -> None:
    question, answer = said("user", "q"), said("assistant", "a")
    answer.model, answer.usage = "echo", {"total_tokens": 1234}
    answer.created_at = datetime(2026, 5, 6, 7, 8, tzinfo=UTC)
    outcome = Outcome(state="stopped", title="Stopped.")
    meta = SessionMeta(outcomes={answer.id: outcome}, notes={question.id: "a note"})
    first, second = build_entries([question, answer], meta, None)
    assert (first.id, first.role, first.name, first.items) == (question.id, "user", "You", (TextItem("q"),))
    assert (first.note, first.outcome) == ("a note", None)
    assert (second.name, second.outcome, second.growing) == ("echo", outcome, False)
    local = answer.created_at.astimezone().strftime("%H:%M")
    assert second.about == f"{local} · 1,234 tokens"


def test_the_answer_in_progress_stands_behind_its_question() -> None:
    one, two, answer = said("user", "u1"), said("user", "u2"), said("assistant", "a1")
    entries = build_entries([one, two], SessionMeta(), answer, one.id)
    assert [entry.id for entry in entries] == [one.id, answer.id, two.id]
    assert [entry.growing for entry in entries] == [False, True, False]
    assert entries[1] == growing_entry(answer)


def test_an_answer_whose_question_is_gone_stands_at_the_end() -> None:
    one, answer = said("user", "u1"), said("assistant", "a1")
    entries = build_entries([one], SessionMeta(), answer, "gone")
    assert [entry.id for entry in entries] == [one.id, answer.id]
    assert [entry.id for entry in build_entries([], SessionMeta(), answer)] == [answer.id]


def test_an_answer_that_is_in_the_file_is_shown_once() -> None:
    one, answer = said("user", "u1"), said("assistant", "a1")
    entries = build_entries([one, answer], SessionMeta(), answer, one.id)
    assert [(entry.id, entry.growing) for entry in entries] == [(one.id, False), (answer.id, False)]


def test_a_call_is_joined_with_its_result() -> None:
    message = Message(session_id="s", role="assistant")
    message.add_tool_call("c1", "read", {"path": "ü"})
    message.add_tool_call("c2", "list", {})
    message.add_tool_result("c1", "read", "x.py", "text")
    message.add_tool_result("c0", "write", "lost", "", "denied")
    [entry] = build_entries([message], SessionMeta(), None)
    assert entry.items == (
        ToolItem("read", '{"path": "ü"}', "x.py", "text"),
        ToolItem("list", "{}"),
        ToolItem("write", None, "lost", "", "denied"),
    )


def test_every_kind_of_part_is_shown() -> None:
    parts = [
        {"type": "image", "id": "i", "media_type": "image/png", "data": "aGVsbG8h"},
        {"type": "image", "id": "j", "media_type": "image/gif", "url": "http://x/y.gif"},
        {"type": "hologram", "depth": 3},
    ]
    message = Message.model_validate({"session_id": "s", "role": "system", "parts": parts})
    [entry] = build_entries([message], SessionMeta(), None)
    assert entry.name == "System"
    assert entry.items == (
        ImageItem("image/png", 6, None),
        ImageItem("image/gif", None, "http://x/y.gif"),
        OtherItem("hologram"),
    )


def test_an_entry_that_did_not_change_is_equal() -> None:
    message = said("assistant", "a")
    assert build_entries([message], SessionMeta(), None) == build_entries([message], SessionMeta(), None)
    message.add_text("more")
    before = build_entries([said("assistant", "a")], SessionMeta(), None)
    assert build_entries([message], SessionMeta(), None) != before
