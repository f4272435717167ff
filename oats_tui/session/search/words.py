"""Text as the words by which it is found, the same for what is kept and what is asked for.

Words are runs of letters and digits without case and accents; a name such as `foo_bar` is its parts in a row.
Chinese, Japanese and Korean have no blanks between words, so each of their characters is noted together with one
of a few classes of the character behind it: that is nearly as selective as pairs of characters, at half the size.
What it finds in excess is dropped when the text itself is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_WORD = 64
"""Longer words, such as data in base64, are known by so many characters of their beginning."""

_ASIAN = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U000323af"
)
ASIAN_RUN = re.compile(f"[{_ASIAN}]+")
LETTER = f"(?:(?![{_ASIAN}])[^\\W_])"
"""An expression for a letter or digit of a word between blanks and signs."""

_PIECE = re.compile(f"[{_ASIAN}]+|{LETTER}+")
BREAK = "\ue000"
"""What stands between words that are not in a row; no word that is asked for holds it."""

_WORDS = re.compile(rf"[^\W_]+|{BREAK}")
_HUMPS = re.compile(r"(?<![A-Za-z])[A-Z]*+[a-z]++[A-Z][A-Za-z]*+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}

CLASSES = "abcdefghijklmnop"
# A prime beyond all multiples of small numbers spreads neighbouring characters over the classes.
_SPREAD = 40_503
_MODULUS = 65_521
_NOTHING = "\0"
_KEPT_WHOLE = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


class _Folds(dict[int, str | None]):
    """By code, a character without case and accents; None for one that only changes the one before it."""

    def __missing__(self, code: int) -> str | None:
        self[code] = found = _folded(chr(code))
        return found


_FOLDS = _Folds()


def _folded(char: str) -> str | None:
    """One character without case and accents, as one character or none."""
    if unicodedata.category(char) == "Mn":
        return None
    if _KEPT_WHOLE.match(char):
        return char
    bases = [each for each in unicodedata.normalize("NFKD", char) if unicodedata.category(each) != "Mn"]
    lower = (bases[0] if len(bases) == 1 else char).lower()
    return lower if len(lower) == 1 else char


def fold(text: str) -> str:
    """The text without case and accents; it is shorter only by marks that stood alone behind their letters."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def places(text: str) -> list[int] | None:
    """For each character of the folded text where it stands in the text; None if at the same place."""
    if text.isascii():
        return None
    found = [place for place, char in enumerate(text) if _FOLDS[ord(char)] is not None]
    return found if len(found) < len(text) else None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text.

    Attributes:
        words: Those between blanks and signs, in order; behind them the parts of names such as `fooBar`.
        pairs: The characters of Chinese, Japanese and Korean with their classes, each once.
    """

    words: list[str]
    pairs: set[str]


def words_of(text: str) -> Words:
    """The words by which a text is found."""
    folded = fold(text)
    pairs: set[str] = set()
    if not folded.isascii() and (runs := ASIAN_RUN.findall(folded)):
        for run in runs:
            pairs.update(map(_pair, run, run[1:] + _NOTHING))
        folded = ASIAN_RUN.sub(f" {BREAK} ", folded)
    words = folded.translate(_SIGNS).split() if folded.isascii() else _WORDS.findall(folded)
    if words and len(max(words, key=len)) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words]
    for name in sorted(set(_HUMPS.findall(text))):
        words += [BREAK, *(hump.lower() for hump in _HUMP.findall(name))]
    return Words(words, pairs)


def pieces_of(text: str) -> list[str]:
    """The words and the runs of Chinese, Japanese and Korean in a text that is asked for, folded, in order."""
    return _PIECE.findall(fold(text))


def is_asian(piece: str) -> bool:
    """Whether a piece is a run of Chinese, Japanese or Korean."""
    return ASIAN_RUN.match(piece) is not None


def pairs_of(run: str) -> list[str]:
    """The pairs that a text must have in which a run occurs, but for its last character."""
    return list(dict.fromkeys(map(_pair, run, run[1:])))


def _pair(char: str, following: str) -> str:
    """A character with the class of the one behind it."""
    return char + CLASSES[ord(following) * _SPREAD % _MODULUS % len(CLASSES)]
