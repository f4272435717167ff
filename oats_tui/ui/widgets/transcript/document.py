"""Where each message stands, when most of them have never been drawn."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from oats_tui.ui.widgets.transcript.heights import Heights
from oats_tui.ui.widgets.transcript.items import Entry, TextItem
from oats_tui.ui.widgets.transcript.layout import Layout, Look
from oats_tui.ui.widgets.transcript.lines import BLANK, Line

LAYOUTS_KEPT = 96
"""Messages whose lines are kept; the others are drawn again when somebody comes back to them."""

LAYOUTS_REMEMBERED = 8
"""Messages whose lines are kept for a conversation that somebody has left."""

_FRAME_LINES = 2
"""Lines of a message beside its text: the head line and the gap behind it."""


class Memory(NamedTuple):
    """Messages and how many lines each has at a width, with the lines of those that were looked at last."""

    entries: tuple[Entry, ...]
    heights: tuple[int, ...]
    width: int
    layouts: tuple[tuple[str, Layout], ...]


class Document:
    """Messages with their lines.

    Lines are drawn when they are asked for and estimated before.

    Args:
        look: How messages are drawn.
    """

    def __init__(self, look: Look) -> None:
        self.entries: list[Entry] = []
        self.width = 1
        self.look = look
        self.heights = Heights()
        self.layouts: OrderedDict[str, Layout] = OrderedDict()
        self._places: dict[str, int] = {}

    @property
    def height(self) -> int:
        """How many lines the whole document has, estimated where it was not drawn yet."""
        return self.heights.total

    def replace(self, entries: Sequence[Entry], width: int, heights: Sequence[int] = ()) -> None:
        """Take on new messages at a width, perhaps with their heights; what is the same keeps its lines."""
        same = _alike(self.entries, entries) if width == self.width else 0
        known = {}
        if width == self.width:
            known = dict(zip((each.id for each in self.entries[same:]), self.heights.values(same), strict=True))
        self.entries, self.width = list(entries), width
        fresh = self.entries[same:]
        estimated = (known.get(each.id) or estimated_height(each, width) for each in fresh)
        self.heights.replace(same, heights or estimated)
        self._places = {each.id: index for index, each in enumerate(self.entries)}
        for entry_id in [each for each in self.layouts if each not in self._places]:
            del self.layouts[entry_id]
        for entry_id in self.layouts if not same else [each.id for each in fresh if each.id in self.layouts]:
            self._update(self._places[entry_id])

    def change(self, entry: Entry) -> bool:
        """Take on a new version of one message; returns whether there is one of that id."""
        index = self._places.get(entry.id)
        if index is None:
            return False
        self.entries[index] = entry
        if entry.id in self.layouts:
            self._update(index)
        else:
            self.heights.note(index, estimated_height(entry, self.width))
        return True

    def restyle(self, look: Look, only: str | None = None) -> None:
        """Draw in another way, perhaps one message only; lines that come out the same are kept."""
        self.look = look
        for entry_id in self.layouts if only is None else {only} & self.layouts.keys():
            self._update(self._places[entry_id])

    def go_on(self, first: int, last: int) -> bool:
        """Take in more of a long text between two lines; returns whether anything was left to be taken in."""
        for index in range(self.at(first), self.at(last) + 1) if self.entries else ():
            layout = self.layouts.get(self.entries[index].id)
            if layout is not None and layout.is_partial:
                self._update(index)
                return True
        return False

    def layout(self, index: int) -> Layout:
        """Return a message's lines."""
        entry = self.entries[index]
        layout = self.layouts.get(entry.id)
        if layout is None:
            layout = self.layouts[entry.id] = Layout(entry, self.width, self.look)
            self.heights.note(index, layout.height)
            while len(self.layouts) > LAYOUTS_KEPT:
                self.layouts.popitem(last=False)
        else:
            self.layouts.move_to_end(entry.id)
        return layout

    def top(self, index: int) -> int:
        """Return the first line of a message, counted from the document's first."""
        return self.heights.start(index)

    def at(self, y: int) -> int:
        """Return the index of the message that holds a line; the last one's for a line behind the end."""
        return self.heights.at(y)

    def index_of(self, entry_id: str) -> int | None:
        """Return the index of a message, or None."""
        return self._places.get(entry_id)

    def line(self, y: int) -> Line:
        """Return one line; blank behind the end."""
        if not 0 <= y < self.height:
            return BLANK
        index = self.at(y)
        layout = self.layout(index)
        line = layout.line(y - self.top(index))
        self.heights.note(index, layout.height)
        return line

    def measure(self, first: int, last: int) -> None:
        """Draw everything between two lines, so that it is exact there; the first line's place is held."""
        if not self.entries:
            return
        index = self.at(first)
        while index < len(self.entries) and self.top(index) <= last:
            layout, top = self.layout(index), self.top(index)
            layout.measure(first - top, last - top)
            self.heights.note(index, layout.height)
            index += 1

    def measure_above(self, index: int, piece: int, count: int) -> None:
        """Draw what stands above a piece of a message, upwards, until so many lines are exact."""
        if index < len(self.entries) and piece:
            layout = self.layout(index)
            count = layout.measure_above(piece, count)
            self.heights.note(index, layout.height)
        while index > 0 and count > 0:
            index -= 1
            layout = self.layout(index)
            count = layout.measure_above(len(layout.pieces), count)
            self.heights.note(index, layout.height)

    def _update(self, index: int) -> None:
        """Bring a message's lines up to date."""
        entry = self.entries[index]
        layout = self.layouts[entry.id]
        layout.update(entry, self.width, self.look)
        self.heights.note(index, layout.height)


def memory_of(document: Document) -> Memory:
    """Return a document's messages with their heights, to be shown again later."""
    layouts = tuple(document.layouts.items())[-LAYOUTS_REMEMBERED:]
    return Memory(tuple(document.entries), tuple(document.heights.values()), document.width, layouts)


def recall(document: Document, memory: Memory) -> None:
    """Have a document take on messages that were shown before, with the heights that they had."""
    document.replace((), memory.width)
    document.layouts.update(memory.layouts)
    document.replace(memory.entries, memory.width, memory.heights)


def estimated_height(entry: Entry, width: int) -> int:
    """Return about how many lines a message will have at a width in columns."""
    lines = _FRAME_LINES
    for item in entry.items:
        text = item.text if isinstance(item, TextItem) else ""
        lines += 1 + text.count("\n") + len(text) // max(1, width)
    return lines


def _alike(before: Sequence[Entry], after: Sequence[Entry]) -> int:
    """Return how many messages at the beginning are the very same."""
    count = min(len(before), len(after))
    if all(map(operator.is_, before, after)):
        return count
    return next(n for n in range(count) if before[n] is not after[n])
