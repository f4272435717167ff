"""What a terminal shows, as far as it is known, and what changes it into what it should show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from oats_tui.ui.painting.cells import UNKNOWN, Cells, cells_of
from oats_tui.ui.painting.pens import Pens

LEAST_GAP = 4
"""Cells between two that differ, from which on going there is shorter than writing them once more."""

Piece: TypeAlias = tuple[int, int, Strip]
"""Line, column and content of something to be painted."""


class Canvas:
    """Remembers each cell that was painted.

    A line with letters whose width terminals disagree on is painted whole whenever a part of it is.

    Args:
        pens: The styles.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._size = Size(0, 0)
        self._rows: list[Cells] = []
        self._pen = 0
        self._at: tuple[int, int] | None = None
        self._out: list[str] = []

    def forget(self) -> None:
        """Take it that the terminal may show anything."""
        self._size = Size(0, 0)

    def paint(self, update: CompositorUpdate, size: Size) -> str:
        """Return what makes the terminal show an update; empty where it does already.

        Args:
            update: What is to be shown.
            size: Columns and lines of the terminal.
        """
        if size != self._size:
            self._size = size
            self._rows = [Cells([UNKNOWN] * size.width, [0] * size.width) for _ in range(size.height)]
        self._pen, self._at, self._out = 0, None, []
        unsure: dict[int, bool] = {}
        for y, x, strip in _pieces(update):
            if not 0 <= y < size.height or not 0 <= x < size.width:
                continue
            if y not in unsure:
                unsure[y] = UNKNOWN in self._rows[y].letters
            self._paint_piece(y, x, strip.crop(0, size.width - x), whole=unsure[y])
        if self._pen:
            self._out.append(self._pens.switch(self._pen, 0))
        return "".join(self._out)

    def _paint_piece(self, y: int, x: int, strip: Strip, *, whole: bool) -> None:
        """Paint a piece of a line, all of it or what differs."""
        row, cells = self._rows[y], cells_of(strip, self._pens)
        if cells is None:
            stop = x + strip.cell_length
            row.letters[x:stop] = [UNKNOWN] * (stop - x)
            self._write_segments(y, x, strip)
            return
        stop = x + len(cells.letters)
        old, old_pens = row.letters[x:stop], row.pens[x:stop]
        if whole:
            self._write(y, x, cells, 0, stop - x)
        elif old != cells.letters or old_pens != cells.pens:
            for start, end in _runs(Cells(old, old_pens), cells):
                self._write(y, x, cells, start, end)
        row.letters[x:stop], row.pens[x:stop] = cells.letters, cells.pens

    def _write_segments(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Write text whose width is not sure."""
        self._go(y, x)
        for segment in segments:
            if segment.text and not segment.control:
                self._switch(self._pens.number(segment.style))
                self._out.append(segment.text)
        self._at = None

    def _write(self, y: int, x: int, cells: Cells, start: int, stop: int) -> None:
        """Write some of the cells that begin at a column."""
        self._go(y, x + start)
        begin = start
        while begin < stop:
            pen = cells.pens[begin]
            end = begin + 1
            while end < stop and cells.pens[end] == pen:
                end += 1
            self._switch(pen)
            self._out.append("".join(cells.letters[begin:end]))
            begin = end
        # At the right edge the cursor stays on the last cell.
        self._at = (y, x + stop) if x + stop < self._size.width else None

    def _switch(self, pen: int) -> None:
        """Go on in another style."""
        if pen != self._pen:
            self._out.append(self._pens.switch(self._pen, pen))
            self._pen = pen

    def _go(self, y: int, x: int) -> None:
        """Go to a cell."""
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and x > self._at[1]:
            self._out.append(f"\x1b[{x - self._at[1]}C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H")


def _runs(old: Cells, new: Cells) -> Iterator[tuple[int, int]]:
    """Return where cells differ: the first of a run, and the one behind it. Wide letters stay in one piece."""
    start = end = -1
    for place, letter in enumerate(new.letters):
        if place < end or (letter == old.letters[place] and new.pens[place] == old.pens[place]):
            continue
        first = place if letter else place - 1
        if start >= 0 and end < first and not _is_near(new.pens, end, first):
            yield start, end
            start = -1
        start = first if start < 0 else start
        end = place + 1
        if end < len(new.letters) and not new.letters[end]:
            end += 1
    if start >= 0:
        yield start, end


def _is_near(pens: Sequence[int], end: int, place: int) -> bool:
    """Return whether going on to a cell is no shorter than writing what stands between."""
    return place - end < LEAST_GAP and len({*pens[end - 1 : place]}) == 1


def _pieces(update: CompositorUpdate) -> Iterator[Piece]:
    """Return what an update paints, line by line."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for part in strips:
                yield y, x, part
                x += part.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, first, last in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is not None and x < last and end > first:
                    yield y, x, strip.crop(0, min(end, last) - x)
