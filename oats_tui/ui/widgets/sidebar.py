"""The list of sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from oats_tui.date import utc
from oats_tui.ui.cells import clean_line
from oats_tui.ui.commands import place_bindings
from oats_tui.ui.moments import local, when
from oats_tui.ui.widgets.painted import PaintedLines
from oats_tui.ui.widgets.rows import SIGNS, Mark, Row, Rows

__all__ = ["SIGNS", "Mark", "Row", "Sidebar"]


class Sidebar(PaintedLines, can_focus=True):
    """The sessions, the one with the newest activity on top.

    Nothing moves under the reader: while the list has the focus its rows keep their order, and what is added or
    leaves above moves neither the cursor nor, in a list that is scrolled, what is in view.

    Args:
        id: The widget's id.
        now: The moment from which the times of the rows are seen.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sidebar--open",
        "sidebar--cursor",
        "sidebar--time",
        *(f"sidebar--{mark}" for mark in SIGNS if mark),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "next", show=False),
        Binding("k,up", "move(-1)", "previous", show=False),
        Binding("pagedown", "move(10)", "page down", show=False),
        Binding("pageup", "move(-10)", "page up", show=False),
        Binding("g,home", "move(-1000000)", "first", show=False),
        Binding("G,end", "move(1000000)", "last", show=False),
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
        self.loading_word = "loading…"
        self.open_id: str | None = None
        self._rows = Rows()
        self._now = now
        self._strips: dict[str, tuple[object, Strip]] = {}
        self._held = False
        self._clicked = False
        self._pushed = 0
        """The first line in view where nobody but new rows has scrolled away from the top."""

    @property
    def rows(self) -> list[Row]:
        """The rows as they are shown, from the top."""
        return self._rows.shown

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; it stays with its session while the list changes around it."""
        cursor = self._rows.cursor
        return None if cursor is None else self._rows.shown[cursor]

    def show(self, rows: Sequence[Row], open_id: str | None) -> None:
        """Show these sessions, in this order, with one marked as open.

        While the list has the focus, the rows that are there keep their order, new ones are put on top, and the
        order given is taken on when the focus leaves.
        """
        if open_id is not None and open_id != self.open_id:
            self._rows.aim(open_id)
        self.open_id, self.loading_word = open_id, "no sessions yet"
        self._take(rows)

    def neighbour(self, session_id: str | None, step: int) -> str | None:
        """Return the session so many rows away from another; None where the list is empty."""
        return self._rows.neighbour(session_id, step)

    def focus_on_click(self) -> bool:
        """Return whether a click gives the focus; what is clicked stays where it is."""
        self._clicked = not self.has_focus
        return super().focus_on_click()

    def action_move(self, step: int) -> None:
        """Move the cursor so many rows, and bring it into view."""
        cursor = self._rows.cursor
        if cursor is not None:
            self._rows.put_cursor(cursor + step)
            self.place_lines(len(self.rows), self._rows.in_view(self.scroll_offset.y, self.size.height))

    def action_choose(self) -> None:
        """Have the session under the cursor opened."""
        if self.cursor_row is not None:
            self.post_message(self.Chosen(self.cursor_row.id))

    def on_click(self, event: events.Click) -> None:
        """Open the session that was clicked."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self.rows):
            self._rows.put_cursor(place)
            self.paint()
            self.action_choose()

    def on_resize(self) -> None:
        """Keep the cursor in view while it is used."""
        if self.has_focus or (self.size.height and self._rows.found()):
            self.action_move(0)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor, in view, while the list has the focus; take on the order once it has it no longer."""
        super().watch_has_focus(has_focus)
        if has_focus and not self._held and not self._clicked:
            self._rows.seek()
        self._clicked = False
        self._take(self._rows.latest)

    def notify_style_update(self) -> None:
        """Draw every row in the theme's new colours."""
        super().notify_style_update()
        self._strips = {}

    def lines(self) -> list[Strip]:
        """Return the lines of the view."""
        width, height, top = self.size.width, self.size.height, self.scroll_offset.y
        cursor = self._rows.cursor if self.has_focus else None
        now = self._now()
        # A row looks the same all day.
        look = (width, local(now).date(), self.rich_style)
        before, self._strips = self._strips, {}
        lines = []
        for place, row in enumerate(self.rows[top : top + height], top):
            state = (row, place == cursor, row.id == self.open_id, look)
            drawn = before.get(row.id)
            if drawn is None or drawn[0] != state:
                drawn = (state, self._row_strip(row, width, now, under=place == cursor))
            self._strips[row.id] = drawn
            lines.append(drawn[1])
        if not lines and height:
            dim = self.get_component_rich_style("sidebar--time")
            lines.append(Strip([Segment(set_cell_size(f"  {self.loading_word}", width), dim)]))
        return [*lines, *(Strip.blank(width, self.rich_style) for _ in range(height - len(lines)))]

    def _take(self, rows: Sequence[Row]) -> None:
        """Take on sessions, and leave in view what is in view."""
        # When the whole terminal loses the focus, the list's reader comes back to the list; until it is told of
        # that, only the screen knows.
        coming_back = not self.app.app_focus or self.screen.focused is self
        self._held = self.has_focus or (self._held and coming_back)
        before, height = self.scroll_offset.y, self.size.height
        pushed = before == self._pushed
        top = self._rows.take(rows, held=self._held, top=0 if pushed and not self._held else before, height=height)
        if height and self._rows.found():
            top = self._rows.in_view(top, height)
        self.place_lines(len(self.rows), top)
        if not self._held:
            self._pushed = 0
        elif pushed:
            self._pushed = self.scroll_offset.y

    def _row_strip(self, row: Row, width: int, now: datetime, *, under: bool) -> Strip:
        """Return one session's line: mark, title, time; it may be the one under the cursor."""
        base = self.rich_style
        if under:
            base = self.get_component_rich_style("sidebar--cursor")
        elif row.id == self.open_id:
            base = self.get_component_rich_style("sidebar--open")
        dim = sign = Style()
        if base == self.rich_style:
            dim = Style(color=self.get_component_rich_style("sidebar--time").color)
        if row.mark and not under:
            # The signs' colours are not made for the cursor's ground.
            sign = Style(color=self.get_component_rich_style(f"sidebar--{row.mark}").color)
        time = when(row.updated, now)
        room = max(1, width - 2 - cell_len(time) - 2)
        title = clean_line(row.title) or "(no title)"
        if cell_len(title) > room:
            title = set_cell_size(title, room - 1).rstrip() + "…"
        return Strip(
            [
                Segment(f"{SIGNS[row.mark]} ", base + sign),
                Segment(set_cell_size(title, room), base + Style(bold=True) if row.mark == "unread" else base),
                Segment(f" {time} ", base + dim),
            ]
        ).adjust_cell_length(width, base)
