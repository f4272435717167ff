"""A list with a cursor, of sessions and the headings of their groups."""

from __future__ import annotations

from oats_tui.ui.widgets.painted import PaintedLines
from oats_tui.ui.widgets.rows import Line, Row, Rows


class CursoredLines(PaintedLines):
    """Knows what is under the cursor, and moves it.

    Args:
        id: The widget's id.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._rows = Rows()

    @property
    def cursor_line(self) -> Line | None:
        """What is under the cursor; it stays with its session while the list changes around it."""
        cursor = self._rows.cursor
        return None if cursor is None else self._rows.shown[cursor]

    @property
    def cursor_row(self) -> Row | None:
        """The session under the cursor; None on a heading and in an empty list."""
        line = self.cursor_line
        return line if isinstance(line, Row) else None

    def neighbour(self, session_id: str | None, step: int) -> str | None:
        """Return the next session below another one, or above it for a negative step; None in an empty list."""
        return self._rows.neighbour(session_id, step)

    def action_move(self, step: int) -> None:
        """Move the cursor so many lines, and bring it into view."""
        cursor = self._rows.cursor
        if cursor is not None:
            self._rows.put_cursor(cursor + step)
            self.show_cursor()

    def action_climb(self) -> None:
        """Move the cursor to what its line stands below: a session, or the heading of what can be folded."""
        place = self._rows.above()
        if place is not None:
            self._rows.put_cursor(place)
            self.show_cursor()

    def show_cursor(self, below: int = 0) -> None:
        """Bring the cursor into view, and so many lines below it where there is room."""
        top = self._rows.in_view(self.scroll_offset.y, self.size.height, below)
        self.place_lines(len(self._rows.shown), top)
