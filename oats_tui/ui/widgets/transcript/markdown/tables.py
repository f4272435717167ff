"""Tables cut into pieces of rows, with the widths that all pieces share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.markdown.block import Block
from oats_tui.ui.widgets.transcript.markdown.code import part_of
from oats_tui.ui.widgets.transcript.markdown.parser import cutter

if TYPE_CHECKING:
    from markdown_it.token import Token

ROWS = 50
"""Rows of a piece, without the header."""
WIDEST = 1_000
"""Cells beyond which a column is not measured."""

_HEAD_LINES = 2
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_MARK = re.compile(r"\\(?=[!-/:-@\[-`{-~])|`+|\*\*|__|~~")


def rows_of(block: Block) -> list[list[str]]:
    """Return the inline Markdown of each cell of a block of the kind ``table``.

    The first row of the first piece is the header. All rows have as many cells as the table has columns.
    """
    if block.part in ("whole", "first"):
        return [cells for _, cells in rows_in(cutter().parse(block.source, {}))]
    tokens = cutter().parse(head_of(len(block.columns)) + block.source, {})
    return [cells for _, cells in rows_in(tokens)][1:]


def head_of(columns: int) -> str:
    """Return the first two lines of some table of so many columns."""
    return f"|{'x|' * columns}\n|{'-|' * columns}\n"


def rows_in(tokens: Sequence[Token]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row of the first table among the tokens."""
    line, cells = 0, list[str]()
    for token in tokens:
        if token.type == "tr_open" and token.map:
            line, cells = token.map[0], []
        elif token.type == "inline":
            cells.append(token.content)
        elif token.type == "tr_close":
            yield line, cells
        elif token.type == "table_close":
            return


def aligns_in(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return how the columns of the first table among the tokens are aligned."""
    aligns: list[str] = []
    for token in tokens:
        if token.type == "th_open":
            aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        elif token.type == "thead_close":
            break
    return tuple(aligns)


def table_pieces(
    lines: Sequence[str], tokens: Sequence[Token], shape: Block, *, goes_on: bool
) -> list[tuple[Block, tuple[int, ...]]]:
    """Return the pieces of a table, each with the widths of the columns over all pieces in front of it.

    Args:
        lines: Its lines with the blank lines behind it.
        tokens: What the parser makes of them; of a table that goes on, with some header.
        shape: What is true of all pieces, and the gap of the first; its columns are the widths over the pieces
            that stand in front of these lines.
        goes_on: Whether pieces stand in front of these lines.
    """
    rows = [cells for _, cells in rows_in(tokens)]
    first = 0 if goes_on else next((index for index, line in enumerate(lines) if line.strip(" \t\r\n")), 0)
    head, body = ([], rows[1:]) if goes_on else (rows[:1], rows[1:])
    first += 0 if goes_on else _HEAD_LINES
    starts = [0, *range(first + ROWS, first + len(body), ROWS), len(lines)]
    made: list[tuple[Block, tuple[int, ...]]] = []
    widths = shape.columns
    for index, start in enumerate(starts[:-1]):
        part = part_of(index, len(starts) - 1, goes_on=goes_on)
        source = "".join(lines[start : starts[index + 1]])
        made.append((replace(shape, source=source, part=part, gap=shape.gap and not index), widths))
        widths = _widest(widths, [*(head if not index else []), *body[index * ROWS : (index + 1) * ROWS]])
    return [(replace(piece, columns=widths), before) for piece, before in made]


def debt_of(row: str, columns: int) -> int:
    """Return how much a row lacks, compared with its length; less than nothing where it lacks little."""
    return 2 * max(0, columns - 1 - row.count("|")) - len(row)


def _widest(widths: tuple[int, ...], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the widths of columns that hold these rows too."""
    widest = list(widths)
    for row in rows:
        for column, cell in enumerate(row[: len(widest)]):
            if len(cell) * 2 > widest[column]:
                widest[column] = max(widest[column], _width(cell))
    return tuple(widest)


def _width(cell: str) -> int:
    """Return about how many columns of the screen a cell needs, without its marks and addresses."""
    plain = _MARK.sub("", _LINK.sub(r"\1", cell)) if not cell.isalnum() else cell
    if not plain.isascii():
        return min(WIDEST, cell_len(clean(plain[:WIDEST])))
    return min(WIDEST, len(plain.expandtabs(4)))
