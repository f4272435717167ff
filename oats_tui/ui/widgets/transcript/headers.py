"""What the head line of a message says, and the line above it where time has passed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from oats_tui.session.about import About
from oats_tui.session.message import Message
from oats_tui.ui.moments import local

GAP = timedelta(hours=2)
"""How much time between two messages is told."""

SHORTEST = 0.5
"""Seconds below which the speed of an answer says nothing."""

BETWEEN = " · "
"""What stands between two things that a head line tells."""

_MINUTE, _HOUR = 60, 3600
_FASTEST = 100_000


def about_line(message: Message, about: About | None) -> str:
    """Return when a message was sent; of an answer also its time, tokens and speed, as far as they are known."""
    parts = [local(message.created_at).strftime("%H:%M")]
    if message.role == "assistant":
        usage = message.usage or {}
        completion = usage.get("completion_tokens")
        tokens = completion if completion is not None else usage.get("total_tokens")
        if about is not None and about.took is not None:
            parts.append(duration((about.waited or 0) + about.took))
        if tokens and tokens > 0:
            parts.append(f"{tokens:,} tokens")
        if completion and about is not None and about.took is not None and about.took >= SHORTEST:
            speed = completion / about.took
            if 0 < speed < _FASTEST:
                parts.append(f"{speed:.0f} tokens/s" if speed >= 10 else f"{speed:.1f} tokens/s")
    return BETWEEN.join(parts)


def duration(seconds: float) -> str:
    """Return a length of time in at most two units."""
    whole = round(seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole, _HOUR)
    return f"{hours} h {rest // _MINUTE} min" if rest >= _MINUTE else f"{hours} h"


def gap_words(before: datetime | None, moment: datetime, today: date) -> str:
    """Return what stands above a message: how much time has passed since the one before; empty for little.

    Args:
        before: When the message before was sent; None for the first, whose date is told if it is not today.
        moment: When this one was.
        today: The day, here.
    """
    here = local(moment)
    if before is None:
        return "" if here.date() == today else _day(here, today)
    passed = moment - before
    other_day = local(before).date() != here.date()
    if passed < GAP and not (other_day and passed > timedelta(0)):
        return ""
    words = _passed(passed) if passed >= GAP else ""
    return " · ".join(filter(None, (words, _day(here, today) if other_day else "")))


def _passed(passed: timedelta) -> str:
    """Return a length of time in words."""
    if passed.days < 2:
        return f"{passed // timedelta(hours=1)} hours later"
    return f"{passed.days:,} days later"


def _day(moment: datetime, today: date) -> str:
    """Return a date, with its year where that is another one."""
    year = f" {moment.year}" if moment.year != today.year else ""
    return f"{moment.strftime('%a')} {moment.day} {moment.strftime('%b')}{year}"
