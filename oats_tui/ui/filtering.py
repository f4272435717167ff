"""Which sessions a filter leaves: by their titles, and where no title has a word, by what is much like it.

The matching is rapidfuzz's: it takes milliseconds for 20,000 titles, and never more for an unlucky one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import is_
from typing import Final

from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.row import Row

LONGEST_FILTER = 100
"""Characters of a filter."""

LONGEST_TITLE: Final = 200
"""Characters of a title in which words are looked for: more than the list ever shows."""

# A word of fewer letters has to be there as it is: with a letter wrong it would be nearly every word.
_FORGIVEN_FROM = 4
_LIKENESS = 75.0
_EXACT = 100.0
_AT_A_WORD = 10.0


class Filtering:
    """Leaves the sessions whose titles have all words of a filter, or words much like them.

    Attributes:
        text: The filter; without words everything is left.
    """

    def __init__(self) -> None:
        self.text = ""
        self._rows: Sequence[Row] = []
        self._plain: list[str] = []
        self._letters: tuple[str, dict[str, frozenset[int]]] = ("", {})

    @property
    def words(self) -> list[str]:
        """The words of the filter."""
        return _plain(self.text[:LONGEST_FILTER]).split()

    def prepare(self, rows: Sequence[Row]) -> None:
        """Get ready for the first letter of a filter."""
        import rapidfuzz  # noqa: F401 - loaded before a letter waits for it

        self._take(rows)

    def matching(self, rows: Sequence[Row]) -> list[Row]:
        """Return the sessions that are left, the best on top; of two alike the one that came first.

        Args:
            rows: The sessions, in their order.
        """
        titles = self._take(rows)
        scores: dict[int, float] = dict.fromkeys(range(len(rows)), 0.0)
        for word in self.words:
            found = _scores(word, titles, scores)
            scores = {place: score + scores[place] for place, score in found.items()}
        # Sorting is stable, and what came first is still first.
        best = sorted(sorted(scores), key=scores.__getitem__, reverse=True)
        return [rows[place] for place in best]

    def letters(self, title: str) -> frozenset[int]:
        """Return which characters of a title, as it is shown, are those of the filter."""
        if self._letters[0] != self.text:
            self._letters = (self.text, {})
        known = self._letters[1]
        if title not in known:
            plain = _plain(title[:LONGEST_TITLE])
            # Few characters have a plain form of another length; then no place in it can be relied on.
            fits = len(plain) == len(title[:LONGEST_TITLE])
            words = self.words if fits else []
            known[title] = frozenset().union(*(_places(word, plain) for word in words))
        return known[title]

    def _take(self, rows: Sequence[Row]) -> list[str]:
        """Return the titles in the form in which they are compared."""
        if rows is self._rows or (len(rows) == len(self._rows) and all(map(is_, rows, self._rows))):
            return self._plain
        known = {row.id: (row.title, plain) for row, plain in zip(self._rows, self._plain, strict=True)}
        self._plain = []
        for row in rows:
            title, plain = known.get(row.id, ("", ""))
            if title != row.title:
                plain = _plain(clean_line(row.title[: 4 * LONGEST_TITLE])[:LONGEST_TITLE])
            self._plain.append(plain)
        self._rows = rows
        return self._plain


def _plain(text: str) -> str:
    """Return a text without the difference between large and small letters."""
    return text.lower()


def _scores(word: str, titles: Sequence[str], among: Iterable[int]) -> dict[int, float]:
    """Return how well a word fits which titles: those that have it, or else those with something like it."""
    found = {place: _EXACT for place in among if word in titles[place]}
    for place in found:
        if f" {word}" in f" {titles[place]}":
            found[place] += _AT_A_WORD
    if found or len(word) < _FORGIVEN_FROM:
        return found
    from rapidfuzz import fuzz, process

    choices = {place: titles[place] for place in among}
    like = process.extract(
        word, choices, scorer=fuzz.partial_ratio, processor=None, limit=None, score_cutoff=_LIKENESS
    )
    return {place: score for title, score, place in like if _window(word, title) is not None}


def _places(word: str, title: str) -> set[int]:
    """Return where the letters of a word are in a title that it fits."""
    begin = title.find(word)
    if f" {word}" in f" {title}":
        begin = f" {title}".find(f" {word}")
    if begin >= 0:
        return set(range(begin, begin + len(word)))
    if len(word) < _FORGIVEN_FROM:
        return set()
    from rapidfuzz.distance import Indel

    window = _window(word, title)
    if window is None:
        return set()
    blocks = Indel.opcodes(word, title[window.start : window.stop]).as_matching_blocks()
    return {window.start + block.b + step for block in blocks for step in range(block.size)}


def _window(word: str, title: str) -> range | None:
    """Return where a title has something much like a word; None where it has not.

    At the ends of a title, and for a short one, a part of the word would do as well: but all of it was typed.
    """
    from rapidfuzz import fuzz

    found = fuzz.partial_ratio_alignment(word, title, processor=None, score_cutoff=_LIKENESS)
    if found is None or min(found.src_end - found.src_start, found.dest_end - found.dest_start) < len(word) - 1:
        return None
    return range(found.dest_start, found.dest_end)
