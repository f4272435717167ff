"""One line of the screen: what the terminal shows there, and what it is to show."""

from __future__ import annotations

from typing import NamedTuple

from textual.strip import Strip

from oats_tui.ui.painting.cells import UNKNOWN, Cells


class Piece(NamedTuple):
    """Something to be written whole.

    Attributes:
        x: Its first column.
        strip: Its content.
        cells: Its cells; None where nobody knows how wide it is.
    """

    x: int
    strip: Strip
    cells: Cells | None

    @property
    def stop(self) -> int:
        """The column behind it."""
        return self.x + self.strip.cell_length


class ScreenLine:
    """A line of the screen.

    Args:
        width: How many cells it has.

    Attributes:
        shown: What the terminal shows.
        wanted: What it is to show.
        pieces: What is written whole, in this order: on a line with letters whose width terminals disagree on,
            nobody can tell which cells differ.
        span: From which column on, and up to which, both may differ; empty where they do not.
    """

    __slots__ = ("pieces", "shown", "span", "wanted")

    def __init__(self, width: int) -> None:
        self.shown = Cells([UNKNOWN] * width, [0] * width)
        self.wanted = Cells([UNKNOWN] * width, [0] * width)
        self.pieces: list[Piece] = []
        self.span = (0, 0)

    @property
    def is_stale(self) -> bool:
        """Whether there may be something to be written."""
        return bool(self.pieces) or self.span[0] < self.span[1]

    @property
    def is_known(self) -> bool:
        """Whether it is known of every cell what the terminal shows there, now and once all is written."""
        return not self.pieces and UNKNOWN not in self.shown.letters and UNKNOWN not in self.wanted.letters

    def take(self, piece: Piece) -> None:
        """Take on what a stretch is to show."""
        x, stop = self._whole(piece.x, piece.stop)
        if piece.cells is None or self.pieces or UNKNOWN in self.shown.letters:
            # What is covered whole need not be written before.
            self.pieces = [each for each in self.pieces if each.x < piece.x or each.stop > piece.stop]
            self.pieces.append(piece)
        elif self.span[0] < self.span[1]:
            self.span = (min(x, self.span[0]), max(stop, self.span[1]))
        else:
            self.span = (x, stop)
        if piece.cells is None:
            self.wanted.letters[piece.x : piece.stop] = [UNKNOWN] * (piece.stop - piece.x)
        else:
            self.wanted.letters[piece.x : piece.stop] = piece.cells.letters
            self.wanted.pens[piece.x : piece.stop] = piece.cells.pens

    def moved(self, source: Cells | None, start: int, stop: int) -> None:
        """Note that some columns show what another line showed there, or blanks in the terminal's own style."""
        size = stop - start
        self.shown.letters[start:stop] = [" "] * size if source is None else source.letters[start:stop]
        self.shown.pens[start:stop] = [0] * size if source is None else source.pens[start:stop]
        self.span = (0, len(self.shown.letters))

    def settle(self) -> None:
        """Note that the terminal shows what it was to show."""
        for piece in self.pieces:
            self._show(piece.x, piece.stop)
        self._show(*self.span)
        self.pieces, self.span = [], (0, 0)

    def _whole(self, x: int, stop: int) -> tuple[int, int]:
        """Make blanks of the halves of wide letters that are left beside a stretch; return it with them."""
        letters = self.wanted.letters
        if x > 0 and not letters[x]:
            letters[x - 1] = " "
            x -= 1
        if stop < len(letters) and not letters[stop]:
            letters[stop] = " "
            stop += 1
        return x, stop

    def _show(self, x: int, stop: int) -> None:
        """Note that a stretch shows what it was to show."""
        self.shown.letters[x:stop] = self.wanted.letters[x:stop]
        self.shown.pens[x:stop] = self.wanted.pens[x:stop]
