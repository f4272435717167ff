from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from oats_tui.session.about import About
from oats_tui.session.message import Message
from oats_tui.session.meta import SessionMeta
from oats_tui.ui.widgets.transcript.building import EntryBuilder
from oats_tui.ui.widgets.transcript.headers import about_line, duration, gap_words
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.pieces import HeadPiece

NOW = datetime(2026, 3, 12, 14, 36, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is two hours ahead of UTC."""
    monkeypatch.setenv("TZ", "XYZ-2")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("usage", "about", "expected"),
    [
        (None, None, "16:36"),
        ({}, About(), "16:36"),
        ({"total_tokens": 1234}, None, "16:36 · 1,234 tokens"),
        ({"total_tokens": 1234, "completion_tokens": 863}, None, "16:36 · 863 tokens"),
        ({"completion_tokens": 0}, About(took=2.0), "16:36 · 2.0 s"),
        ({"completion_tokens": -5}, About(took=2.0), "16:36 · 2.0 s"),
        (None, About(waited=53.0, took=12.0), "16:36 · 1 min 5 s"),
        (None, About(waited=53.0), "16:36"),
        ({"completion_tokens": 710}, About(waited=2.4, took=10.0), "16:36 · 12 s · 710 tokens · 71 tokens/s"),
        ({"completion_tokens": 21}, About(took=10.0), "16:36 · 10 s · 21 tokens · 2.1 tokens/s"),
        ({"total_tokens": 710}, About(took=10.0), "16:36 · 10 s · 710 tokens"),
        ({"completion_tokens": 710}, About(took=0.4), "16:36 · 0.4 s · 710 tokens"),
        ({"completion_tokens": 10**9}, About(took=1.0), "16:36 · 1.0 s · 1,000,000,000 tokens"),
    ],
)
def test_the_head_line_of_an_answer_tells_what_is_known(
    usage: dict[str, int] | None, about: About | None, expected: str
) -> None:
    answer = Message(session_id="s", role="assistant", created_at=NOW, usage=usage)
    assert about_line(answer, about) == expected


def test_the_head_line_of_a_question_tells_the_time_only() -> None:
    question = Message(session_id="s", role="user", created_at=NOW, usage={"total_tokens": 12})
    assert about_line(question, About(took=3.0)) == "16:36"


def test_the_head_line_is_that_of_the_entry() -> None:
    answer = Message(session_id="s", role="assistant", created_at=NOW, usage={"completion_tokens": 710})
    meta = SessionMeta(about={answer.id: About(took=10.0)})
    [entry] = EntryBuilder(lambda: NOW).build([answer], meta, None)
    assert entry.about == "16:36 · 10 s · 710 tokens · 71 tokens/s"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0.0 s"),
        (0.46, "0.5 s"),
        (12.4, "12 s"),
        (59.6, "1 min"),
        (65, "1 min 5 s"),
        (3599.7, "1 h"),
        (3600 + 125, "1 h 2 min"),
    ],
)
def test_a_length_of_time_has_at_most_two_units(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("before", "moment", "expected"),
    [
        (NOW, NOW, ""),
        (NOW - timedelta(minutes=119), NOW, ""),
        (NOW - timedelta(hours=3, minutes=59), NOW, "3 hours later"),
        (NOW + timedelta(hours=3), NOW, ""),
        (NOW + timedelta(days=3), NOW, ""),
        (NOW - timedelta(hours=30), NOW, "30 hours later · Thu 12 Mar"),
        (NOW - timedelta(days=4), NOW - timedelta(days=2), "2 days later · Tue 10 Mar"),
        (NOW - timedelta(days=1000), NOW - timedelta(days=400), "600 days later · Wed 5 Feb 2025"),
        (NOW.replace(hour=21, minute=59), NOW.replace(hour=22, minute=0), "Fri 13 Mar"),
        (None, NOW, ""),
        (None, NOW.replace(hour=22), "Fri 13 Mar"),
        (None, NOW - timedelta(days=2), "Tue 10 Mar"),
        (None, NOW.replace(year=2025), "Wed 12 Mar 2025"),
        (
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            "3,652,058 days later · Fri 31 Dec 9999",
        ),
        (None, datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "Mon 1 Jan 1"),
    ],
)
def test_hours_and_days_between_messages_are_told(
    before: datetime | None, moment: datetime, expected: str
) -> None:
    assert gap_words(before, moment, date(2026, 3, 12)) == expected


def test_gaps_stand_above_the_messages() -> None:
    moments = [NOW - timedelta(days=2), NOW - timedelta(days=2, minutes=-1), NOW - timedelta(hours=3), NOW]
    messages = [Message(session_id="s", role="user", created_at=moment) for moment in moments]
    entries = EntryBuilder(lambda: NOW).build(messages, SessionMeta(), None)
    gaps = ["Tue 10 Mar", "", "44 hours later · Thu 12 Mar", "3 hours later"]
    assert [entry.gap for entry in entries] == gaps


def test_time_is_told_since_the_last_message_that_is_shown() -> None:
    call, result, answer = (
        Message(session_id="s", role="assistant", created_at=NOW + timedelta(hours=hours)) for hours in (-4, 0, 0)
    )
    call.add_tool_call("c", "bash", {})
    result.add_tool_result("c", "bash", "", "")
    entries = EntryBuilder(lambda: NOW).build([call, result, answer], SessionMeta(), None)
    assert [(entry.id, entry.gap) for entry in entries] == [(call.id, ""), (answer.id, "4 hours later")]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (80, "test/model  16:36 · 10 s · 710 tokens · 71 tokens/s"),
        (50, "test/model  16:36 · 10 s · 710 tokens"),
        (37, "test/model  16:36 · 10 s · 710 tokens"),
        (36, "test/model  16:36 · 10 s"),
        (20, "test/model  16:36"),
        (12, "test/model  "),
    ],
)
def test_a_head_line_tells_what_has_room(width: int, expected: str) -> None:
    piece = HeadPiece(name="test/model", about="16:36 · 10 s · 710 tokens · 71 tokens/s")
    (line,) = piece.draw(width, palette_from({}, dark=True))
    assert "".join(segment.text for segment in line.segments) == expected
