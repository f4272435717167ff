"""Lines as the strips that are put on the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from oats_tui.core.sanitize import sanitize
from oats_tui.ui.widgets.transcript.lines import Line
from oats_tui.ui.widgets.transcript.palette import Palette

MARGIN = 2
"""Columns in front of a line, where the bar stands."""

_FRAME = MARGIN + 2
"""Columns of the view that no line has: the margin, one behind the text, and the mark of the position."""

_KEPT = 1024


class Mark(NamedTuple):
    """Columns of a line that are drawn in another style."""

    start: int
    end: int
    style: Style


class Painter:
    """Makes strips of lines, and keeps those it made last.

    Args:
        palette: The colours.
    """

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._kept: OrderedDict[tuple[int, int, Style | None, bool], tuple[Line, Strip]] = OrderedDict()

    def strip(
        self, line: Line, width: int, *, bar: Style | None = None, thumb: bool = False, marks: Sequence[Mark] = ()
    ) -> Strip:
        """Return a line as wide as the view.

        Args:
            line: What is drawn.
            width: Columns of the view.
            bar: The style of the bar in the margin; None for no bar.
            thumb: Whether the mark of the position stands beside it.
            marks: What is drawn in another style, in order.
        """
        key = (id(line), width, bar, thumb)
        kept = self._kept.get(key)
        if kept is not None and not marks:
            self._kept.move_to_end(key)
            return kept[1]
        palette = self.palette
        margin = Segment("▎ ", bar) if bar is not None else Segment("  ", palette.text)
        segments = map(_safe, marked(line.segments, marks) if marks else line.segments)
        drawn = Strip([margin, *segments]).adjust_cell_length(max(0, width - 1), palette.text)
        edge = Segment("▐", palette.thumb) if thumb else Segment(" ", palette.text)
        strip = Strip([*drawn, edge], width).apply_style(palette.ground)
        if not marks:
            # The line is kept with it, so that its id stays its own.
            self._kept[key] = (line, strip)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return strip

    def over(self, strip: Strip, words: str) -> Strip:
        """Return a strip with a few words over its right end."""
        width = strip.cell_length
        chip = Strip([Segment(f" {words} ", self.palette.found)])
        room = width - chip.cell_length - 1
        if room < 1:
            return strip
        return Strip([*strip.crop(0, room), *chip, *strip.crop(width - 1)], width)


def inner_width(width: int) -> int:
    """Return how many columns a line may have in a view of this width."""
    return max(1, width - _FRAME)


def marked(segments: Iterable[Segment], marks: Sequence[Mark]) -> Iterator[Segment]:
    """Return the segments of a line with some of its columns in other styles; later marks win."""
    column = 0
    for text, style, _ in segments:
        width = cell_len(text)
        touching = [mark for mark in marks if mark.start < column + width and mark.end > column]
        if not touching:
            yield Segment(text, style)
        else:
            yield from _split(text, style or Style(), column, touching)
        column += width


def _split(text: str, style: Style, column: int, marks: Sequence[Mark]) -> Iterator[Segment]:
    """Return one segment, cut where marks begin and end."""
    begun, current = 0, style
    for position, character in enumerate(text):
        width = get_character_cell_size(character)
        own = style
        for mark in marks if width else ():
            if mark.start <= column < mark.end:
                own = style + mark.style
        if width and own != current:
            if position > begun:
                yield Segment(text[begun:position], current)
            begun, current = position, own
        column += width
    yield Segment(text[begun:], current)


def thumb_lines(top: int, page: int, total: int) -> range:
    """Return the lines of the view beside which the position is marked; none where all is in view.

    Args:
        top: The first line in view.
        page: How many lines are in view.
        total: How many there are.
    """
    if total <= page or page <= 0:
        return range(0)
    length = max(1, page * page // total)
    start = min(page - length, top * (page - length) // (total - page))
    return range(start, start + length)


def _safe(segment: Segment) -> Segment:
    """Return the segment with nothing in it that a terminal would obey; the last gate before the terminal."""
    text = sanitize(segment.text).replace("\n", " ").replace("\t", " ")
    return segment if text == segment.text and segment.control is None else Segment(text, segment.style)
