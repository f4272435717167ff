"""The list of sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from oats_tui.core.sanitize import sanitize_line
from oats_tui.date import utc
from oats_tui.ui.commands import place_bindings
from oats_tui.ui.moments import when
from oats_tui.ui.widgets.repaint import repaint

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


class Sidebar(ScrollView, can_focus=True):
    """The sessions, the one with the newest activity on top; draws only the lines in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sidebar--open",
        "sidebar--cursor",
        "sidebar--time",
        "sidebar--answering",
        "sidebar--elsewhere",
        "sidebar--writing",
        "sidebar--unread",
        "sidebar--failed",
        "sidebar--damaged",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "next", show=False),
        Binding("k,up", "move(-1)", "previous", show=False),
        Binding("pagedown", "move(10)", "page down", show=False),
        Binding("pageup", "move(-10)", "page up", show=False),
        Binding("g,home", "move(-1000000)", "first", show=False),
        Binding("G,end", "move(1000000)", "last", show=False),
        Binding("enter", "choose", "open", show=False),
        *place_bindings("list"),
    ]

    class Chosen(Message):
        """A session was chosen to be opened."""

        def __init__(self, session_id: str) -> None:
            super().__init__()
            self.session_id = session_id

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - Textual's own name for it
        now: Callable[[], datetime] = utc,
    ) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = []
        self.loading_word = "loading…"
        self.open_id: str | None = None
        self._cursor_id: str | None = None
        self._now = now
        self._painted: list[Strip] = []

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; it stays with its session while the list changes around it."""
        return next((row for row in self.rows if row.id == self._cursor_id), self.rows[0] if self.rows else None)

    def show(self, rows: Sequence[Row], open_id: str | None) -> None:
        """Show these sessions, in this order, with one marked as open."""
        if open_id is not None and open_id != self.open_id:
            self._cursor_id = open_id
        self.rows, self.open_id, self.loading_word = list(rows), open_id, "no sessions yet"
        size = Size(self.size.width, len(self.rows))
        if size != self.virtual_size:
            self.virtual_size = size
        self._repaint()

    def neighbour(self, session_id: str | None, step: int) -> str | None:
        """Return the session so many rows away from another; None where the list is empty."""
        if not self.rows:
            return None
        ids = [row.id for row in self.rows]
        if session_id not in ids:
            return ids[0]
        return ids[(ids.index(session_id) + step) % len(ids)]

    def action_move(self, step: int) -> None:
        """Move the cursor so many rows."""
        row = self.cursor_row
        if row is None:
            return
        position = max(0, min(len(self.rows) - 1, self.rows.index(row) + step))
        self._cursor_id = self.rows[position].id
        top = self.scroll_offset.y
        if position < top:
            self.scroll_to(y=position, animate=False)
        elif position >= top + self.size.height:
            self.scroll_to(y=position - self.size.height + 1, animate=False)
        self._repaint()

    def action_choose(self) -> None:
        """Open the session under the cursor."""
        if self.cursor_row is not None:
            self.post_message(self.Chosen(self.cursor_row.id))

    def on_click(self, event: events.Click) -> None:
        """Open the session that was clicked."""
        position = event.y + self.scroll_offset.y
        if 0 <= position < len(self.rows):
            self._cursor_id = self.rows[position].id
            self.action_choose()

    @on(events.Focus)
    @on(events.Blur)
    def show_cursor(self) -> None:
        """Show the cursor while the list has the focus."""
        self._repaint()

    def on_resize(self) -> None:
        """Draw at the new size."""
        self._repaint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what has come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._repaint()

    def notify_style_update(self) -> None:
        """Draw everything in the theme's new colours."""
        super().notify_style_update()
        self._painted = []

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        if len(self._painted) != self.size.height:
            self._painted = self._lines()
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width)

    def _repaint(self) -> None:
        """Paint the lines of the view that have changed."""
        painted, self._painted = self._painted, self._lines()
        if len(painted) == len(self._painted):
            repaint(painted, self._painted, self.refresh)
        else:
            self.refresh()

    def _lines(self) -> list[Strip]:
        """Return the lines of the view."""
        width, height, top = self.size.width, self.size.height, self.scroll_offset.y
        dim = self.get_component_rich_style("sidebar--time")
        lines = [self._row_strip(row, width) for row in self.rows[top : top + height]]
        if not lines and height:
            lines.append(Strip([Segment(set_cell_size(f"  {self.loading_word}", width), dim)]))
        return [*lines, *(Strip.blank(width, self.rich_style) for _ in range(height - len(lines)))]

    def _row_strip(self, row: Row, width: int) -> Strip:
        """Return one session's line: mark, title, time."""
        base = self.rich_style
        if self.has_focus and row is self.cursor_row:
            base = self.get_component_rich_style("sidebar--cursor")
        elif row.id == self.open_id:
            base = self.get_component_rich_style("sidebar--open")
        time = when(row.updated, self._now())
        sign = Style(color=self.get_component_rich_style(f"sidebar--{row.mark}").color) if row.mark else Style()
        room = max(1, width - 2 - cell_len(time) - 2)
        title = sanitize_line(row.title) or "(no title)"
        if cell_len(title) > room:
            title = set_cell_size(title, room - 1).rstrip() + "…"
        marked = base != self.rich_style
        dim = Style() if marked else Style(color=self.get_component_rich_style("sidebar--time").color)
        return Strip(
            [
                Segment(f"{SIGNS[row.mark]} ", base + sign),
                Segment(set_cell_size(title, room), base),
                Segment(f" {time} ", base + dim),
            ]
        ).adjust_cell_length(width, base)
