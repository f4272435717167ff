"""A place in a conversation that stays what it is when the width, the theme or what stands around it changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.lines import Line


@dataclass(frozen=True, slots=True)
class Place:
    """A character of a message.

    Attributes:
        entry_id: The message's id.
        piece: Which of its pieces, from 0.
        row: Which line of the piece, soft breaks not counted.
        offset: How many characters, as they would be copied, stand before it in that line.
    """

    entry_id: str
    piece: int = 0
    row: int = 0
    offset: int = 0


def place_of(document: Document, y: int, column: int = 0) -> Place:
    """Return the place at a line and a column of a document that has messages."""
    index = document.at(y)
    layout = document.layout(index)
    within = y - document.top(index)
    piece = layout.at(within)
    row, offset = row_at(layout.lines(piece), within - layout.start(piece), column)
    return Place(document.entries[index].id, piece, row, offset)


def line_of(document: Document, place: Place) -> tuple[int, int] | None:
    """Return the line and the column of a place; None where its message is not there.

    What is there no more is taken for the end of what is left of it.
    """
    index = document.index_of(place.entry_id)
    if index is None:
        return None
    layout = document.layout(index)
    piece = min(place.piece, len(layout.pieces) - 1)
    line, column = line_at(layout.lines(piece), place.row, place.offset)
    return document.top(index) + layout.start(piece) + line, column


def order_of(document: Document, place: Place) -> tuple[int, int, int, int]:
    """Return what sorts places by where they stand."""
    index = document.index_of(place.entry_id)
    return (-1 if index is None else index, place.piece, place.row, place.offset)


def row_at(lines: Sequence[Line], line: int, column: int = 0) -> tuple[int, int]:
    """Return the row of a line, and how many of the row's characters stand before a column of it.

    A line of which nothing is copied, such as a rule, is told by its place among the lines of the row, below zero.
    """
    line = min(line, len(lines))
    row = sum(1 for each in lines[:line] if each.join == "\n")
    first = next((number + 1 for number in reversed(range(line)) if lines[number].join == "\n"), 0)
    if line < len(lines) and _is_silent(lines[line]):
        return row, first - line - 1
    offset = len(lines[line].copied(0, column)) if line < len(lines) else 0
    return row, offset + sum(len(each.copied()) + len(each.join) for each in lines[first:line])


def line_at(lines: Sequence[Line], row: int, offset: int = 0) -> tuple[int, int]:
    """Return the line and the column at which a character of a row stands; the last one's where it is gone."""
    number, line, first = 0, 0, 0
    for line, each in enumerate(lines):
        if number == row:
            length = len(each.copied())
            if offset < 0:
                is_here = line - first == -offset - 1
            else:
                is_here = offset < length + len(each.join) and not _is_silent(each)
            if is_here or each.join == "\n":
                return line, column_of(each, min(max(0, offset), length))
            offset -= length + len(each.join) if offset >= 0 else 0
        elif each.join == "\n" and number + 1 == row:
            first = line + 1
        number += each.join == "\n"
    return line, 0


def _is_silent(line: Line) -> bool:
    """Return whether nothing of a line is copied, not even its end."""
    return not line.join and not line.copied()


def column_of(line: Line, offset: int) -> int:
    """Return the column at which the n-th character of what is copied of a line stands."""
    if not line.borders and line.plain.isascii():
        return offset
    return bisect_right(range(line.width), offset, key=lambda column: len(line.copied(0, column + 1)))
