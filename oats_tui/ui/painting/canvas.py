"""What a terminal shows, as far as it is known, and what changes it into what it should show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from oats_tui.ui.painting.cells import UNKNOWN, Cells, cells_of
from oats_tui.ui.painting.line import Piece, ScreenLine
from oats_tui.ui.painting.pens import Pens
from oats_tui.ui.painting.scrolling import LEAST_MOVED, shift_of
from oats_tui.ui.painting.writer import Writer

LEAST_GAP = 4
"""Cells between two that differ, from which on going there is shorter than writing them once more."""

_Painted: TypeAlias = tuple[int, int, Strip]
"""Line, column and content of something to be painted."""


class Canvas:
    """Remembers what each cell shows and what it is to show, and writes the difference, at once or in portions.

    A line with letters whose width terminals disagree on is painted whole whenever a part of it is.

    Args:
        pens: The styles.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._size = Size(0, 0)
        self._lines: list[ScreenLine] = []

    @property
    def is_stale(self) -> bool:
        """Whether there may be something to be written."""
        return any(line.is_stale for line in self._lines)

    def forget(self) -> None:
        """Take it that the terminal may show anything."""
        self._size = Size(0, 0)

    def take(self, update: CompositorUpdate, size: Size) -> None:
        """Take on what is to be shown.

        Args:
            update: What it is.
            size: Columns and lines of the terminal.
        """
        if size != self._size:
            self._size = size
            self._lines = [ScreenLine(size.width) for _ in range(size.height)]
        for y, x, strip in _pieces(update):
            if 0 <= y < size.height and 0 <= x < size.width:
                cropped = strip.crop(0, size.width - x)
                self._lines[y].take(Piece(x, cropped, cells_of(cropped, self._pens)))

    def changes(self, limit: int | None = None, first: int = 0) -> str:
        """Return what makes the terminal show what it should; empty where it does already.

        Args:
            limit: After so many characters the rest is left for the next time; None for all of it.
            first: The line that is written before the others.
        """
        writer = Writer(self._pens, self._size.width)
        if limit is None or limit > 0:
            self._shift(writer)
        order = [first, *(y for y in range(len(self._lines)) if y != first)]
        for y in order:
            if limit is not None and writer.size >= limit:
                break
            self._write_line(writer, y)
        return writer.end()

    def changes_of(self, y: int) -> str:
        """Return what makes the terminal show what it should on one line."""
        writer = Writer(self._pens, self._size.width)
        self._write_line(writer, y)
        return writer.end()

    def _shift(self, writer: Writer) -> None:
        """Have the terminal move lines that it shows already, only somewhere else."""
        for begin, end in self._runs_of_new():
            lines = self._lines[begin:end]
            shift = shift_of([line.shown.letters for line in lines], [line.wanted.letters for line in lines])
            if shift is None:
                continue
            top, bottom, by = begin + shift.top, begin + shift.bottom, shift.by
            writer.control(shift._replace(top=top, bottom=bottom).sequences)
            for y in range(top, bottom + 1) if by > 0 else range(bottom, top - 1, -1):
                if top <= y + by <= bottom:
                    self._lines[y].shown = self._lines[y + by].shown
                    self._lines[y].span = (0, self._size.width)
                else:
                    self._lines[y].clear()

    def _runs_of_new(self) -> Iterator[tuple[int, int]]:
        """Return stretches of lines that are known whole, each from the first to the last that may differ."""
        stale = [y for y, line in enumerate(self._lines) if line.is_stale]
        if len(stale) < LEAST_MOVED:
            return
        begin = stale[0]
        for y in range(begin, stale[-1] + 2):
            if y <= stale[-1] and self._lines[y].is_known:
                continue
            differing = [each for each in stale if begin <= each < y]
            if len(differing) >= LEAST_MOVED:
                yield differing[0], differing[-1] + 1
            begin = y + 1

    def _write_line(self, writer: Writer, y: int) -> None:
        """Write what has to be written on one line."""
        if not 0 <= y < len(self._lines) or not self._lines[y].is_stale:
            return
        line = self._lines[y]
        start, stop = line.span
        new = Cells(line.wanted.letters[start:stop], line.wanted.pens[start:stop])
        old = Cells(line.shown.letters[start:stop], line.shown.pens[start:stop])
        # What nobody knows is among the pieces.
        for place in [place for place, letter in enumerate(new.letters) if letter == UNKNOWN]:
            old.letters[place], old.pens[place] = UNKNOWN, new.pens[place]
        if old != new:
            for begin, end in _runs(old, new):
                writer.write(y, start, new, begin, end)
        for piece in line.pieces:
            if piece.cells is None:
                writer.write_unsure(y, piece.x, piece.strip)
            else:
                writer.write(y, piece.x, piece.cells, 0, len(piece.cells.letters))
        line.settle()


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


def _pieces(update: CompositorUpdate) -> Iterator[_Painted]:
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
