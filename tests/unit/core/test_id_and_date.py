from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

from oats_tui.core.id import generate_id, generate_short_id
from oats_tui.date import as_utc, utc


def test_an_id_is_a_uuid4_of_36_characters() -> None:
    made = generate_id()
    assert len(made) == 36
    assert uuid.UUID(made).version == 4
    assert str(uuid.UUID(made)) == made


def test_ids_differ() -> None:
    assert len({generate_id() for _ in range(1000)}) == 1000


def test_a_short_id_has_8_hexadecimal_characters() -> None:
    made = generate_short_id()
    assert len(made) == 8
    assert int(made, 16) >= 0


def test_utc_is_aware_and_now() -> None:
    before = datetime.now(UTC)
    now = utc()
    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)


def test_a_moment_without_zone_is_taken_to_be_utc_and_another_is_left_alone() -> None:
    assert as_utc(datetime(2025, 1, 2)) == datetime(2025, 1, 2, tzinfo=UTC)  # noqa: DTZ001 - the point of it
    there = datetime(2025, 1, 2, tzinfo=timezone(timedelta(hours=5)))
    assert as_utc(there) is there
