"""Segments as cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.segment import Segment

from oats_tui.ui.painting.pens import Pens

UNKNOWN = "\0"
"""What stands in a cell of which nobody knows what the terminal shows there."""

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
        pens: The number of each cell's style.
    """

    letters: list[str] = field(default_factory=list)
    pens: list[int] = field(default_factory=list)


def cells_of(segments: Iterable[Segment], pens: Pens) -> Cells | None:
    """Return the cells of a line; None where terminals may disagree on how wide it is."""
    cells = Cells()
    for segment in segments:
        text = segment.text
        if not text or segment.control:
            continue
        if not (text.isascii() and text.isprintable()):
            if _OTHER.search(text):
                return None
            if _IS_WIDE.search(text):
                letters = _with_halves(text)
                cells.letters += letters
                cells.pens += [pens.number(segment.style)] * len(letters)
                continue
        cells.letters += text
        cells.pens += [pens.number(segment.style)] * len(text)
    return cells


def _with_halves(text: str) -> Sequence[str]:
    """Return the letters of a text, an empty one behind each that is two cells wide."""
    letters: list[str] = []
    for letter in text:
        letters.append(letter)
        if _IS_WIDE.match(letter):
            letters.append("")
    return letters
