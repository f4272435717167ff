"""Rows of text in columns that fit the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oats_tui.shell.cells import cells, cut, padded
from oats_tui.shell.output import Output

_GAP = "  "
_LEAST_LAST = 16
"""Columns that the last one gets, however narrow the terminal is: those before it give way from the right."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        head: Its name.
        to_right: Whether its texts end below each other.
        most: How many columns of the terminal it takes at most; None for the last, which takes what is left.
    """

    head: str
    to_right: bool = False
    most: int | None = 40


def table(out: Output, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table with its head; without rows none. A column in which nothing stands is left out.

    Args:
        out: Tells how wide the terminal is.
        columns: The columns.
        rows: Safe texts of one line, as many in each row as there are columns.
    """
    if not rows:
        return []
    widths = [_width(column, [row[index] for row in rows]) for index, column in enumerate(columns)]
    kept = [index for index, width in enumerate(widths[:-1]) if width]
    last = len(columns) - 1
    while kept[1:] and _room(out.columns, widths, kept) < _LEAST_LAST:
        kept.pop()
    room = max(_room(out.columns, widths, kept), _LEAST_LAST)
    lines = [out.styled(_row([column.head for column in columns], columns, widths, kept, last, room), "head")]
    return lines + [_row(row, columns, widths, kept, last, room) for row in rows]


def _room(columns: int, widths: Sequence[int], kept: Sequence[int]) -> int:
    """Return how many columns are left for the last one."""
    return columns - sum(widths[index] + len(_GAP) for index in kept)


def _width(column: Column, texts: Sequence[str]) -> int:
    """Return how wide a column is; 0 where nothing stands in it."""
    if column.most is None:
        return 0
    # The longest text is not always the widest one, but those of the same width differ in length twice at most.
    longest = max(map(len, texts))
    if not longest:
        return 0
    widest = max(cells(text) for text in texts if 2 * len(text) >= longest)
    return min(max(widest, len(column.head)), column.most)


def _row(
    texts: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[int],
    kept: Sequence[int],
    last: int,
    room: int,
) -> str:
    """Return one line."""
    told = []
    for index in kept:
        text = cut(texts[index], widths[index])
        to_right = columns[index].to_right
        told.append(" " * (widths[index] - cells(text)) + text if to_right else padded(text, widths[index]))
    return _GAP.join([*told, cut(texts[last], room)]).rstrip()
