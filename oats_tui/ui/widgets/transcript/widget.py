"""The message pane."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from oats_tui.ui.commands import place_bindings
from oats_tui.ui.widgets.repaint import repaint
from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.draw import Artist
from oats_tui.ui.widgets.transcript.entries import Entry
from oats_tui.ui.widgets.transcript.palette import palette_from


class Transcript(ScrollView, can_focus=True):
    """Draws a conversation line by line.

    Follows the end while the reader is there, and stays where the reader is otherwise: what comes below moves
    nothing that is being read.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "down", show=False),
        Binding("k,up", "scroll_up", "up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("g,home", "scroll_home", "first", show=False),
        Binding("G,end", "scroll_end", "last", show=False),
        Binding("i", "screen.command('answer.stop')", "back to the input", show=False),
        *place_bindings("transcript"),
    ]

    class Followed(Message):
        """Whether the view is at the end has changed."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.following = True
        self.unfolded = False
        self._document = Document(lambda entry, width: self._artist.draw(entry, width))
        self._artist = Artist(palette_from({}, dark=True))
        self._placeholder: list[str] = []
        self._painted: list[Strip] = []

    def on_mount(self) -> None:
        """Take on the theme's colours, now and whenever they change."""
        self._take_colours()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._take_colours())

    def show(self, entries: Sequence[Entry], placeholder: Sequence[str] = (), *, at_end: bool = False) -> None:
        """Show a conversation.

        Args:
            entries: All of it, in order.
            placeholder: What to say, line by line, where there are none.
            at_end: Whether to go to its end, as when it has just been opened.
        """
        if at_end:
            self.following = True
        self._placeholder = list(placeholder)
        anchor = None if self.following else self._anchor({entry.id for entry in entries})
        self._document.replace(entries, self._width())
        self._settle(anchor)

    def grow(self, entry: Entry) -> bool:
        """Show more of an answer in progress; returns whether it is in view of this widget at all."""
        anchor = None if self.following else self._anchor()
        known = self._document.change(entry)
        self._settle(anchor)
        return known

    def toggle_folds(self) -> None:
        """Show tool calls and results whole, or folded again."""
        self.unfolded = not self.unfolded
        self._take_colours()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Make exact what has come into view, and paint it."""
        if round(old_value) != round(new_value):
            self._expose(int(old_value), int(new_value))
            self._repaint()

    def on_resize(self, event: events.Resize) -> None:
        """Draw at the new width, with the same entry at the top."""
        anchor = None if self.following else self._anchor()
        if self._document.width != self._width():
            self._document.replace(self._document.entries, self._width())
        self._settle(anchor)

    def _width(self) -> int:
        """Return how many columns the lines have."""
        return max(1, self.size.width - 1)

    def _take_colours(self) -> None:
        """Draw everything again in the theme's colours."""
        palette = palette_from(self.app.theme_variables, dark=self.app.current_theme.dark)
        self._artist = Artist(palette, unfolded=self.unfolded)
        self._painted = []
        anchor = None if self.following else self._anchor()
        self._document.forget_lines()
        self._document.replace(self._document.entries, self._width())
        self._settle(anchor)

    def _anchor(self, there: Collection[str] | None = None) -> tuple[str, int] | None:
        """Return an entry and how many lines below its first the view begins; fewer than none if above that.

        It is the entry at the top of the view. Where that is to go, it is the next one that stays, or else the one
        before; None where none stays.

        Args:
            there: The ids of the entries that stay; None for all.
        """
        entries, y = self._document.entries, self.scroll_offset.y
        if not entries:
            return None
        top = self._document.at(y)
        for index in (*range(top, len(entries)), *reversed(range(top))):
            if there is None or entries[index].id in there:
                return entries[index].id, y - self._document.top(index)
        return None

    def _settle(self, anchor: tuple[str, int] | None) -> None:
        """Bring the view back to where it was: to the anchor, or to the end where there is none."""
        document, page = self._document, max(1, self.size.height)
        document.placeholder = self._artist.remarks(self._placeholder, document.width)
        index = document.index_of(anchor[0]) if anchor is not None else None
        if anchor is None or index is None:
            document.measure_above(len(document.entries), page)
            top = document.height - page
        else:
            within = line_within(anchor[1], len(document.lines(index)), page)
            document.measure_above(index, -within)
            document.measure(document.top(index), document.top(index) + within + page)
            top = document.top(index) + within
            if top > document.height - page:
                # What stands below the anchor fills the view no longer.
                document.measure_above(len(document.entries), page)
                top = min(document.top(index) + within, document.height - page)
        self._move(max(0, top))

    def _expose(self, old: int, new: int) -> None:
        """Draw what has come into view, without moving what was in view before.

        What stands above may turn out longer or shorter than estimated; the view moves along with it.
        """
        document, page = self._document, max(1, self.size.height)
        if not document.entries:
            return
        reference = document.at(old if abs(new - old) <= page else new)
        before, height = document.top(reference), document.height
        document.measure(new, new + page)
        shift = document.top(reference) - before
        if shift or document.height != height:
            self._move(max(0, new + shift))

    def _move(self, top: int) -> None:
        """Show the document from this line on, and paint what differs."""
        size = Size(self._width(), self._document.height)
        if size != self.virtual_size:
            # The reactive way would lay out the screen and paint the whole widget at each new line.
            self.set_reactive(ScrollView.virtual_size, size)
        if top != self.scroll_offset.y:
            self.scroll_target_y = top
            self.scroll_y = top
        self._repaint()

    def _repaint(self) -> None:
        """Paint the lines of the view that have changed, and note whether the reader is at the end."""
        height, top = self.size.height, self.scroll_offset.y
        following = top >= self.max_scroll_y
        # The end may come to the reader as well, when what stood below is gone.
        if height and following != self.following:
            self.following = following
            self.post_message(self.Followed(following))
        thumb = thumb_lines(top, height, self._document.height)
        lines = [
            self._artist.framed(self._document.line(top + y), self.size.width, thumb=y in thumb)
            for y in range(height)
        ]
        painted, self._painted = self._painted, lines
        if len(painted) == len(lines):
            repaint(painted, lines, self.refresh)
        else:
            self.refresh()


def line_within(line: int, length: int, page: int) -> int:
    """Return at which line of an entry the view begins; fewer than none if above the entry.

    That is where it began, as long as something of the entry is in view there. One that has become too short, or
    of which all was above, shows its last line of text; one of which all was below begins the view.

    Args:
        line: Where the view began.
        length: How many lines the entry has, the last one blank.
        page: How many lines are in view.
    """
    if line >= length:
        return max(0, length - 2)
    return line if line > -page else 0


def thumb_lines(top: int, page: int, total: int) -> range:
    """Return the lines of the view beside which the position is marked; none where all is in view.

    Args:
        top: The first line in view.
        page: How many lines are in view.
        total: How many there are.
    """
    if total <= page or page <= 0:
        return range(0)
    length = max(1, page * page // total)
    start = min(page - length, top * (page - length) // (total - page))
    return range(start, start + length)
