"""Where in a text something stands that was looked for, and the piece of it that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from oats_tui.session.search.query import Query, Term
from oats_tui.session.search.words import LETTER, LONGEST_WORD, fold, is_asian, places

LENGTH = 160
"""Characters of a snippet."""

BEFORE = 40
"""Characters of it before the first match."""

_SPACES = re.compile(r"\s+")
_BETWEEN = r"[\W_]*"


class Snippet(NamedTuple):
    """A piece of a text on one line, and where in it the matches begin and end."""

    text: str
    marks: tuple[tuple[int, int], ...]


class Seeker:
    """Finds the terms of a query in texts.

    Args:
        query: What is asked for.
    """

    def __init__(self, query: Query) -> None:
        self._wanted = [_pattern(term) for term in query.wanted]
        # Of long words the index knows the beginning only.
        unsure = (term for term in query.wanted if term.runs or len(max(term.pieces, key=len)) > LONGEST_WORD)
        self._unsure = [_pattern(term) for term in unsure]
        self._unwanted = [_pattern(term) for term in query.unwanted]
        self._any = re.compile("|".join(each.pattern for each in self._wanted)) if self._wanted else None

    def holds(self, text: str) -> bool:
        """Whether a text that the index has found does hold what is asked for.

        The index knows words for sure, but for Chinese, Japanese and Korean only which characters there are.
        """
        if not self._unsure and not self._unwanted:
            return True
        folded = fold(text)
        if any(pattern.search(folded) for pattern in self._unwanted):
            return False
        return all(pattern.search(folded) for pattern in self._unsure)

    def snippet(self, text: str) -> Snippet:
        """Return the piece of a text around the first match; its beginning where there is none."""
        folded, back = fold(text), places(text)
        matches = self._any.finditer(folded) if self._any is not None else iter(())
        first = next(matches, None)
        begin = 0 if first is None else max(0, first.start() - BEFORE)
        end = begin + LENGTH
        found = [] if first is None else [first.span(), *(each.span() for each in matches if each.start() < end)]
        if back is not None:
            found = [(back[start], back[stop - 1] + 1) for start, stop in found]
            begin = 0 if not found else max(0, found[0][0] - BEFORE)
        return _on_one_line(text[begin : begin + LENGTH], [(start - begin, stop - begin) for start, stop in found])


def _on_one_line(text: str, marks: Iterable[tuple[int, int]]) -> Snippet:
    """Return a piece of text with each run of white space as one blank, and its marks where they are then."""
    parts: list[str] = []
    moved: list[tuple[int, int]] = []
    size = end = 0

    def take(stop: int) -> None:
        nonlocal size, end
        part = _SPACES.sub(" ", text[end:stop])
        if part.startswith(" ") and (not parts or parts[-1].endswith(" ")):
            part = part[1:]
        if part:
            parts.append(part)
            size += len(part)
        end = stop

    for start, stop in marks:
        if start < end or start >= len(text):
            continue
        take(start)
        begun = size
        take(min(stop, len(text)))
        if size > begun:
            moved.append((begun, size))
    take(len(text))
    return Snippet("".join(parts), tuple(moved))


def _pattern(term: Term) -> re.Pattern[str]:
    """Return where a term stands in a folded text: words at their beginnings, runs of characters anywhere."""
    pieces: list[str] = []
    for number, piece in enumerate(term.pieces):
        whole = re.escape(piece)
        if not is_asian(piece):
            is_last = number == len(term.pieces) - 1
            whole = f"(?<!{LETTER}){whole}" + ("" if term.is_prefix and is_last else f"(?!{LETTER})")
        pieces.append(whole)
    return re.compile(_BETWEEN.join(pieces))
