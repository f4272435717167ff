"""Foreign text in columns: made safe, measured, cut."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

from oats_tui.core.sanitize import sanitize_line

ELLIPSIS = "…"

_MOST_MARKS = 8
"""Combining marks that a letter keeps."""

# Terminals disagree about what is joined, tinted or chosen by these; without them what they change stands plainly.
_LEFT_OUT = re.compile(
    "[\u00ad\u034f\u115f\u1160\u200b-\u200d\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_PLAIN = re.compile("[!-~]+(?: [!-~]+)*")
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def line(text: str) -> str:
    """Return foreign text as one line that a terminal does not obey, and gives as many columns as `cells` says."""
    if _PLAIN.fullmatch(text):
        return text
    safe = sanitize_line(text)
    return safe if safe.isascii() else _LEFT_OUT.sub("", safe)


def cells(text: str) -> int:
    """Return how many columns a text takes: East Asian characters two, marks on others none."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def cut(text: str, columns: int) -> str:
    """Return the beginning of a text that fits, with an ellipsis where something was left out.

    Args:
        text: One line.
        columns: How many columns there are; with less than one nothing fits.
    """
    if text.isascii():
        return text if len(text) <= columns else (text[: columns - 1] + ELLIPSIS if columns > 0 else "")
    taken = marks = fitting = 0
    for index, character in enumerate(text):
        wide = _cells_of(character)
        marks = 0 if wide else marks + 1
        if taken + wide > columns or marks > _MOST_MARKS:
            return text[:fitting] + ELLIPSIS if columns > 0 else ""
        taken += wide
        # Where the ellipsis can stand, should what follows not fit.
        if taken < columns:
            fitting = index + 1
    return text


def padded(text: str, columns: int) -> str:
    """Return a text with blanks behind it, so that it takes this many columns; a longer one as it is."""
    return text + " " * (columns - cells(text))


def _cells_of(character: str) -> int:
    """Return how many columns a character takes."""
    if character < "\u0300":
        return 1
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" or ord(character) in _FLAG_LETTERS else 1
