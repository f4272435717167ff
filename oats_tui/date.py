"""The clock that every record is dated with."""

from __future__ import annotations

from datetime import UTC, datetime


def utc() -> datetime:
    """The time now, aware of its zone, which is UTC."""
    return datetime.now(UTC)


def as_utc(moment: datetime) -> datetime:
    """A moment that names its zone; one that names none is taken to be UTC.

    Args:
        moment: Any datetime. One that already names a zone is returned unchanged.
    """
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
