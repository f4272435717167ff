"""The rows of the session list: their order, the cursor, and what stays where while they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter, is_
from typing import Literal

Mark = Literal["", "answering", "elsewhere", "writing", "damaged", "failed", "unread"]

SIGNS: dict[Mark, str] = {
    "": " ",
    "answering": "●",
    "elsewhere": "○",
    "writing": "…",
    "damaged": "✗",
    "failed": "!",
    "unread": "•",
}
"""What stands in front of a title, one cell wide each."""

_ID = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Row:
    """One session in the list.

    Attributes:
        id: The session's id.
        title: Its title, as stored.
        updated: When something happened in it last; None where nobody knows.
        mark: What is to be said about it.
    """

    id: str
    title: str
    updated: datetime | None
    mark: Mark = ""


class Rows:
    """The rows in the order in which they are shown, and the one under the cursor.

    Finding a session costs the same however many there are.

    Attributes:
        shown: The rows, from the top.
        latest: The rows as they were given last; in another order than those shown while the order is held.
    """

    def __init__(self) -> None:
        self.shown: list[Row] = []
        self.latest: list[Row] = []
        self._places: dict[str, int] = {}
        self._cursor_id: str | None = None
        self._sought = False
        self._held = False
        # What the order was made of; rows that are held in it may have changed since.
        self._ordered: list[Row] = []
        self._ordered_places: dict[str, int] = {}

    @property
    def cursor(self) -> int | None:
        """The place of the row under the cursor: its session's, else the first; None in an empty list."""
        place = None if self._cursor_id is None else self._places.get(self._cursor_id)
        return place if place is not None or not self.shown else 0

    def take(self, rows: Sequence[Row], *, held: bool, top: int, height: int) -> int:
        """Take on sessions.

        Args:
            rows: All of them, in their order.
            held: Whether those that are there keep their order; then new ones are put on top.
            top: The first line in view.
            height: How many lines are in view; 0 where the list is not seen.

        Returns:
            The line that has to be the first in view, so that nothing that is read moves; it may be one that the
            list does not have.
        """
        same = len(rows) == len(self.latest) and all(map(is_, rows, self.latest))
        if same and (held or not self._held):
            return top
        if held and self.shown and not self._sought and self._cursor_id not in self._places:
            self._cursor_id = self.shown[0].id
        before, places, cursor = self.shown, self._places, self.cursor
        moments = {} if held else {row.id: self._moment_ordered(row.id) for row in before[top : top + height]}
        self._arrange(list(rows), held)
        self._keep_cursor(before, places)
        if held and cursor is None:
            return self.in_view(top, height)
        if held and cursor is not None and top <= cursor < top + height and self.cursor is not None:
            return self.cursor - (cursor - top)
        if top == 0 and not held:
            return 0
        return self._top(before, top, height, moments)

    def aim(self, session_id: str) -> None:
        """Put the cursor on a session, as soon as there is one of that id, and have it brought into view."""
        self._cursor_id, self._sought = session_id, True

    def seek(self) -> None:
        """Have the row under the cursor brought into view, and the cursor stay on it."""
        if self.cursor is not None and not self._sought:
            self.aim(self.shown[self.cursor].id)

    def put_cursor(self, place: int) -> None:
        """Put the cursor on the row at a place; on the first or the last where there is no such place."""
        if self.shown:
            self._cursor_id = self.shown[max(0, min(len(self.shown) - 1, place))].id
            self._sought = False

    def found(self) -> bool:
        """Return, once, that the session is there on which the cursor was put."""
        if not self._sought or self._cursor_id not in self._places:
            return False
        self._sought = False
        return True

    def in_view(self, top: int, height: int) -> int:
        """Return which line nearest to ``top`` has to be the first of ``height``, for the cursor to be in view."""
        cursor = self.cursor
        if cursor is None or height <= 0:
            return top
        return max(min(top, cursor), cursor - height + 1)

    def neighbour(self, session_id: str | None, step: int) -> str | None:
        """Return the session so many rows away from another; None where the list is empty."""
        if not self.shown:
            return None
        place = None if session_id is None else self._places.get(session_id)
        return self.shown[0 if place is None else (place + step) % len(self.shown)].id

    def _arrange(self, rows: list[Row], held: bool) -> None:
        """Put the rows in the order in which they are shown."""
        shown = rows
        if held:
            given = dict(zip(map(_ID, rows), rows, strict=True))
            fresh = [row for row in rows if row.id not in self._places]
            shown = fresh + [given[row.id] for row in self.shown if row.id in given]
            if not fresh and len(shown) == len(self.shown):
                self.shown, self.latest, self._held = shown, rows, held
                return
        self.shown, self.latest, self._held = shown, rows, held
        self._places = dict(zip(map(_ID, shown), range(len(shown)), strict=True))
        if not held:
            self._ordered, self._ordered_places = self.shown, self._places

    def _moment_ordered(self, session_id: str) -> tuple[datetime | None] | None:
        """Return when, as far as the order knows, something happened in a session; None where it is not in it."""
        place = self._ordered_places.get(session_id)
        return None if place is None else (self._ordered[place].updated,)

    def _keep_cursor(self, before: list[Row], places: dict[str, int]) -> None:
        """Put the cursor on the row that has taken the place of its session's, if that is gone."""
        gone = None if self._cursor_id is None else places.get(self._cursor_id)
        if gone is not None and self._cursor_id not in self._places:
            nearest = chain(before[gone + 1 :], reversed(before[:gone]))
            self._cursor_id = next((row.id for row in nearest if row.id in self._places), self._cursor_id)

    def _top(
        self, before: list[Row], top: int, height: int, moments: dict[str, tuple[datetime | None] | None]
    ) -> int:
        """Return the first line in view, so that the first row that was in view and is left stays on its line.

        A row in which something has happened since the order was made goes elsewhere on its own, and the view
        does not go after it.
        """
        left = [(line, row.id) for line, row in enumerate(before[top : top + height]) if row.id in self._places]
        for line, session_id in left:
            now = (self.shown[self._places[session_id]].updated,)
            if moments.get(session_id, now) == now:
                return self._places[session_id] - line
        if left:
            line, session_id = left[0]
            return self._places[session_id] - line
        below = next((row.id for row in before[top + height :] if row.id in self._places), None)
        return top if below is None or height <= 0 else self._places[below]
