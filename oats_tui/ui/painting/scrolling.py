"""Lines that are shown already, only higher up or further down: the terminal moves them by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

LEAST_MOVED = 4
"""Lines that have to be the same after moving, and so many more than without: fewer are written anew."""

# A scrollbar is not moved along, so the last columns may differ.
_MARGIN = 2


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

    @property
    def sequences(self) -> str:
        """What makes a terminal do it; the cursor is anywhere afterwards.

        Line feeds at the lower end and their opposite at the upper end are understood by every terminal that has
        regions; the sequences made for it are not.
        """
        if self.by > 0:
            at, moves = self.bottom, "\n" * self.by
        else:
            at, moves = self.top, "\x1bM" * -self.by
        return f"\x1b[{self.top + 1};{self.bottom + 1}r\x1b[{at + 1};1H{moves}\x1b[r"


def shift_of(shown: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> Shift | None:
    """Return the move after which most lines show what is wanted; None where it is not worth it.

    Args:
        shown: By line, the letters that the terminal shows.
        wanted: By line, the letters that it is to show; as many.
    """
    places: dict[str, int] = {}
    for y, letters in enumerate(shown):
        text = _text(letters)
        # Of lines that look alike, nobody can tell which one has moved.
        places[text] = -1 if text in places or not text.strip() else y
    moves = {y: place - y for y, letters in enumerate(wanted) if (place := places.get(_text(letters), -1)) >= 0}
    votes = Counter(moves.values())
    if not votes:
        return None
    by, count = votes.most_common(1)[0]
    if by == 0 or count < LEAST_MOVED + votes[0]:
        return None
    moved = [y for y, each in moves.items() if each == by]
    first, last = moved[0], moved[-1]

    def comes_along(y: int) -> bool:
        """Whether a line is right after the move as well; such as look alike, and blank ones, have no vote."""
        return 0 <= y < len(wanted) and 0 <= y + by < len(shown) and _text(wanted[y]) == _text(shown[y + by])

    while comes_along(first - 1):
        first -= 1
    while comes_along(last + 1):
        last += 1
    return Shift(min(first, first + by), max(last, last + by), by)


def _text(letters: Sequence[str]) -> str:
    """Return what a line says, but for the scrollbar."""
    return "".join(letters[:-_MARGIN])
