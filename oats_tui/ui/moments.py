"""Moments as a person on this machine reads them."""

from __future__ import annotations

from datetime import datetime


def local(moment: datetime) -> datetime:
    """Return a moment in this machine's zone; one at the very ends of time, where there is none, as it is."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):
        return moment


def when(updated: datetime | None, now: datetime) -> str:
    """Return a moment in at most six columns: the time today, the weekday this week, else the date."""
    if updated is None:
        return ""
    then, today = local(updated), local(now)
    days = (today.date() - then.date()).days
    if days == 0:
        return then.strftime("%H:%M")
    if 0 < days < 7:
        return then.strftime("%a")
    return then.strftime("%d %b") if then.year == today.year else f"{then.year:04}"
