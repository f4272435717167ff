"""What has to be written on a line, cut into strokes of one style each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import ne, or_
from typing import NamedTuple

from oats_tui.ui.painting.cells import Cells
from oats_tui.ui.painting.pens import Pens, Purpose

MOST_BETWEEN = 4
"""Bytes between two cells that differ up to which writing them once more is no longer than going on."""

# Erasing takes up to six characters, or three up to the line's end; going on behind what was erased takes five.
_BLANKS = re.compile(" {10,}| {6,}$")
_SOME = " " * 6
_LEAST_TO_END = 4


class _Run(NamedTuple):
    """Cells that go into one stroke, or into some where blanks are erased.

    Attributes:
        start: The first of them.
        stop: The one behind the last.
        pen: Their style.
    """

    start: int
    stop: int
    pen: int


class Stroke(NamedTuple):
    """Cells side by side that are written in one style.

    Attributes:
        y: The line.
        x: The first column.
        width: How many cells; 0 for all up to the end of the line.
        pen: The style's number.
        text: What is written; empty where cells are erased.
        purpose: What it is written for.
    """

    y: int
    x: int
    width: int
    pen: int
    text: str
    purpose: Purpose

    @property
    def stop(self) -> int:
        """The column at which the cursor is afterwards."""
        return self.x + self.width if self.text else self.x


def strokes_of(y: int, old: Cells, new: Cells, start: int, stop: int, pens: Pens) -> Iterator[Stroke]:
    """Return what makes a line show what it should, from left to right.

    Args:
        y: Which line it is.
        old: What its cells show.
        new: What they are to show.
        start: The first column that may differ.
        stop: The column behind the last that may.
        pens: The styles.
    """
    if old == new:
        return
    places = _differing(old, new, start, stop)
    tail = None
    if len(places) >= _LEAST_TO_END and new.letters[places[-1]] == " ":
        tail = _tail(new, pens)
        blank = bisect_left(places, tail)
        if len(places) - blank >= _LEAST_TO_END:
            # Right behind what is written nothing has to be gone to.
            tail = tail if blank and places[blank - 1] + 1 == tail else places[blank]
            places = places[:blank]
        else:
            tail = None
    for run in _runs(places, new, pens):
        yield from _cut(y, 0, new, run, pens)
    if tail is not None:
        yield Stroke(y, tail, 0, new.pens[tail], "", "erasing")


def whole(y: int, x: int, cells: Cells, pens: Pens) -> Iterator[Stroke]:
    """Return what writes all of some cells that begin at a column."""
    for run in _runs(range(len(cells.letters)), cells, pens):
        yield from _cut(y, x, cells, run, pens)


def _differing(old: Cells, new: Cells, start: int, stop: int) -> Sequence[int]:
    """Return the columns that differ; of a wide letter both halves."""
    letters = new.letters
    others = map(ne, old.letters[start:stop], letters[start:stop])
    styles = map(ne, old.pens[start:stop], new.pens[start:stop])
    places = list(compress(range(start, stop), map(or_, others, styles)))
    if "" not in letters:
        return places
    halves = {place - 1 for place in places if not letters[place]}
    halves |= {place + 1 for place in places if place + 1 < len(letters) and not letters[place + 1]}
    return sorted(halves.union(places))


def _runs(places: Sequence[int], cells: Cells, pens: Pens) -> Iterator[_Run]:
    """Return cells that go into one stroke, with those between them that are no longer than going on is."""
    letters, styles = cells.letters, cells.pens
    start = stop = pen = blank = -1
    for place in places:
        its = styles[place]
        # Most cells go on as the one before them.
        if place != stop or (its != pen and (its != blank or letters[place] != " ")):
            is_near = 0 <= stop < place <= stop + MOST_BETWEEN or (place == stop and pen == blank)
            shared = _pen_for(_Run(start, stop, pen), place, cells, pens) if is_near else None
            if shared is None:
                if stop >= 0:
                    yield _Run(start, stop, pen)
                start, shared = place, its
            pen, blank = shared, pens.blank(shared)
        stop = place + 1
    if stop >= 0:
        yield _Run(start, stop, pen)


def _pen_for(run: _Run, place: int, cells: Cells, pens: Pens) -> int | None:
    """Return the style in which a run can go on with a cell and what stands before it; None where it cannot."""
    start, stop, pen = run
    between = "".join(cells.letters[stop:place])
    # Going on by one column takes three bytes, by more it takes four.
    if place > stop and not 0 < len(between.encode()) <= MOST_BETWEEN - (place - stop == 1):
        return None
    its = cells.pens[place]
    blank = pens.blank(its)
    if pen == blank and not "".join(cells.letters[start:stop]).strip(" "):
        pen = its
    blank = pens.blank(pen)
    for other in range(stop, place + 1):
        if cells.pens[other] != pen and (cells.pens[other] != blank or cells.letters[other] != " "):
            return None
    return pen


def _tail(cells: Cells, pens: Pens) -> int:
    """Return from which column on a line is blank in one style and can be erased; its length for none."""
    end = len(cells.letters)
    pen = cells.pens[-1]
    if not pens.erases(pen):
        return end
    place = end
    while place and cells.letters[place - 1] == " " and cells.pens[place - 1] == pen:
        place -= 1
    return place


def _cut(y: int, x: int, cells: Cells, run: _Run, pens: Pens) -> Iterator[Stroke]:
    """Return the strokes of a run of cells of which the first is at a column: many blanks are erased."""
    start, stop, pen = run
    text = "".join(cells.letters[start:stop])
    blank, place = pens.blank(pen), 0
    x += start
    if _SOME in text and len(text) == stop - start and pens.erases(blank):
        for blanks in _BLANKS.finditer(text):
            if place < blanks.start():
                part = text[place : blanks.start()]
                yield _written(y, x + place, part, len(part), pen, blank)
            yield Stroke(y, x + blanks.start(), len(blanks.group()), blank, "", "erasing")
            place = blanks.end()
    if place < stop - start:
        yield _written(y, x + place, text[place:], stop - start - place, pen, blank)


def _written(y: int, x: int, text: str, width: int, pen: int, blank: int) -> Stroke:
    """Return a stroke of text."""
    return (
        Stroke(y, x, width, pen, text, "letters")
        if text.strip(" ")
        else Stroke(y, x, width, blank, text, "blanks")
    )
