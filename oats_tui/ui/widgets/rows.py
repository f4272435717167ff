"""The lines of the session list: their order, the cursor, and what stays where while they change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter, is_

from oats_tui.ui.widgets.holding import joined
from oats_tui.ui.widgets.row import SIGNS, Heading, Line, Mark, Row

__all__ = ["SIGNS", "Heading", "Line", "Mark", "Row", "Rows"]

_ID = attrgetter("id")


class Rows:
    """The lines in the order in which they are shown, and the one under the cursor.

    Finding a session costs the same however many there are. The cursor stands on sessions, and on the headings of
    what can be unfolded; other headings it leaves out.

    Attributes:
        shown: The lines, from the top.
        latest: The lines as they were given last; in another order than those shown while the order is held.
    """

    def __init__(self) -> None:
        self.shown: list[Line] = []
        self.latest: list[Line] = []
        self._places: dict[str, int] = {}
        self._cursor_id: str | None = None
        self._sought = False
        self._held = False
        # What the order was made of; rows that are held in it may have changed since.
        self._ordered: list[Line] = []
        self._ordered_places: dict[str, int] = {}

    @property
    def cursor(self) -> int | None:
        """The place of the line under the cursor: its session's, else the first; None in an empty list."""
        place = None if self._cursor_id is None else self._places.get(self._cursor_id)
        return self._first() if place is None else place

    def take(self, rows: Sequence[Line], *, held: bool, top: int, height: int) -> int:
        """Take on sessions.

        Args:
            rows: All of them, in their order, with the headings between them.
            held: Whether those that are there keep their order; then new ones are put on top of all, or of those
                under their heading.
            top: The first line in view.
            height: How many lines are in view; 0 where the list is not seen.

        Returns:
            The line that has to be the first in view, so that nothing that is read moves; it may be one that the
            list does not have.
        """
        same = len(rows) == len(self.latest) and all(map(is_, rows, self.latest))
        if same and (held or not self._held):
            return top
        first = self._first()
        if held and first is not None and not self._sought and self._cursor_id not in self._places:
            self._cursor_id = self.shown[first].id
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
        """Put the cursor on the line at a place; on the first or the last where there is no such place.

        A heading on which it cannot stand is passed over, on the way from where it is.
        """
        before, lines = self.cursor or 0, self.shown
        if not lines:
            return
        place = max(0, min(len(lines) - 1, place))
        behind, ahead = range(place, len(lines)), range(place, -1, -1)
        for found in chain(*((behind, ahead) if place >= before else (ahead, behind))):
            if lines[found].stands:
                self._cursor_id, self._sought = lines[found].id, False
                return

    def found(self) -> bool:
        """Return, once, that the session is there on which the cursor was put."""
        if not self._sought or self._cursor_id not in self._places:
            return False
        self._sought = False
        return True

    def in_view(self, top: int, height: int, below: int = 0) -> int:
        """Return which line nearest to ``top`` has to be the first of ``height``, for the cursor to be in view.

        Args:
            top: A line.
            height: How many lines are in view.
            below: How many lines below the cursor are to be seen as well, where there is room.
        """
        cursor = self.cursor
        if cursor is None or height <= 0:
            return top
        # The heading above is seen with what stands below it.
        begin = cursor - 1 if cursor and not self.shown[cursor - 1].stands else cursor
        last = min(cursor + below, len(self.shown) - 1, begin + height - 1)
        return max(min(top, begin), cursor - height + 1, last - height + 1)

    def neighbour(self, session_id: str | None, step: int) -> str | None:
        """Return the next session below another one, or above it for a negative step; None in an empty list."""
        count, place = len(self.shown), None if session_id is None else self._places.get(session_id)
        begin = 0 if place is None else place + step
        around = (self.shown[(begin + step * number) % count] for number in range(count))
        return next((line.id for line in around if isinstance(line, Row)), None)

    def above(self) -> int | None:
        """Return the place of what the cursor's line stands below; None where it stands below nothing.

        That is a session, or the heading of a group that can be folded.
        """
        cursor = self.cursor
        line = None if cursor is None else self.shown[cursor]
        if cursor is None or not isinstance(line, Row):
            return None
        for place in range(cursor - 1, -1, -1):
            over = self.shown[place]
            if isinstance(over, Heading):
                return place if over.stands and not line.shape.depth else None
            if over.shape.depth < line.shape.depth:
                return place
        return None

    def _first(self) -> int | None:
        """Return the first place on which the cursor can stand."""
        return next((place for place, line in enumerate(self.shown) if line.stands), None)

    def _arrange(self, rows: list[Line], held: bool) -> None:
        """Put the lines in the order in which they are shown."""
        shown = rows
        if held:
            shown = joined(self.shown, rows, self._places)
            if len(shown) == len(self.shown) and all(map(_same_id, shown, self.shown)):
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

    def _keep_cursor(self, before: list[Line], places: dict[str, int]) -> None:
        """Put the cursor on the row that has taken the place of its session's, if that is gone."""
        gone = None if self._cursor_id is None else places.get(self._cursor_id)
        if gone is not None and self._cursor_id not in self._places:
            nearest = chain(before[gone + 1 :], reversed(before[:gone]))
            left = (line.id for line in nearest if line.stands and line.id in self._places)
            self._cursor_id = next(left, self._cursor_id)

    def _top(
        self, before: list[Line], top: int, height: int, moments: dict[str, tuple[datetime | None] | None]
    ) -> int:
        """Return the first line in view, so that the first row that was in view and is left stays on its line.

        A row in which something has happened since the order was made goes elsewhere on its own, and the view
        does not go after it.
        """
        page = enumerate(before[top : top + height])
        left = [(line, row.id) for line, row in page if isinstance(row, Row) and row.id in self._places]
        for line, session_id in left:
            now = (self.shown[self._places[session_id]].updated,)
            if moments.get(session_id, now) == now:
                return self._places[session_id] - line
        if left:
            line, session_id = left[0]
            return self._places[session_id] - line
        below = next((row.id for row in before[top + height :] if row.id in self._places), None)
        return top if below is None or height <= 0 else self._places[below]


def _same_id(one: Line, other: Line) -> bool:
    """Whether two lines are the same one, as it was and as it is."""
    return one.id == other.id
