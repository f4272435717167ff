"""How a terminal moves what it shows already: whole lines, or the columns between two margins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress, count
from operator import ne
from typing import NamedTuple

from oats_tui.ui.painting.cells import Cells
from oats_tui.ui.painting.line import ScreenLine
from oats_tui.ui.painting.scrolling import Shift, shift_of

# A scrollbar is not moved along, so the last columns may differ.
_SCROLLBAR = 2

# Bytes of a move and of going to a line.
_MOVE = 40
_LINE = 8


class Means(NamedTuple):
    """What a terminal has told that it can do.

    Attributes:
        margins: Whether it moves what is between margins at the sides, and leaves what is beside them.
        synchronized: Whether it shows a frame once it is whole, so that nobody sees what is on the way there.
    """

    margins: bool = False
    synchronized: bool = False


class Move(NamedTuple):
    """A move of some columns of some lines.

    Attributes:
        shift: Which lines, and how far.
        left: The first column.
        right: The last one.
        is_whole: Whether these are all columns that there are.
    """

    shift: Shift
    left: int
    right: int
    is_whole: bool

    @property
    def sequences(self) -> str:
        """What makes a terminal do it, in its own style; the cursor is anywhere afterwards.

        The margins are taken away before their mode is: not every terminal forgets them along with it.
        """
        if self.is_whole:
            return self.shift.sequences()
        return f"\x1b[?69h\x1b[{self.left + 1};{self.right + 1}s{self.shift.sequences(self.left)}\x1b[s\x1b[?69l"

    def apply(self, lines: Sequence[ScreenLine]) -> None:
        """Note on the lines, of which the first has number 0 in the shift, what the terminal shows afterwards."""
        top, bottom, by = self.shift
        for y in range(top, bottom + 1) if by > 0 else range(bottom, top - 1, -1):
            source = lines[y + by].shown if top <= y + by <= bottom else None
            lines[y].moved(source, self.left, self.right + 1)


def move_of(lines: Sequence[ScreenLine], means: Means) -> Move | None:
    """Return the move after which least has to be written; None where none is worth it.

    Args:
        lines: Of each it is known what the terminal shows.
        means: What the terminal can do.
    """
    width = len(lines[0].shown.letters)
    # Without more means, what is wrong after a move would be seen until it is put right.
    shift = _shift(lines, 0, width - _SCROLLBAR, is_strict=True)
    usual = None if shift is None else Move(shift, 0, width - 1, is_whole=True)
    if means == Means() or (shift is not None and _is_most(shift, lines)):
        return usual
    moves = [*([usual] if usual else []), *_moves(lines, means)]
    if not moves:
        return None
    costs = [_MOVE + sum(_cost(*pair) for pair in _afterwards(lines, move)) for move in moves]
    without = sum(_cost(line.shown, line.wanted) for line in lines)
    return moves[costs.index(min(costs))] if min(costs) < without else None


def _moves(lines: Sequence[ScreenLine], means: Means) -> Iterator[Move]:
    """Return moves of the columns in which lines differ, or of whole lines for their sake."""
    width = len(lines[0].shown.letters)
    for left, right in _columns(lines, width):
        shift = _shift(lines, left, right + 1, is_strict=False)
        if shift is None:
            continue
        if means.margins and not _cuts(lines, shift, left, right):
            yield Move(shift, left, right, is_whole=False)
        elif means.synchronized:
            yield Move(shift, 0, width - 1, is_whole=True)
        if _is_most(shift, lines):
            return


def _is_most(shift: Shift, lines: Sequence[ScreenLine]) -> bool:
    """Return whether hardly a line is left out of a move."""
    return (shift.bottom - shift.top + 1) * 4 >= len(lines) * 3


def _shift(lines: Sequence[ScreenLine], start: int, stop: int, *, is_strict: bool) -> Shift | None:
    """Return the move that fits some columns."""
    shown = [line.shown.letters[start:stop] for line in lines]
    wanted = [line.wanted.letters[start:stop] for line in lines]
    return shift_of(shown, wanted, is_strict=is_strict)


def _columns(lines: Sequence[ScreenLine], width: int) -> Iterator[tuple[int, int]]:
    """Return the columns in which lines differ: on any of them, and on most where that is something else."""
    firsts, lasts = [], []
    for line in lines:
        shown, wanted = line.shown.letters, line.wanted.letters
        first = next(compress(count(), map(ne, shown, wanted)), None)
        if first is not None:
            firsts.append(first)
            lasts.append(width - 1 - next(compress(count(), map(ne, shown[::-1], wanted[::-1]))))
    if not firsts:
        return
    right = min(max(lasts), width - 1 - _SCROLLBAR)
    usual = Counter(firsts).most_common(1)[0][0]
    for left in sorted({min(firsts), usual}):
        if left < right:
            yield left, right


def _cuts(lines: Sequence[ScreenLine], shift: Shift, left: int, right: int) -> bool:
    """Return whether a margin goes through a wide letter."""
    shown = [line.shown.letters for line in lines[shift.top : shift.bottom + 1]]
    return any(not letters[left] or not letters[right + 1] for letters in shown)


def _afterwards(lines: Sequence[ScreenLine], move: Move) -> Iterator[tuple[Cells, Cells]]:
    """Return what each line shows after a move, and what it is to show."""
    top, bottom, by = move.shift
    start, stop = move.left, move.right + 1
    blank = Cells([" "] * len(lines[0].shown.letters), [0] * len(lines[0].shown.letters))
    for y, line in enumerate(lines):
        shown = line.shown
        if top <= y <= bottom:
            moved = lines[y + by].shown if top <= y + by <= bottom else blank
            shown = (
                moved
                if move.is_whole
                else Cells(
                    [*shown.letters[:start], *moved.letters[start:stop], *shown.letters[stop:]],
                    [*shown.pens[:start], *moved.pens[start:stop], *shown.pens[stop:]],
                )
            )
        yield shown, line.wanted


def _cost(shown: Cells, wanted: Cells) -> int:
    """Return about how many bytes make a line show what it should."""
    if shown == wanted:
        return 0
    cells: int = sum(
        map(ne, zip(shown.letters, shown.pens, strict=True), zip(wanted.letters, wanted.pens, strict=True))
    )
    return cells + _LINE
