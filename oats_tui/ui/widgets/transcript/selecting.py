"""What is selected in a conversation, by keys or with the mouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.lines import Line
from oats_tui.ui.widgets.transcript.places import Place, line_at, line_of, order_of, place_of
from oats_tui.ui.widgets.transcript.viewport import Viewport

_FAR = 1 << 20

Bounds: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""The line and the column of the first and of the last character."""


class Selection:
    """A stretch of text between two characters, both with it.

    Args:
        document: What is selected from.
        caret: Where the moving end is.
        anchor: Where the other end is; None while nothing is selected yet.
    """

    def __init__(self, document: Document, caret: Place, anchor: Place | None = None) -> None:
        self.caret = caret
        self.anchor = anchor
        self._document = document

    @property
    def is_there(self) -> bool:
        """Whether the messages that it begins and ends in are in the conversation."""
        ends = (self.caret, self.anchor or self.caret)
        return all(self._document.index_of(place.entry_id) is not None for place in ends)

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """The first and the last character; None while nothing is selected."""
        if self.anchor is None:
            return None
        first, last = sorted((self.anchor, self.caret), key=lambda place: order_of(self._document, place))
        return first, last

    def bounds(self) -> Bounds | None:
        """Return where it begins and ends, as line and column; the caret's where nothing is selected yet."""
        first, last = self.ends or (self.caret, self.caret)
        start, end = line_of(self._document, first), line_of(self._document, last)
        return None if start is None or end is None else (start, end)

    def text(self) -> str:
        """Return what is selected, without borders and soft breaks."""
        ends = self.ends
        if ends is None:
            return ""
        document, pieces = self._document, list[str]()
        first, last = (order_of(document, end)[:2] for end in ends)
        for index in range(max(0, first[0]), last[0] + 1):
            layout = document.layout(index)
            for number in range(len(layout.pieces)):
                if first <= (index, number) <= last:
                    lines = layout.lines(number)
                    start = line_at(lines, ends[0].row, ends[0].offset) if (index, number) == first else (0, 0)
                    end = line_at(lines, ends[1].row, ends[1].offset) if (index, number) == last else None
                    pieces += _copied(lines, (start, end or (len(lines), 0)))
        return "".join(pieces).rstrip("\n") if last[0] >= 0 else ""

    def move(self, lines: int, columns: int, page: int) -> int:
        """Move the caret; returns the line it is on.

        Args:
            lines: How many lines down.
            columns: How many columns to the right.
            page: How many lines are drawn around it.
        """
        document = self._document
        y, column = line_of(document, self.caret) or (0, 0)
        y = max(0, min(y + lines, document.height - 1))
        document.measure(max(0, y - page), y + page)
        column = max(0, column + columns)
        width = document.line(y).width
        self.caret = place_of(document, y, min(column, max(0, width - 1)))
        found = line_of(document, self.caret)
        return found[0] if found else y


def columns_in(bounds: Bounds, y: int, width: int) -> tuple[int, int] | None:
    """Return which columns of a line lie between two places, both with them; None for none.

    Args:
        bounds: The places, as line and column.
        y: The line.
        width: How many columns the line has.
    """
    (first, begin), (last, end) = bounds
    if not first <= y <= last:
        return None
    start = begin if y == first else 0
    stop = end + 1 if y == last else width
    return start, max(stop, start + 1)


def _copied(lines: Sequence[Line], bounds: Bounds) -> Iterator[str]:
    """Return what is copied of some lines, with what joins them."""
    for y, line in enumerate(lines):
        columns = columns_in(bounds, y, line.width)
        if columns is not None:
            yield line.copied(*columns)
            if y < bounds[1][0]:
                yield line.join


_MOVES: dict[str, tuple[int, int]] = {
    "j": (1, 0),
    "down": (1, 0),
    "k": (-1, 0),
    "up": (-1, 0),
    "l": (0, 1),
    "right": (0, 1),
    "h": (0, -1),
    "left": (0, -1),
    "w": (0, 8),
    "b": (0, -8),
    "0": (0, -_FAR),
    "home": (0, -_FAR),
    "dollar_sign": (0, _FAR),
    "end": (0, _FAR),
}


def press(selection: Selection, key: str, viewport: Viewport) -> str | None:
    """Do what a key means while text is selected.

    Returns:
        "moved", "copy", "leave", or None for a key that means nothing here.
    """
    moves = {**_MOVES, "pagedown": (viewport.page - 1, 0), "pageup": (1 - viewport.page, 0)}
    if key in moves:
        with viewport.held():
            y = selection.move(*moves[key], viewport.page)
        found = line_of(viewport.document, selection.caret)
        y = y if found is None else found[0]
        if y < viewport.top:
            viewport.scroll(y)
        elif y >= viewport.top + viewport.page:
            viewport.scroll(y - viewport.page + 1)
        return "moved"
    if key in ("v", "space"):
        selection.anchor = selection.caret if selection.anchor is None else None
        return "moved"
    if key in ("y", "enter", "ctrl+c"):
        selection.anchor = selection.anchor or selection.caret
        return "copy"
    return "leave" if key in ("escape", "q", "i") else None
