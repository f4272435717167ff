"""Drawn lines that still know what they say, so that what is copied has neither borders nor soft breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style

_width = lru_cache(maxsize=4096)(get_character_cell_size)


@dataclass(frozen=True, slots=True)
class Border:
    """Columns of a line that were drawn around the text.

    Attributes:
        start: The first column.
        end: The column behind the last.
        copied: What stands for them in what is copied; empty for nothing.
    """

    start: int
    end: int
    copied: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn line.

    Attributes:
        segments: What is drawn, from its first column.
        join: What stands between this line and the next in what is copied: a newline, or what a soft break
            left out, such as a blank or nothing.
        borders: The columns that are not text, in order.
    """

    segments: tuple[Segment, ...] = ()
    join: str = "\n"
    borders: tuple[Border, ...] = ()

    @property
    def width(self) -> int:
        """How many columns are drawn."""
        return sum(cell_len(segment.text) for segment in self.segments)

    @property
    def plain(self) -> str:
        """What is drawn, without its styles."""
        return "".join(segment.text for segment in self.segments)

    def copied(self, start: int = 0, end: int | None = None) -> str:
        """Return what is copied of the columns from ``start`` to before ``end``; of all behind for None."""
        pieces: list[str] = []
        borders, column, is_taken = list(self.borders), 0, False
        for character in self.plain:
            width = _width(character)
            if not width:
                # A mark belongs to the character in front of it.
                pieces += [character] if is_taken or (column == start == 0 and not self.borders) else []
                continue
            while borders and column >= borders[0].end:
                borders.pop(0)
            is_inside = start <= column and (end is None or column < end)
            is_border = bool(borders) and borders[0].start <= column
            if is_inside and is_border and column == borders[0].start:
                pieces.append(borders[0].copied)
            is_taken = is_inside and not is_border
            pieces += [character] if is_taken else []
            column += width
        return "".join(pieces)


BLANK = Line()


def wrapped(runs: Iterable[Segment], width: int, *, words: bool = True) -> list[Line]:
    """Return styled text as lines of at most so many columns.

    Args:
        runs: The text, which may hold newlines; tabs are expanded already, and control characters gone.
        width: Columns.
        words: Whether lines are broken between words where that is possible, or wherever they are full.
    """
    segments = [segment for segment in runs if segment.text]
    text = "".join(segment.text for segment in segments)
    lines: list[Line] = []
    start = 0
    cutter = _Cutter(segments)
    for hard in text.split("\n"):
        for first, last, join in breaks(hard, max(1, width), words=words):
            lines.append(Line(cutter.cut(start + first, start + last), join))
        start += len(hard) + 1
    return lines


def breaks(text: str, width: int, *, words: bool = True) -> Iterator[tuple[int, int, str]]:
    """Yield for each line of a text without newlines where it begins and ends, and what joins it to the next.

    A line that ends the text is joined by a newline.
    """
    start, narrow = 0, text.isascii()
    while True:
        full = min(start + width, len(text)) if narrow else _fit(text, start, width)
        if full >= len(text):
            yield start, len(text), "\n"
            return
        end = full
        if words and not _breaks_anywhere(text, full):
            blank = text.rfind(" ", start, full + 1)
            if blank > start and not text[start:blank].isspace():
                end = blank
        behind = end
        if words:
            while behind < len(text) and text[behind] == " ":
                behind += 1
            while end > start + 1 and text[end - 1] == " ":
                end -= 1
        if behind >= len(text):
            yield start, end, "\n"
            return
        yield start, end, text[end:behind]
        start = behind


def behind(
    lines: Iterable[Line], first: Sequence[Segment], rest: Sequence[Segment] | None = None, copied: str = ""
) -> list[Line]:
    """Return the lines with a border in front of each.

    Args:
        lines: The lines.
        first: What stands in front of the first one.
        rest: What stands in front of the others; None for the same.
        copied: What is copied for the first one, and as many blanks for the others that are not soft breaks.
    """
    made: list[Line] = []
    hard = True
    for line in lines:
        lead = first if rest is None or not made else rest
        stands_for = (copied if not made else " " * len(copied)) if hard else ""
        made.append(_prefixed(line, lead, stands_for))
        hard = line.join == "\n"
    return made


def padded(line: Line, width: int, style: Style) -> Line:
    """Return the line on a ground of its own, filled up to so many columns."""
    gap = max(0, width - line.width)
    filled = tuple(Segment(text, style + own if own else style) for text, own, _ in line.segments)
    if not gap:
        return replace(line, segments=filled)
    border = Border(width - gap, width)
    return Line((*filled, Segment(" " * gap, style)), line.join, (*line.borders, border))


def copied(lines: Sequence[Line]) -> str:
    """Return what is copied of whole lines, without the last one's join."""
    pieces = chain.from_iterable((line.copied(), line.join) for line in lines)
    return "".join(list(pieces)[:-1])


class _Cutter:
    """Cuts pieces out of styled text, one behind the other.

    Args:
        segments: The text.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._index = 0
        self._begin = 0

    def cut(self, start: int, end: int) -> tuple[Segment, ...]:
        """Return the text between two offsets; the first is not before the last call's."""
        made: list[Segment] = []
        while self._index < len(self._segments):
            text, style, _ = self._segments[self._index]
            stop = self._begin + len(text)
            if stop > start and self._begin < end:
                piece = text[max(0, start - self._begin) : end - self._begin]
                if piece:
                    made.append(Segment(piece, style))
            if stop > end:
                break
            self._index, self._begin = self._index + 1, stop
        return tuple(made)


def _prefixed(line: Line, lead: Sequence[Segment], copied: str) -> Line:
    """Return a line with a border in front."""
    width = sum(cell_len(segment.text) for segment in lead)
    moved = tuple(Border(each.start + width, each.end + width, each.copied) for each in line.borders)
    return Line((*lead, *line.segments), line.join, (Border(0, width, copied), *moved) if width else moved)


def _fit(text: str, start: int, width: int) -> int:
    """Return the offset of the first character that has no room; at least one has."""
    used, end = 0, start
    for end in range(start, len(text)):
        used += _width(text[end])
        if used > width and end > start:
            return end
    return len(text)


def _breaks_anywhere(text: str, offset: int) -> bool:
    """Return whether a line may end before this character though it is no blank: beside wide ones."""
    return _width(text[offset]) > 1 or (_width(text[offset - 1]) > 1 and text[offset] != " ")
