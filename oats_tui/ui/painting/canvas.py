"""What a terminal shows, as far as it is known, and what changes it into what it should show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

from oats_tui.ui.painting.cells import UNKNOWN, Cells, Memory
from oats_tui.ui.painting.line import Piece, ScreenLine
from oats_tui.ui.painting.moves import Means, move_of
from oats_tui.ui.painting.order import in_short
from oats_tui.ui.painting.pens import Pens
from oats_tui.ui.painting.scrolling import LEAST_MOVED, Shift
from oats_tui.ui.painting.strokes import Stroke, strokes_of, whole
from oats_tui.ui.painting.writer import Writer

_STROKE = 12
"""About how many characters a stroke takes beside its text."""

_Painted: TypeAlias = tuple[int, int, Strip]
"""Line, column and content of something to be painted."""


class Canvas:
    """Remembers what each cell shows and what it is to show, and writes the difference, at once or in portions.

    A line with letters whose width terminals disagree on is painted whole whenever a part of it is.

    Args:
        pens: The styles.

    Attributes:
        means: What the terminal can do.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._memory = Memory(pens)
        self._size = Size(0, 0)
        self._lines: list[ScreenLine] = []
        self.means = Means()

    @property
    def is_stale(self) -> bool:
        """Whether there may be something to be written."""
        return any(line.is_stale for line in self._lines)

    def forget(self) -> None:
        """Take it that the terminal may show anything."""
        self._size = Size(0, 0)
        self._memory.forget()

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
                self._lines[y].take(Piece(x, cropped, self._memory.cells_of(cropped)))

    def changes(self, limit: int | None = None, first: int = 0) -> str:
        """Return what makes the terminal show what it should; empty where it does already.

        Args:
            limit: After about so many characters the rest is left for the next time; None for all of it.
            first: The line that is written before the others.
        """
        moves = self._move(is_whole=limit is None) if limit is None or limit > 0 else ""
        order = [first, *(y for y in range(len(self._lines)) if y != first)]
        return moves + self._written(order, None if limit is None else limit - len(moves))

    def changes_of(self, y: int) -> str:
        """Return what makes the terminal show what it should on one line."""
        return self._written([y], None)

    def _move(self, *, is_whole: bool) -> str:
        """Have the terminal move what it shows already, only somewhere else.

        Args:
            is_whole: Whether all that differs is written in one piece.
        """
        means = self.means if is_whole else self.means._replace(synchronized=False)
        sequences = []
        for begin, end in self._runs_of_new():
            move = move_of(self._lines[begin:end], means)
            if move is not None:
                move.apply(self._lines[begin:end])
                top, bottom, by = move.shift
                sequences.append(move._replace(shift=Shift(begin + top, begin + bottom, by)).sequences)
        return "".join(sequences)

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

    def _written(self, order: Iterable[int], limit: int | None) -> str:
        """Return what writes lines, one after the other, until there are about so many characters."""
        strokes: list[Stroke] = []
        unsure: list[tuple[int, Piece]] = []
        for y in order:
            if limit is not None and _size(strokes, unsure) >= limit:
                break
            line = self._lines[y] if 0 <= y < len(self._lines) else None
            if line is not None and line.is_stale:
                strokes += self._strokes(y, line)
                unsure += [(y, piece) for piece in line.pieces]
                line.settle()
        writer = Writer(self._pens, self._size.width)
        for stroke in in_short(strokes, self._pens):
            writer.write(stroke)
        for y, piece in unsure:
            self._write_piece(writer, y, piece)
        return writer.end()

    def _strokes(self, y: int, line: ScreenLine) -> Iterator[Stroke]:
        """Return what has to be written on a line, but for what is written whole."""
        start, stop = line.span
        old = line.shown
        if line.pieces and UNKNOWN in line.wanted.letters:
            # What nobody knows is among the pieces.
            old = Cells(list(old.letters), list(old.pens))
            for place in [place for place, letter in enumerate(line.wanted.letters) if letter == UNKNOWN]:
                old.letters[place], old.pens[place] = UNKNOWN, line.wanted.pens[place]
        return strokes_of(y, old, line.wanted, start, stop, self._pens)

    def _write_piece(self, writer: Writer, y: int, piece: Piece) -> None:
        """Write something whole."""
        if piece.cells is None:
            writer.write_unsure(y, piece.x, piece.strip)
        else:
            for stroke in whole(y, piece.x, piece.cells, self._pens):
                writer.write(stroke)


def _size(strokes: Iterable[Stroke], unsure: Iterable[tuple[int, Piece]]) -> int:
    """Return about how many characters something takes."""
    widths = [len(stroke.text) for stroke in strokes] + [piece.strip.cell_length for _, piece in unsure]
    return sum(widths) + _STROKE * len(widths)


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
