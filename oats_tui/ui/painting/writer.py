"""The sequences that put cells on a screen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.segment import Segment

from oats_tui.ui.painting.cells import Cells
from oats_tui.ui.painting.pens import Pens

# Erasing cells and going on behind them takes up to ten characters.
_BLANKS = re.compile(" {10,}")


class Writer:
    """Writes cells, going from place to place and from style to style in as few bytes as can be.

    It begins in the terminal's own style, at a place that is not known, and ends in that style.

    Args:
        pens: The styles.
        width: How many columns the terminal has.

    Attributes:
        size: How many characters have been written.
    """

    def __init__(self, pens: Pens, width: int) -> None:
        self.size = 0
        self._pens = pens
        self._width = width
        self._pen = 0
        self._at: tuple[int, int] | None = None
        self._out: list[str] = []

    def end(self) -> str:
        """Return what has been written."""
        self._switch(0)
        return "".join(self._out)

    def control(self, sequences: str) -> None:
        """Write sequences after which the cursor may be anywhere."""
        self._say(sequences)
        self._at = None

    def write_unsure(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Write text whose width is not sure."""
        self._go(y, x)
        for segment in segments:
            if segment.text and not segment.control:
                self._switch(self._pens.number(segment.style))
                self._say(segment.text)
        self._at = None

    def write(self, y: int, x: int, cells: Cells, start: int, stop: int) -> None:
        """Write some of the cells that begin at a column; many blanks are erased instead."""
        begin = start
        while begin < stop:
            pen = cells.pens[begin]
            end = begin + 1
            while end < stop and cells.pens[end] == pen:
                end += 1
            self._switch(pen)
            text = "".join(cells.letters[begin:end])
            is_narrow = len(text) == end - begin
            place = 0
            for blanks in _BLANKS.finditer(text) if is_narrow and self._pens.erases(pen) else ():
                self._put(y, x + begin + place, text[place : blanks.start()], blanks.start() - place)
                self._go(y, x + begin + blanks.start())
                self._say(f"\x1b[{len(blanks.group())}X")
                place = blanks.end()
            self._put(y, x + begin + place, text[place:], end - begin - place)
            begin = end

    def _put(self, y: int, x: int, text: str, width: int) -> None:
        """Write text of so many columns."""
        if text:
            self._go(y, x)
            self._say(text)
            # At the right edge the cursor stays on the last cell.
            self._at = (y, x + width) if x + width < self._width else None

    def _switch(self, pen: int) -> None:
        """Go on in another style."""
        if pen != self._pen:
            self._say(self._pens.switch(self._pen, pen))
            self._pen = pen

    def _go(self, y: int, x: int) -> None:
        """Go to a cell."""
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and x > self._at[1]:
            self._say(f"\x1b[{x - self._at[1]}C")
        else:
            self._say(f"\x1b[{y + 1};{x + 1}H")

    def _say(self, text: str) -> None:
        """Write what goes to the terminal."""
        self._out.append(text)
        self.size += len(text)
