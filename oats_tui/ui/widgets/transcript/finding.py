"""Finding words in a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.lines import Line
from oats_tui.ui.widgets.transcript.places import Place, column_of

_WORD = re.compile(r"[^\W_]+")

# What may stand between two words in Markdown and is not shown: marks, and the address of a link.
_BETWEEN = r"(?:\([^()\s]{0,2000}\)|[\W_]){0,16}"

Spans = dict[int, list[tuple[int, int]]]
"""By line, the columns of what was found."""


class Finder:
    """Finds a text wherever it is drawn, in capitals or not.

    Markdown is searched as it is shown; where its source holds the words in this order, it is drawn and looked at.

    Args:
        terms: What to find, any of them, none empty.
    """

    def __init__(self, *terms: str) -> None:
        self.found: Place | None = None
        # The longest first: of two that begin alike it is the one to be marked.
        terms = tuple(sorted(terms, key=len, reverse=True))
        self._pattern = re.compile("|".join(map(re.escape, terms)), re.IGNORECASE)
        self._loosely = re.compile("|".join(map(_loosely, terms)), re.IGNORECASE)
        self._kept: dict[int, tuple[Sequence[Line], list[tuple[int, int]], Spans]] = {}
        self._where: tuple[Sequence[Entry], list[int]] | None = None
        self._here: tuple[Place, Sequence[Line], Spans] | None = None

    def entries(self, document: Document) -> list[int]:
        """Return the messages that hold the words, by their number."""
        if self._where is None or self._where[0] is not document.entries:
            self._where = (
                document.entries,
                [index for index, entry in enumerate(document.entries) if self._may_hold(searched(entry))],
            )
        return self._where[1]

    def spans(self, lines: Sequence[Line], line: int) -> list[tuple[int, int]]:
        """Return the columns of what was found on one line of a piece."""
        return self._matches(lines)[1].get(line, [])

    def is_found(self, entry_id: str, piece: int, lines: Sequence[Line], line: int) -> list[tuple[int, int]]:
        """Return the columns on one line of the match that one is at."""
        found = self.found
        if found is None or (found.entry_id, found.piece) != (entry_id, piece):
            return []
        if self._here is None or self._here[0] != found or self._here[1] is not lines:
            self._here = (found, lines, matches_in(lines, self._pattern, only=(found.row, found.offset))[1])
        return self._here[2].get(line, [])

    def go(self, document: Document, start: Place | None, step: int) -> Place | None:
        """Return the next match behind a place, or before it; around the end where there is none.

        Args:
            document: What is searched.
            start: Where to begin; None for one of the ends.
            step: 1 for the next match, -1 for the one before.
        """
        holders = self.entries(document)
        if not holders:
            return None
        at = document.index_of(start.entry_id) if start is not None else None
        ahead = [n for n in holders if at is None or (n - at) * step >= 0]
        behind = [n for n in holders if at is not None and (n - at) * step < 0]
        # Around the end one comes back to the message where one is, and may find only what was found last.
        order = [*ahead[::step], *behind[::step], *ahead[::step][:1]]
        for turn, index in enumerate(order):
            within = start if not turn and at == index else None
            for place in self._places(document, index, within, step):
                if _is_behind(place, within, step):
                    return place
        return None

    def _may_hold(self, text: str) -> bool:
        """Return whether a text may show what is looked for."""
        return self._loosely.search(text) is not None

    def _places(self, document: Document, index: int, start: Place | None, step: int) -> Iterator[Place]:
        """Return the matches in a message from a place on, in a direction; none is drawn that is not needed."""
        layout = document.layout(index)
        while layout.is_partial:
            layout.update(document.entries[index], document.width, document.look)
        numbers = range(len(layout.pieces))[::step]
        for number in numbers:
            is_passed = start is not None and (number - start.piece) * step < 0
            if not is_passed and self._may_hold(layout.pieces[number].source):
                for row, offset in self._matches(layout.lines(number))[0][::step]:
                    yield Place(document.entries[index].id, number, row, offset)

    def _matches(self, lines: Sequence[Line]) -> tuple[list[tuple[int, int]], Spans]:
        """Return the matches in a piece, kept while its lines are the same."""
        kept = self._kept.get(id(lines))
        if kept is None or kept[0] is not lines:
            if len(self._kept) > 500:
                self._kept.clear()
            kept = self._kept[id(lines)] = (lines, *matches_in(lines, self._pattern))
        return kept[1], kept[2]


def _loosely(term: str) -> str:
    """Return a pattern for the words of a term in this order, with what may stand between them in Markdown."""
    return _BETWEEN.join(map(re.escape, _WORD.findall(term))) or re.escape(term)


def searched(entry: Entry) -> str:
    """Return what a message shows when all of it is unfolded."""
    return "\n".join(chain.from_iterable(_texts(item) for item in entry.items))


def matches_in(
    lines: Sequence[Line], pattern: re.Pattern[str], only: tuple[int, int] | None = None
) -> tuple[list[tuple[int, int]], Spans]:
    """Return row and offset of each match, and the columns of all of them by line.

    Args:
        lines: The lines of a piece; soft breaks do not keep a match apart.
        pattern: What to find.
        only: Row and offset of the one match that is wanted; None for all.
    """
    places: list[tuple[int, int]] = []
    spans: Spans = {}
    for row, numbers in enumerate(_rows(lines)):
        texts = [lines[number].copied() + lines[number].join for number in numbers]
        for match in pattern.finditer("".join(texts)):
            if match.start() == match.end() or (only is not None and (row, match.start()) != only):
                continue
            places.append((row, match.start()))
            begin = 0
            for number, text in zip(numbers, texts, strict=True):
                first, last = max(match.start() - begin, 0), min(match.end() - begin, len(text))
                if first < last:
                    line = lines[number]
                    spans.setdefault(number, []).append((column_of(line, first), column_of(line, last)))
                begin += len(text)
    return places, spans


def _rows(lines: Sequence[Line]) -> Iterator[list[int]]:
    """Return the numbers of the lines of each row."""
    row: list[int] = []
    for number, line in enumerate(lines):
        row.append(number)
        if line.join == "\n":
            yield row
            row = []
    if row:
        yield row


def _texts(item: object) -> tuple[str, ...]:
    """Return the texts of a part."""
    match item:
        case TextItem(text=text):
            return (text,)
        case FoldItem(title=title, text=text):
            return (title, text)
        case ToolItem() as tool:
            return tuple(filter(None, (tool.name, tool.title, tool.arguments, tool.output, tool.error)))
        case _:
            return ()


def _is_behind(place: Place, start: Place | None, step: int) -> bool:
    """Return whether a place of the same message comes behind another, in a direction."""
    if start is None:
        return True
    one, other = (place.piece, place.row, place.offset), (start.piece, start.row, start.offset)
    return one > other if step > 0 else one < other
