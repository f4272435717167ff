"""How a line of the session list looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from oats_tui.ui.cells import clean_line
from oats_tui.ui.filtering import Filtering
from oats_tui.ui.moments import when
from oats_tui.ui.widgets.row import SIGNS, Heading, Line, Row

MARKED = "✓"
"""What stands in front of a title that somebody has marked."""

FOLDED, UNFOLDED = "▸", "▾"
"""What stands in front of what can be folded."""

# So many of the columns at most are for showing how deep in its tree a session is: every eighth.
_INDENT_SHARE = 8


class State(NamedTuple):
    """What of a line's look depends on more than the line.

    Attributes:
        under: Whether the cursor is on it.
        is_open: Whether it is the open session's.
        is_marked: Whether somebody has marked it.
        sought: What the filter looks for.
    """

    under: bool = False
    is_open: bool = False
    is_marked: bool = False
    sought: str = ""


class RowLook:
    """Draws lines.

    Args:
        widget: Where they are drawn; it has the styles.
        filtering: Which letters are those that are looked for.
    """

    def __init__(self, widget: Widget, filtering: Filtering) -> None:
        self._widget = widget
        self._filtering = filtering

    def strip(self, line: Line, width: int, now: datetime, state: State, ground: Style) -> Strip:
        """Return a line as it is drawn.

        Args:
            line: The session or the heading.
            width: How many columns there are.
            now: The moment from which its time is seen.
            state: What else its look depends on.
            ground: The style of the list.
        """
        base = ground
        if state.under:
            base = self._style("cursor")
        elif state.is_open:
            base = self._style("open")
        if isinstance(line, Heading):
            return self._heading(line, width, base, under=state.under)
        time = when(line.updated, now)
        dim = sign = check = Style()
        if base == ground:
            dim = Style(color=self._style("time").color)
        if not state.under:
            # The signs' colours are not made for the cursor's ground.
            sign = Style(color=self._style(line.mark).color) if line.mark else sign
            check = Style(color=self._style("marked").color)
        segments = [Segment(f"{SIGNS[line.mark]} ", base + sign)]
        if state.is_marked:
            segments.append(Segment(f"{MARKED} ", base + check))
        room = max(1, width - sum(segment.cell_length for segment in segments) - cell_len(time) - 2)
        words = base + Style(bold=True) if line.mark == "unread" else base
        segments += self._title(line, width, room, words, state)
        return Strip([*segments, Segment(f" {time} ", base + dim)]).adjust_cell_length(width, base)

    def _title(self, row: Row, width: int, room: int, base: Style, state: State) -> Iterator[Segment]:
        """Return the title in its place in the tree, as wide as there is room, the letters sought marked."""
        depth, inside, is_open = row.shape
        lead = "  " * min(depth, width // _INDENT_SHARE // 2)
        if inside:
            lead += f"{UNFOLDED} " if is_open else f"{FOLDED}{inside:,} "
        title = clean_line(row.title) or "(no title)"
        text = lead + title
        if cell_len(text) > room:
            text = set_cell_size(text, room - 1).rstrip() + "…"
        letters = self._filtering.letters(title) if state.sought and row.title else frozenset()
        shown = set_cell_size(text, room)
        if not letters:
            yield Segment(shown, base)
            return
        found = base + Style(bold=True, underline=True)
        if not state.under:
            found += Style(color=self._style("found").color)
        places = {place + len(lead) for place in letters}
        for is_found, run in groupby(enumerate(shown), lambda each: each[0] in places):
            yield Segment("".join(character for _, character in run), found if is_found else base)

    def _heading(self, heading: Heading, width: int, base: Style, *, under: bool) -> Strip:
        """Return the heading of a group."""
        style = base if under else base + Style(color=self._style("heading").color)
        label = clean_line(heading.label)
        if heading.is_open is not None:
            label = f"{UNFOLDED if heading.is_open else FOLDED} {label}"
        if cell_len(label) > width:
            label = set_cell_size(label, width - 1).rstrip() + "…"
        return Strip([Segment(set_cell_size(label, width), style)])

    def _style(self, name: str) -> Style:
        """Return one of the list's styles."""
        return self._widget.get_component_rich_style(f"sidebar--{name}")
