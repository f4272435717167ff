"""Foreign text as it can be placed in cells: every terminal gives it as many columns as we do.

Terminals agree about letters, and not about what is joined, coloured or turned into a picture by a character
behind it. Such a character is left out, so that what it would change stands there plainly. One disagreement stays:
the spacing vowel signs of Indic scripts take a cell of their own in about half of all terminals, and no text in
these scripts can be written without them.
"""

from __future__ import annotations

import functools
import re

from rich.cells import get_character_cell_size

from oats_tui.core.sanitize import sanitize

#: What a mark is put on that has no letter to stand on.
PLACEHOLDER = "\u25cc"

#: How many marks one letter keeps; no language needs as many.
MOST_MARKS = 8

_NOT_JOINED = "\u200c"
# Scripts in which the character above keeps two letters apart, and changes how words are read.
_CURSIVE = "\u0620-\u08ff\u0900-\u17b3\u17b6-\u180a\u1810-\u1cff"
_VOWELS_AND_TAILS = "\u1161-\u11ff\ud7b0-\ud7fb"
# Blocks that hold all characters without a width of their own which are kept, and others.
_WITH_MARKS = (
    f"{_VOWELS_AND_TAILS}\u0300-\u036f\u0483-\u0489\u0590-\u10ff\u1200-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f"
    "\u2de0-\u2dff\u302a-\u302d\u3099\u309a\ua66f-\ua6f1\ua800-\uabff\ud7fc-\ud7ff\ufb1e\ufe20-\ufe2f"
    "\U00010000-\U00016fef\U00016ff2-\U0001dfff\U0001e000-\U0001efff"
)
# Joiners, selectors, skin tones, fillers, tags and other invisible characters.
_LEFT_OUT = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200d\u2060-\u206f\u302e\u302f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U00016ff0\U00016ff1\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
)
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_TENS = "\u3248-\u324f"
_NUMBER_SIGNS = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
# Signs that became wide in Unicode 16, and what is no character.
_UNSHOWN = "\u2631-\u2637\u268a-\u268f\ufdd0-\ufdef\ufffe\uffff\U0001d300-\U0001d356\U0001d360-\U0001d376"
_REPLACED = f"{_LEFT_OUT}{_FLAG_LETTERS}{_TENS}{_NUMBER_SIGNS}{_UNSHOWN}\u2630"

_MARK = rf"(?:(?!\w)[{_WITH_MARKS}]|[{_VOWELS_AND_TAILS}])"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile an expression when it is first needed: who reads plain English never waits for these."""
    return re.compile(pattern)


def clean(text: str) -> str:
    """Return foreign text as it can be placed in cells.

    It is sanitized as by `oats_tui.core.sanitize.sanitize`: newlines and tabs stay, and there are no other
    controls. The parts of a joined emoji stand side by side, flags become their two letters, skin tones and the
    choice between text and picture are left out, and so is what is invisible. A combining mark without a letter is
    put on a dotted circle, and a letter keeps `MOST_MARKS` marks at most. Cleaning twice changes nothing more.
    """
    text = sanitize(text)
    if text.isascii() or not _compiled(f"[{_REPLACED}{_WITH_MARKS}{_NOT_JOINED}]").search(text):
        return text
    text = _compiled(f"[{_REPLACED}]").sub(_replacement, text)
    text = _compiled(f"(?<![{_CURSIVE}]){_NOT_JOINED}|{_NOT_JOINED}(?![{_CURSIVE}])").sub("", text)
    text = _compiled(rf"(?<!\S){_MARK}").sub(_placed, text)
    return _compiled(f"(?:{_MARK}|{_NOT_JOINED}){{{MOST_MARKS + 1},}}").sub(_thinned, text)


def clean_line(text: str) -> str:
    """Return foreign text as one line: as `clean`, each run of white space one blank, none at the ends."""
    return " ".join(clean(text).split())


def _replacement(match: re.Match[str]) -> str:
    """Return what stands for a character about which terminals disagree."""
    character = match.group()
    code = ord(character)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(ord("A") + code - 0x1F1E6)
    if 0x3248 <= code <= 0x324F:
        return f"({10 * (code - 0x3247)})"
    if character == "\u2630":
        return "\u2261"
    if _compiled(f"[{_UNSHOWN}]").match(character):
        return "\ufffd"
    return PLACEHOLDER if _compiled(f"[{_NUMBER_SIGNS}]").match(character) else ""


def _placed(match: re.Match[str]) -> str:
    """Return a mark at the beginning of a word on a circle; what is no mark as it is."""
    return match.group() if get_character_cell_size(match.group()) else PLACEHOLDER + match.group()


def _thinned(match: re.Match[str]) -> str:
    """Return a run of marks, and of signs between them, without what is too much above one letter."""
    kept: list[str] = []
    marks = 0
    for character in match.group():
        marks = 0 if get_character_cell_size(character) else marks + 1
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
