"""The list of sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from oats_tui.date import utc
from oats_tui.ui.commands import place_bindings
from oats_tui.ui.filtering import Filtering
from oats_tui.ui.moments import local
from oats_tui.ui.widgets.cursored import CursoredLines
from oats_tui.ui.widgets.rowlook import RowLook, State
from oats_tui.ui.widgets.rows import SIGNS, Heading, Line, Mark, Row

__all__ = ["SIGNS", "Heading", "Line", "Mark", "Row", "Sidebar"]


class Sidebar(CursoredLines, can_focus=True):
    """The sessions, with the headings of their groups.

    Nothing moves under the reader: while the list has the focus its rows keep their order, and what is added or
    leaves above moves neither the cursor nor, in a list that is scrolled, what is in view.

    Args:
        id: The widget's id.
        filtering: Which letters of the titles are those that are looked for.
        now: The moment from which the times of the rows are seen.

    Attributes:
        open_id: The open session.
        rows: The sessions as they are shown, from the top, without the headings.
        marks: The sessions that somebody has marked, in the order in which that was done; also those that are
            not shown now. Whoever changes them paints.
        empty_word: What is said where there is nothing to be shown.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sidebar--open",
        "sidebar--cursor",
        "sidebar--time",
        "sidebar--heading",
        "sidebar--marked",
        "sidebar--found",
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

    class Turned(Message):
        """A heading was chosen, to have what is below it shown or left out."""

        def __init__(self, heading: Heading) -> None:
            super().__init__()
            self.heading = heading

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - Textual's own name for it
        filtering: Filtering | None = None,
        now: Callable[[], datetime] = utc,
    ) -> None:
        super().__init__(id=id)
        self.loading_word = "loading…"
        self.empty_word = "no sessions yet"
        self.open_id: str | None = None
        self.rows: list[Row] = []
        self.marks: dict[str, None] = {}
        self._filtering = filtering or Filtering()
        self._look = RowLook(self, self._filtering)
        self._now = now
        self._strips: dict[str, tuple[object, Strip]] = {}
        self._held = False
        self._led = False
        self._clicked = False
        self._pushed = 0
        """The first line in view where nobody but new rows has scrolled away from the top."""

    @property
    def marked(self) -> list[str]:
        """The sessions that somebody has marked, in the order in which that was done."""
        return list(self.marks)

    def show(
        self, lines: Sequence[Line], open_id: str | None, *, anew: bool = False, from_top: bool = False
    ) -> None:
        """Show these sessions and headings, in this order, with one session marked as open.

        While the list has the focus, the rows that are there keep their order, new ones are put on top, and the
        order given is taken on when the focus leaves.

        Args:
            lines: The lines.
            open_id: The open session.
            anew: Whether the order given is taken on in any case, since its reader asked for it.
            from_top: Whether the cursor goes to the first session as well.
        """
        if open_id is not None and open_id != self.open_id:
            self._rows.aim(open_id)
        self.open_id, self.loading_word = open_id, self.empty_word
        if anew and not from_top and (self.has_focus or self._led):
            self._rows.seek()
        self._take(lines, anew=anew)
        if from_top:
            self._rows.put_cursor(0)
            self.place_lines(len(self._rows.shown), 0)

    def lead(self, led: bool) -> None:
        """Show the cursor and hold the order, or no longer, although it is another widget that has the focus."""
        if led != self._led:
            self._led = led
            self._take(self._rows.latest)

    def focus_on_click(self) -> bool:
        """Return whether a click gives the focus; what is clicked stays where it is."""
        self._clicked = not self.has_focus
        return super().focus_on_click()

    def action_choose(self) -> None:
        """Have the session under the cursor opened, or what is below the heading there shown or left out."""
        choice = self.choice()
        if choice is not None:
            self.post_message(choice)

    def choice(self) -> Message | None:
        """Return what it means to choose the line under the cursor; None where there is none."""
        match self.cursor_line:
            case Row(id=session_id):
                return self.Chosen(session_id)
            case Heading() as heading:
                return self.Turned(heading)
        return None

    def on_click(self, event: events.Click) -> None:
        """Open the session that was clicked."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._rows.shown) and self._rows.shown[place].stands:
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
        cursor = self._rows.cursor if self.has_focus or self._led else None
        now, sought = self._now(), self._filtering.text
        # A row looks the same all day.
        ground = self.rich_style
        look = (width, local(now).date(), ground)
        before, self._strips = self._strips, {}
        lines = []
        for place, line in enumerate(self._rows.shown[top : top + height], top):
            state = State(place == cursor, line.id == self.open_id, line.id in self.marks, sought)
            drawn = before.get(line.id)
            if drawn is None or drawn[0] != (line, state, look):
                drawn = ((line, state, look), self._look.strip(line, width, now, state, ground))
            self._strips[line.id] = drawn
            lines.append(drawn[1])
        if not lines and height:
            dim = self.get_component_rich_style("sidebar--time")
            lines.append(Strip([Segment(set_cell_size(f"  {self.loading_word}", width), dim)]))
        return [*lines, *(Strip.blank(width, ground) for _ in range(height - len(lines)))]

    def _take(self, lines: Sequence[Line], *, anew: bool = False) -> None:
        """Take on sessions, and leave in view what is in view."""
        # When the whole terminal loses the focus, the list's reader comes back to the list; until it is told of
        # that, only the screen knows.
        coming_back = not self.app.app_focus or self.screen.focused is self
        self._held = self.has_focus or self._led or (self._held and coming_back)
        before, height, held = self.scroll_offset.y, self.size.height, self._held and not anew
        pushed = before == self._pushed
        top = self._rows.take(lines, held=held, top=0 if pushed and not self._held else before, height=height)
        self.rows = [line for line in self._rows.shown if isinstance(line, Row)]
        if height and self._rows.found():
            top = self._rows.in_view(top, height)
        self.place_lines(len(self._rows.shown), top)
        if not self._held:
            self._pushed = 0
        elif pushed:
            self._pushed = self.scroll_offset.y
