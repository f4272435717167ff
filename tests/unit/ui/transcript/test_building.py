from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from oats_tui.session.about import About
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.widgets.transcript.building import (
    OPAQUE,
    UNANSWERED,
    WAITING,
    Answering,
    EntryBuilder,
    growing_entry,
)
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, OtherItem, TextItem

NOW = datetime(2026, 3, 12, 14, 36, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock shows UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(id_: str, role: str = "user", *texts: str, minutes: float = 0) -> Message:
    """A message, so many minutes after the present moment."""
    at = NOW + timedelta(minutes=minutes)
    message = Message.model_validate({"id": id_, "session_id": "s", "role": role, "created_at": at})
    for text in texts or (id_,):
        message.add_text(text)
    return message


def unreadable(role: str = "user") -> OpaqueMessage:
    """A message that cannot be understood."""
    return OpaqueMessage.of(b"{}", {"id": "opaque", "role": role}, "is broken")


def builder() -> EntryBuilder:
    """A builder for which time stands still."""
    return EntryBuilder(lambda: NOW)


def built(*messages: Message, meta: SessionMeta | None = None, answering: Answering | None = None) -> list[Entry]:
    """The entries of a conversation in which somebody is about to answer."""
    return builder().build(messages, meta or SessionMeta(), answering, is_busy=True)


def ids(entries: list[Entry]) -> list[tuple[str, bool]]:
    """Which messages are shown, and whether they grow."""
    return [(entry.id, entry.growing) for entry in entries]


def test_each_message_is_an_entry_with_what_is_known_beside_it() -> None:
    answer = said("a", "assistant")
    answer.model = "echo"
    outcome = Outcome(state="stopped", title="Stopped.")
    meta = SessionMeta(outcomes={"a": outcome}, notes={"q": "a note"})
    first, second = built(said("q"), answer, meta=meta)
    assert first == Entry("q", "user", "You", "14:36", (TextItem("q", plain=True),), None, "a note")
    assert second == Entry("a", "assistant", "echo", "14:36", (TextItem("a"),), outcome)


def test_every_kind_of_part_is_shown_in_its_place() -> None:
    parts = [
        {"type": "image", "media_type": "image/png", "data": "aGVsbG8h"},
        {"type": "image", "media_type": "image/gif", "url": "http://x/y.gif"},
        {"type": "hologram", "depth": 3},
        {"type": "text", "content": "be kind"},
    ]
    [entry] = built(Message.model_validate({"session_id": "s", "role": "system", "parts": parts}))
    assert entry.name == "System"
    assert entry.items == (
        ImageItem("image/png", "aGVsbG8h"),
        ImageItem("image/gif", None, "http://x/y.gif"),
        OtherItem("hologram"),
        FoldItem("system", "System prompt", "be kind"),
    )


def test_a_message_without_parts_is_there() -> None:
    [entry] = built(Message(id="m", session_id="s", role="assistant"))
    assert (entry.name, entry.items) == ("Assistant", ())


def test_the_answer_in_progress_stands_behind_its_question() -> None:
    answering = Answering(said("a", "assistant"))
    entries = builder().build([said("q1"), said("q2")], SessionMeta(), answering, "q1")
    assert ids(entries) == [("q1", False), ("a", True), ("q2", False)]
    assert entries[1] == growing_entry(answering)
    assert [entry.note for entry in entries] == ["", "", ""]


def test_an_answer_whose_question_is_gone_stands_at_the_end() -> None:
    answering = Answering(said("a", "assistant"))
    entries = builder().build([said("q")], SessionMeta(), answering, "gone")
    assert ids(entries) == [("q", False), ("a", True)]
    assert ids(builder().build([], SessionMeta(), answering)) == [("a", True)]


def test_an_answer_that_is_in_the_file_is_shown_once() -> None:
    messages = [said("q"), said("a", "assistant")]
    entries = builder().build(messages, SessionMeta(), Answering(said("a", "assistant", "b")), "q")
    assert ids(entries) == [("q", False), ("a", False)]


def test_what_is_thought_stands_before_the_answer_while_it_comes_and_afterwards() -> None:
    answer = Message(id="a", session_id="s", role="assistant")
    assert growing_entry(Answering(answer, "hm")).items == (FoldItem("thinking", "thinking", "hm", growing=True),)
    answer.add_text("yes")
    assert growing_entry(Answering(answer, "hm")).items == (
        FoldItem("thinking", "thinking", "hm"),
        TextItem("yes"),
    )
    for thought, title in ((None, "thinking"), (12.4, "thought for 12 s")):
        meta = SessionMeta(about={"a": About(thinking="hm", thought=thought)})
        [entry] = built(answer, meta=meta)
        assert entry.items == (FoldItem("thinking", title, "hm"), TextItem("yes"))


def test_what_was_thought_for_an_answer_that_never_came_stands_under_the_question() -> None:
    [entry] = built(said("q"), meta=SessionMeta(about={"q": About(thinking="hm")}))
    assert entry.items == (TextItem("q", plain=True), FoldItem("thinking", "thinking", "hm"))


def test_a_question_without_an_answer_says_so_unless_somebody_is_about_to() -> None:
    messages, meta = [said("q")], SessionMeta()
    assert [entry.note for entry in builder().build(messages, meta, None)] == [UNANSWERED]
    assert [entry.note for entry in builder().build(messages, meta, None, is_busy=True)] == [""]
    assert [entry.note for entry in builder().build([*messages, said("a", "assistant")], meta, None)] == ["", ""]
    failed = SessionMeta(outcomes={"q": Outcome(state="failed", title="It failed.")})
    assert [entry.note for entry in builder().build(messages, failed, None)] == [""]


def test_a_message_that_waits_elsewhere_says_so_while_it_does() -> None:
    question, waiting = said("q"), EntryBuilder(lambda: NOW)
    assert [entry.note for entry in waiting.build([question], SessionMeta(), None, "", ["q"])] == [WAITING]
    assert [entry.note for entry in waiting.build([question], SessionMeta(), None)] == [UNANSWERED]


def test_a_message_that_cannot_be_read_tells_no_time() -> None:
    [first, second] = built(unreadable(), said("q"))
    assert first == Entry("opaque", "user", "You", "", (), note=OPAQUE)
    assert second.gap == ""
    assert [entry.note for entry in builder().build([unreadable()], SessionMeta(), None)] == [OPAQUE]


def test_time_is_told_across_a_message_that_cannot_be_read() -> None:
    entries = built(said("q", minutes=-300), unreadable(), said("r"))
    assert [entry.gap for entry in entries] == ["", "", "5 hours later"]


def test_messages_of_the_same_id_are_told_apart() -> None:
    messages = [said("m"), said("m #2"), said("m"), said("m")]
    assert [entry.id for entry in built(*messages)] == ["m", "m #2", "m #3", "m #4"]


@pytest.mark.parametrize(
    ("role", "header", "title"),
    [
        ("user", "[Conversation Summary — 12 messages compacted]\n\n", "Summary of 12 earlier messages"),
        ("system", "[Context Capsule — 1200 messages compacted]\n\n", "Summary of 1,200 earlier messages"),
        ("user", "[Conversation Summary — 1 messages compacted]\n\n", "Summary of one earlier message"),
    ],
)
def test_a_summary_of_oats_is_one(role: str, header: str, title: str) -> None:
    [entry] = built(said("m", role, f"{header}They spoke."))
    assert (entry.name, entry.items) == ("Summary", (FoldItem("summary", title, "They spoke."),))


def test_what_only_looks_like_a_summary_is_a_text() -> None:
    header = "[Conversation Summary — 12 messages compacted]\n\n"
    [answer, question] = built(said("m", "assistant", header), said("n", "user", f"I read {header}"))
    assert (answer.name, answer.items) == ("Assistant", (TextItem(header),))
    assert question.items == (TextItem(f"I read {header}", plain=True),)
