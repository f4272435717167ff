from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.moments import when

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A time zone of its own."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("updated", "expected"),
    [
        (None, ""),
        (NOW, "15:30"),
        (NOW.replace(hour=0, minute=0), "00:00"),
        (NOW + timedelta(days=3), "21 Mar"),
        (NOW - timedelta(hours=16), "Tue"),
        (NOW - timedelta(days=6), "Thu"),
        (NOW - timedelta(days=7), "11 Mar"),
        (datetime(2026, 1, 1, tzinfo=UTC), "01 Jan"),
        (datetime(2025, 12, 31, tzinfo=UTC), "2025"),
        (datetime(2026, 3, 18, 1, 0, tzinfo=timezone(timedelta(hours=5))), "Tue"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC"], indirect=True)
def test_the_nearer_the_more_exactly(zone: None, updated: datetime | None, expected: str) -> None:
    assert when(updated, NOW) == expected


@given(st.integers(-20_000, 2_000_000))
def test_it_never_needs_more_than_six_columns(days: int) -> None:
    assert 0 < len(when(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days), NOW)) <= 6


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"], indirect=True)
@pytest.mark.parametrize("updated", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_date_at_the_ends_of_time_is_shown_like_any_other(zone: None, updated: datetime) -> None:
    assert len(when(updated, NOW)) <= 6
