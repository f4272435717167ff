"""The groups of the session list: pinned on top, then by day or by project, and what was put away at the end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple, TypeAlias

from oats_tui.ui.moments import local
from oats_tui.ui.widgets.row import Row

Order: TypeAlias = Literal["day", "project"]
"""By what the list is grouped."""

DAYS_IN_A_WEEK = 7

# A session's id is a file's name, and no file has such a one.
PREFIX = "\0"
PINNED = f"{PREFIX}pinned"
ARCHIVED = f"{PREFIX}archived"
OPEN = f"{PREFIX}open"


class Group(NamedTuple):
    """Some of the trees of the list.

    Attributes:
        id: What tells the group from the others.
        label: What its heading says.
        roots: The roots of its trees, in their order.
    """

    id: str
    label: str
    roots: Sequence[Row]


def by_day(roots: Sequence[Row], moments: Sequence[datetime | None], now: datetime) -> list[Group]:
    """Return the trees grouped by the day of their newest activity, older ones by month.

    Args:
        roots: The roots, the newest activity first.
        moments: When something happened in each tree last.
        now: The moment from which days are counted.
    """
    groups: list[Group] = []
    begin = 0
    while begin < len(roots):
        moment = moments[begin]
        if moment is None:
            groups.append(Group(f"{PREFIX}no day", "No date", roots[begin:]))
            break
        name, label, first = _day(moment, now)
        end = max(begin + 1, bisect_left(moments, True, begin, key=lambda each: _is_before(each, first)))
        if groups and groups[-1].id == name:
            groups[-1] = Group(name, label, [*groups[-1].roots, *roots[begin:end]])
        else:
            groups.append(Group(name, label, roots[begin:end]))
        begin = end
    return groups


def by_project(roots: Sequence[Row]) -> list[Group]:
    """Return the trees grouped by their project, the one with the newest activity on top.

    Args:
        roots: The roots, the newest activity first.
    """
    found: dict[str, list[Row]] = {}
    for root in roots:
        found.setdefault(root.filing.project, []).append(root)
    labels = dict(zip(found, _short(list(found)), strict=True))
    return [Group(f"{PREFIX}project {project}", labels[project], each) for project, each in found.items()]


def _short(projects: Sequence[str]) -> Iterator[str]:
    """Return the last part of each path; the part above it as well where that alone says too little."""
    parts = [project.replace("\\", "/").rstrip("/").rsplit("/", 2) for project in projects]
    last = [each[-1] for each in parts]
    counts: dict[str, int] = {}
    for name in last:
        counts[name] = counts.get(name, 0) + 1
    for project, each, name in zip(projects, parts, last, strict=True):
        if not name:
            yield project or "No project"
        elif counts[name] > 1 and len(each) > 1 and each[-2]:
            yield f"{name} ({each[-2]})"
        else:
            yield name


def _day(moment: datetime, now: datetime) -> tuple[str, str, datetime]:
    """Return the name, the label and the beginning of the group in which a moment is."""
    then, today = local(moment).date(), local(now).date()
    days = (today - then).days
    if days <= 0:
        return f"{PREFIX}day {today}", "Today", _midnight(today)
    if days < DAYS_IN_A_WEEK:
        label = "Yesterday" if days == 1 else then.strftime("%A")
        return f"{PREFIX}day {then}", label, _midnight(then)
    label = then.strftime("%B") if then.year == today.year else f"{then.strftime('%B')} {then.year}"
    return f"{PREFIX}month {then.year} {then.month}", label, _midnight(then.replace(day=1))


def _midnight(day: date) -> datetime:
    """Return the beginning of a day on this machine; at the very ends of time that of the world."""
    try:
        return datetime.combine(day, time()).astimezone()
    except (OverflowError, ValueError, OSError):
        return datetime.combine(day, time(), UTC)


def _is_before(moment: datetime | None, first: datetime) -> bool:
    """Whether a moment is before another one; one that nobody knows is before all."""
    return moment is None or moment < first
