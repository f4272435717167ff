"""Where each entry stands, when most of them have never been drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from textual.strip import Strip

from oats_tui.ui.widgets.transcript.entries import Entry, TextItem

Draw = Callable[[Entry, int], list[Strip]]

_FRAME_LINES = 2
"""Lines of an entry beside its text: the head line and the gap behind it."""


class Document:
    """Entries with their lines.

    Lines are drawn when they are asked for, kept until the entry or the width changes, and estimated before.

    Args:
        draw: Draws an entry at a width.
    """

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.entries: list[Entry] = []
        self.placeholder: list[Strip] = []
        self.width = 1
        self._lines: dict[str, list[Strip]] = {}
        self._heights: list[int] = []
        self._ends: list[int] | None = None

    @property
    def height(self) -> int:
        """How many lines the whole document has, estimated where it was not drawn yet."""
        ends = self._all_ends()
        return ends[-1] if ends else 0

    def replace(self, entries: Sequence[Entry], width: int) -> None:
        """Take on new entries at a width; what did not change keeps its lines."""
        before = {entry.id: entry for entry in self.entries} if width == self.width else {}
        kept = {e.id: self._lines[e.id] for e in entries if e.id in self._lines and before.get(e.id) == e}
        self.entries, self.width, self._lines = list(entries), width, kept
        self._heights = [
            len(kept[entry.id]) if entry.id in kept else estimated_height(entry, width) for entry in self.entries
        ]
        self._ends = None

    def change(self, entry: Entry) -> bool:
        """Take on a new version of one entry; returns whether there is one of that id."""
        for index in range(len(self.entries) - 1, -1, -1):
            if self.entries[index].id == entry.id:
                self.entries[index] = entry
                self._lines.pop(entry.id, None)
                self.lines(index)
                return True
        return False

    def forget_lines(self) -> None:
        """Have everything drawn again, because colours or folds changed."""
        self._lines.clear()

    def lines(self, index: int) -> list[Strip]:
        """Return an entry's lines, drawn now where they were not yet."""
        entry = self.entries[index]
        lines = self._lines.get(entry.id)
        if lines is None:
            lines = self._lines[entry.id] = self._draw(entry, self.width)
            if len(lines) != self._heights[index]:
                self._heights[index] = len(lines)
                self._ends = None
        return lines

    def top(self, index: int) -> int:
        """Return the first line of an entry, counted from the document's first."""
        return self._all_ends()[index - 1] if index else 0

    def at(self, y: int) -> int:
        """Return the index of the entry that holds a line; the last one's for a line behind the end."""
        return min(bisect_right(self._all_ends(), y), len(self.entries) - 1)

    def index_of(self, entry_id: str) -> int | None:
        """Return the index of an entry, or None."""
        return next((i for i, entry in enumerate(self.entries) if entry.id == entry_id), None)

    def line(self, y: int) -> Strip:
        """Return one line of the document, or of the placeholder where it has no entries; blank behind the end."""
        if not self.entries and 0 <= y < len(self.placeholder):
            return self.placeholder[y]
        if not 0 <= y < self.height:
            return Strip.blank(self.width)
        index = self.at(y)
        lines = self.lines(index)
        within = y - self.top(index)
        return lines[within] if within < len(lines) else Strip.blank(self.width)

    def measure(self, first: int, last: int) -> None:
        """Draw all entries between two lines, so that what stands there is exact.

        Drawing moves what stands below, so the first entry's place is held while the rest is looked for.
        """
        if not self.entries:
            return
        index = self.at(first)
        while index < len(self.entries) and self.top(index) <= last:
            self.lines(index)
            index += 1

    def measure_above(self, index: int, count: int) -> None:
        """Draw the entries above one, upwards, until so many lines are exact."""
        while index > 0 and count > 0:
            index -= 1
            count -= len(self.lines(index))

    def _all_ends(self) -> list[int]:
        """Return for each entry the line behind its last."""
        if self._ends is None:
            self._ends = list(accumulate(self._heights))
        return self._ends


def estimated_height(entry: Entry, width: int) -> int:
    """Return about how many lines an entry will have at a width in columns."""
    lines = _FRAME_LINES
    for item in entry.items:
        text = item.text if isinstance(item, TextItem) else ""
        lines += 1 + text.count("\n") + len(text) // max(1, width)
    return lines
