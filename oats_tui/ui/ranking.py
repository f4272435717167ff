"""Rows in the order of their rank, kept sorted while single ones change."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from oats_tui.ui.widgets.rows import Row


class Ranking:
    """Rows, the highest rank on top; of two alike the one whose id is greater."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._places: dict[str, tuple[float, str]] = {}
        self._order: list[tuple[float, str]] = []
        self._listed: list[Row] | None = None

    def take(self, ranked: Iterable[tuple[float, Row]]) -> None:
        """Take these rows in the place of all that there were."""
        listed = list(ranked)
        self._rows = {row.id: row for _, row in listed}
        self._places = {row.id: (rank, row.id) for rank, row in listed}
        self._order = sorted(self._places.values())
        self._listed = None

    def put(self, rank: float, row: Row) -> None:
        """Put a row in its place; the same object stays where it says the same, so that nothing is painted."""
        before = self._rows.get(row.id)
        self.drop(row.id)
        self._rows[row.id] = before if before == row else row
        place = self._places[row.id] = (rank, row.id)
        bisect.insort(self._order, place)
        self._listed = None

    def drop(self, row_id: str) -> None:
        """Leave out a row, if it is there."""
        if self._rows.pop(row_id, None) is not None:
            del self._order[bisect.bisect_left(self._order, self._places.pop(row_id))]
            self._listed = None

    def rows(self) -> Sequence[Row]:
        """Return the rows in their order: the same list as long as nothing has changed."""
        if self._listed is None:
            self._listed = [self._rows[row_id] for _, row_id in reversed(self._order)]
        return self._listed
