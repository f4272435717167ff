"""Lines that are shown already, only higher up or further down: the terminal moves them by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

LEAST_MOVED = 4
"""Lines that have to be the same after moving, and so many more than without: fewer are written anew."""

_MOST = 0.75
"""Of the lines that are moved, how many have to be right afterwards."""


class Shift(NamedTuple):
    """A move of some lines.

    Attributes:
        top: The first line that takes part.
        bottom: The last one.
        by: By how many lines what is shown moves up; negative for down.
    """

    top: int
    bottom: int
    by: int

    def sequences(self, left: int | None = None) -> str:
        """Return what makes a terminal do it; the cursor is anywhere afterwards.

        Line feeds at the lower end and their opposite at the upper end are understood by every terminal that has
        regions; the sequences made for it are not. A system may put a carriage return before a line feed, which
        may leave the margins: between these it is an index, which does the same.

        Args:
            left: The first column between margins; None without any.
        """
        feed, column = ("\n", 0) if left is None else ("\x1bD", left)
        at, moves = (self.bottom, feed * self.by) if self.by > 0 else (self.top, "\x1bM" * -self.by)
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{at + 1};{column + 1}H{moves}\x1b[r"


def shift_of(
    shown: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]], *, is_strict: bool = True
) -> Shift | None:
    """Return the move after which most lines show what is wanted; None where it is not worth it.

    Args:
        shown: By line, the letters that the terminal shows.
        wanted: By line, the letters that it is to show; as many.
        is_strict: Whether most of the lines that are moved have to be right afterwards.
    """
    places: dict[str, int] = {}
    for y, letters in enumerate(shown):
        text = _text(letters)
        # Of lines that look alike, nobody can tell which one has moved.
        places[text] = -1 if text in places or not text.strip() else y
    moves = {y: place - y for y, letters in enumerate(wanted) if (place := places.get(_text(letters), -1)) >= 0}
    votes = Counter(moves.values())
    by, count = (votes.most_common(1) or [(0, 0)])[0]
    if by == 0 or count < LEAST_MOVED + votes[0]:
        return None
    moved = [y for y, each in moves.items() if each == by]
    first, last = moved[0], moved[-1]

    while _fits(shown, wanted, first - 1, by):
        first -= 1
    while _fits(shown, wanted, last + 1, by):
        last += 1
    fits = [_fits(shown, wanted, y, by) for y in range(first, last + 1)] if is_strict else []
    if sum(fits) < _MOST * len(fits):
        # A few lines far from each other: what is between them would be moved for nothing.
        start, stop = _longest(fits)
        first, last = first + start, first + stop - 1
        if stop - start < LEAST_MOVED:
            return None
    return Shift(min(first, first + by), max(last, last + by), by)


def _fits(shown: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]], y: int, by: int) -> bool:
    """Return whether a line is right after the move as well; such as look alike, and blank ones, have no vote."""
    return 0 <= y < len(wanted) and 0 <= y + by < len(shown) and _text(wanted[y]) == _text(shown[y + by])


def _longest(fits: Sequence[bool]) -> tuple[int, int]:
    """Return the longest stretch of places that fit: the first, and the one behind the last."""
    best, start = (0, 0), 0
    for place, does in enumerate([*fits, False]):
        if not does:
            best, start = max(best, (start, place), key=lambda ends: ends[1] - ends[0]), place + 1
    return best


def _text(letters: Sequence[str]) -> str:
    """Return what a line says."""
    return "".join(letters)
