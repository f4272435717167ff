"""How the list is laid out: its groups, trees, pins and filter, as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from operator import is_
from typing import TypeAlias

from oats_tui.date import utc
from oats_tui.ui.filtering import Filtering
from oats_tui.ui.forest import Forest, above, forest
from oats_tui.ui.grouping import ARCHIVED, OPEN, PINNED, Group, by_day, by_project
from oats_tui.ui.memory import Memory
from oats_tui.ui.pins import Pins
from oats_tui.ui.widgets.row import Heading, Line, Mark, Row, Shape

FEW = 3
"""Of so many sessions right below another all are shown; more are folded until somebody unfolds them."""


_Shaped: TypeAlias = dict[str, tuple[Row, Row]]
"""By id, a session as it was given and as it is shown in its tree."""


class Shelf:
    """Makes lines of the sessions.

    The same session that looks the same is the same object each time, so that nothing of it is painted again.

    Args:
        memory: What is remembered of the person, the order of the list among it.
        pins: What is pinned.
        filtering: The filter.
        now: Tells the present moment.

    Attributes:
        folds: What somebody has folded or unfolded, by the id of its line, and whether it is open.
        hidden: How many sessions the filter hid when lines were made last.
    """

    def __init__(
        self, memory: Memory, pins: Pins, filtering: Filtering, now: Callable[[], datetime] = utc
    ) -> None:
        self.memory = memory
        self.pins = pins
        self.filtering = filtering
        self.folds: dict[str, bool] = {}
        self.hidden = 0
        self._now = now
        self._headings: dict[str, Heading] = {}
        self._shaped: _Shaped = {}
        self._rows: Sequence[Row] = []
        self._pinned: frozenset[str] = frozenset()
        self._forest = Forest([], [])

    def lines(self, rows: Sequence[Row], open_id: str | None) -> list[Line]:
        """Return the lines of the list, from the top.

        Args:
            rows: All sessions, the newest activity first; a list that changes is another one each time.
            open_id: The open session, which is never left out.
        """
        if self.filtering.words:
            return self._filtered(rows, open_id)
        self.hidden = 0
        made = self._grown(rows)
        path = frozenset([open_id, *above(open_id, made.parents)]) if open_id is not None else frozenset()
        pinned, archived, rest, moments = self._sorted(made)
        groups = self._groups(rest, moments)
        lines: list[Line] = []
        before, self._shaped = self._shaped, {}
        if pinned:
            groups.insert(0, Group(PINNED, "Pinned", pinned))
        is_single = len(groups) == 1 and not archived and not pinned and self.memory.order == "day"
        for group in groups:
            if not is_single:
                lines.append(self._heading(Heading(group.id, group.label)))
            if not made.parents:
                lines.extend(group.roots)
                continue
            for root in group.roots:
                if root.id in made.children:
                    lines.extend(self._tree(root, made, path, before))
                else:
                    lines.append(root)
        if archived:
            lines.extend(self._put_away(archived, made, path, before))
        return lines

    def _grown(self, rows: Sequence[Row]) -> Forest:
        """Return the trees that sessions make; those of before where nothing has changed."""
        pinned = self.pins.pinned
        same = rows is self._rows or (len(rows) == len(self._rows) and all(map(is_, rows, self._rows)))
        if not same or pinned != self._pinned:
            self._rows, self._pinned = rows, pinned
            self._forest = forest(rows, pinned)
        return self._forest

    def _sorted(self, made: Forest) -> tuple[list[Row], list[Row], list[Row], list[datetime | None]]:
        """Return the roots that are pinned, those that were put away, and the others with their moments."""
        pinned: list[Row] = []
        archived: list[Row] = []
        rest: list[Row] = []
        moments: list[datetime | None] = []
        for root, moment in zip(made.roots, made.moments, strict=True):
            if root.filing.archived:
                archived.append(root)
            elif root.id in self._pinned:
                pinned.append(root)
            else:
                rest.append(root)
                moments.append(moment)
        return sorted(pinned, key=lambda root: self.pins.place(root.id)), archived, rest, moments

    def _groups(self, roots: Sequence[Row], moments: Sequence[datetime | None]) -> list[Group]:
        """Return the trees that are neither pinned nor put away, grouped."""
        return by_project(roots) if self.memory.order == "project" else by_day(roots, moments, self._now())

    def _put_away(
        self, roots: Sequence[Row], made: Forest, path: frozenset[str], before: _Shaped
    ) -> Iterator[Line]:
        """Return the group of what was put away; folded, but for the open session."""
        count = len(roots) + sum(made.inside.get(root.id, 0) for root in roots)
        is_open = self.folds.get(ARCHIVED, False)
        yield self._heading(Heading(ARCHIVED, f"Archived ({count:,})", is_open, is_last=True))
        for root in roots:
            if is_open or root.id in path:
                yield from self._tree(root, made, path, before)

    def _tree(self, root: Row, made: Forest, path: frozenset[str], before: _Shaped) -> Iterator[Row]:
        """Return the sessions of a tree that are shown: of a folded one those on the way to the open session."""
        ahead = [(root, 0)]
        while ahead:
            row, depth = ahead.pop()
            below = made.children.get(row.id, ())
            is_open = self.folds.get(row.id, len(below) <= FEW)
            if not below and not depth:
                yield row
            else:
                mark = row.mark or ("" if is_open else made.marks.get(row.id, ""))
                yield self._shape(row, mark, Shape(depth, made.inside.get(row.id, 0), is_open), before)
            ahead.extend((each, depth + 1) for each in reversed(below) if is_open or each.id in path)

    def _shape(self, row: Row, mark: Mark, shape: Shape, before: _Shaped) -> Row:
        """Return a session in its place in a tree, the same object where it looks the same."""
        known = before.get(row.id)
        if known is None or known[0] is not row or known[1].shape != shape or known[1].mark != mark:
            shown = Row(row.id, row.title, row.updated, mark, row.filing, shape)
            known = (row, shown if known is None or known[1] != shown else known[1])
        self._shaped[row.id] = known
        return known[1]

    def _filtered(self, rows: Sequence[Row], open_id: str | None) -> list[Line]:
        """Return what the filter leaves, what was put away behind the others; and the open session in any case."""
        left = self.filtering.matching(rows)
        archived = [row for row in left if row.filing.archived]
        lines: list[Line] = [row for row in left if not row.filing.archived]
        self.hidden = len(rows) - len(left)
        if archived:
            lines += [self._heading(Heading(f"{ARCHIVED} too", "Archived")), *archived]
        if open_id is not None and not any(row.id == open_id for row in left):
            found = next((row for row in rows if row.id == open_id), None)
            if found is not None:
                self.hidden -= 1
                lines += [self._heading(Heading(OPEN, "Open, not matching")), found]
        return lines

    def _heading(self, heading: Heading) -> Heading:
        """Return a heading, the same object where it says the same."""
        known = self._headings.get(heading.id)
        if known == heading and known is not None:
            return known
        self._headings[heading.id] = heading
        return heading
