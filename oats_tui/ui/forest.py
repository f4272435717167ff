"""Sessions as trees: which stands below which, and what a tree as a whole says of itself."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from oats_tui.ui.widgets.row import Mark, Row

IMPORTANCE: dict[Mark, int] = {
    "": 0,
    "unread": 1,
    "writing": 2,
    "elsewhere": 3,
    "answering": 4,
    "damaged": 5,
    "failed": 6,
}
"""Which of several marks is said of a tree that is folded: the one with the greatest number."""


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees that sessions make.

    Attributes:
        roots: The sessions that stand below no other, the tree with the newest activity on top.
        moments: When something happened in each of these trees last.
        parents: By the id of a session that stands below another, the id of that one.
        children: By id, what stands right below a session, the newest activity on top.
        inside: By id, how many stand below a session, at any depth; sessions with none are missing.
        marks: By id, what matters most of what is said below a session; where nothing is, it is missing.
    """

    roots: list[Row]
    moments: list[datetime | None]
    parents: dict[str, str] = field(default_factory=dict)
    children: dict[str, list[Row]] = field(default_factory=dict)
    inside: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)


def forest(rows: Sequence[Row], pinned: Container[str] = ()) -> Forest:
    """Return the trees that sessions make; each session is in it once.

    A session stands below the one it was begun from, or else below the one with which the work began. It is a
    root where neither is there, where it would come to stand below itself, where it is pinned, and where it has
    been put away and the other has not.

    Args:
        rows: The sessions, the newest activity first.
        pinned: Which of them are pinned.
    """
    parents = _parents(rows, pinned)
    if not parents:
        return Forest(list(rows), [row.updated for row in rows])
    roots_of = _without_cycles(parents)
    by_id = {row.id: row for row in rows}
    # The first session of a tree that is met is the one with the newest activity in it.
    newest: dict[str, datetime | None] = {}
    children: dict[str, list[Row]] = {}
    for row in rows:
        newest.setdefault(roots_of.get(row.id, row.id), row.updated)
        if row.id in parents:
            children.setdefault(parents[row.id], []).append(row)
    made = Forest([by_id[each] for each in newest], list(newest.values()), parents, children)
    _add_up(made)
    return made


def above(session_id: str, parents: Mapping[str, str]) -> list[str]:
    """Return the sessions above one, from the nearest."""
    found = []
    while session_id in parents:
        session_id = parents[session_id]
        found.append(session_id)
    return found


def _parents(rows: Sequence[Row], pinned: Container[str]) -> dict[str, str]:
    """Return, for each session that says so, the one it stands below."""
    claims = [row for row in rows if row.filing.parent is not None or row.filing.root is not None]
    if not claims:
        return {}
    by_id = {row.id: row for row in rows}
    parents = {}
    for row in claims:
        candidates = (row.filing.parent, row.filing.root)
        found = next((each for each in candidates if each is not None and each != row.id and each in by_id), None)
        if found is None or (row.id in pinned and not row.filing.archived):
            continue
        if not row.filing.archived or by_id[found].filing.archived:
            parents[row.id] = found
    return parents


def _without_cycles(parents: dict[str, str]) -> dict[str, str]:
    """Make roots of all sessions that would stand below themselves; returns the root of each that is none."""
    roots: dict[str, str] = {}
    for begin in list(parents):
        way: dict[str, None] = {}
        at = begin
        while at in parents and at not in roots and at not in way:
            way[at] = None
            at = parents[at]
        if at in way:
            ring = list(way)
            for each in ring[ring.index(at) :]:
                del parents[each], way[each]
        for each in reversed(way):
            roots[each] = roots.get(parents[each], parents[each])
    return roots


def _add_up(made: Forest) -> None:
    """Count what stands below each session, and find what matters most of it."""
    order = [row for root in made.roots for row in made.children.get(root.id, ())]
    for row in order:  # the list grows while it is walked through: children come behind their parents
        order.extend(made.children.get(row.id, ()))
    for row in reversed(order):
        parent = made.parents[row.id]
        made.inside[parent] = made.inside.get(parent, 0) + 1 + made.inside.get(row.id, 0)
        for mark in (row.mark, made.marks.get(row.id, "")):
            if IMPORTANCE[mark] > IMPORTANCE[made.marks.get(parent, "")]:
                made.marks[parent] = mark
