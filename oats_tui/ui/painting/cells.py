"""Segments as cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.segment import Segment

from oats_tui.ui.painting.pens import Pens

UNKNOWN = "\0"
"""What stands in a cell of which nobody knows what the terminal shows there."""

# Parts of lines, each with its cells.
_MOST_KNOWN = 4096

# Scripts whose width no two terminals disagree on: Latin, Greek, Cyrillic, frames and blocks, and, two cells wide,
# Kana, Han and Hangul.
_NARROW = (
    "\x20-\x7e\xa1-\xac\xae-\u02ff\u0384-\u03ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u2199\u2500-\u25ff"
)
_WIDE = "\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
_OTHER = re.compile(f"[^{_NARROW}{_WIDE}]")
_IS_WIDE = re.compile(f"[{_WIDE}]")


@dataclass(slots=True)
class Cells:
    """A stretch of a line.

    Attributes:
        letters: What stands in each cell; empty for the right half of a wide letter.
        pens: The number of each cell's style; of a blank's only what can be seen.
    """

    letters: list[str] = field(default_factory=list)
    pens: list[int] = field(default_factory=list)


class Memory:
    """Knows the cells of what has been shown, most of which is shown again, only somewhere else.

    Args:
        pens: The styles.
    """

    def __init__(self, pens: Pens) -> None:
        self._pens = pens
        self._known: dict[Segment, Cells | None] = {}

    def forget(self) -> None:
        """Take it that styles have other numbers from now on."""
        self._known.clear()

    def cells_of(self, segments: Iterable[Segment]) -> Cells | None:
        """Return the cells of a line; None where terminals may disagree on how wide it is."""
        cells = Cells()
        known = self._known
        for segment in segments:
            if segment not in known:
                if len(known) >= _MOST_KNOWN:
                    known.clear()
                known[segment] = _cells(segment, self._pens)
            part = known[segment]
            if part is None:
                return None
            cells.letters += part.letters
            cells.pens += part.pens
        return cells


def _cells(segment: Segment, pens: Pens) -> Cells | None:
    """Return the cells of a part of a line; None where terminals may disagree on how wide it is."""
    text = segment.text
    if not text or segment.control:
        return Cells()
    letters = list(text)
    if not (text.isascii() and text.isprintable()):
        if _OTHER.search(text):
            return None
        letters = _with_halves(text)
    pen, blank = pens.numbers(segment.style)
    return Cells(letters, [blank if letter == " " else pen for letter in letters])


def _with_halves(text: str) -> list[str]:
    """Return the letters of a text, an empty one behind each that is two cells wide."""
    letters: list[str] = []
    for letter in text:
        letters.append(letter)
        if _IS_WIDE.match(letter):
            letters.append("")
    return letters
