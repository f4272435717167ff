"""Tables in columns, or cell by cell where there are more columns than room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.widgets.transcript.lines import Border, Line, wrapped
from oats_tui.ui.widgets.transcript.markdown.hanging import bordered
from oats_tui.ui.widgets.transcript.markdown.spans import Spans
from oats_tui.ui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from markdown_it.token import Token

NARROWEST = 4
"""Columns of the screen that a column of a table has at least, unless it needs fewer."""

Cell = Sequence[Segment]

_BETWEEN = " │ "
_RULE, _CROSS = "─", "─┼─"
_NONE = Style()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, or a piece of one.

    Attributes:
        rows: The rows, each with a cell for every column.
        aligns: For each column "left", "center", "right", or "".
        has_head: Whether the first row is the header.
        columns: How wide the columns would like to be; None to measure these rows.
    """

    rows: Sequence[Sequence[Cell]]
    aligns: Sequence[str]
    has_head: bool
    columns: Sequence[int] | None = None


def draw_grid(grid: Grid, width: int, palette: Palette) -> list[Line]:
    """Return the lines of a table.

    A row is copied as its cells with tabs between them. Where it takes several lines, all of it is copied with
    the first one, for what stands side by side on a line is not what belongs together.
    """
    count = len(grid.aligns)
    natural = grid.columns or measured(grid.rows, count)
    widths = fitted(natural, width - len(_BETWEEN) * (count - 1))
    if widths is None:
        return _draw_cells(grid, width, palette)
    between = Segment(_BETWEEN, palette.dim)
    lines: list[Line] = []
    for index, row in enumerate(grid.rows):
        lines += _row(row, widths, grid.aligns, between)
        if index == 0 and grid.has_head:
            rule = Line((Segment(_CROSS.join(_RULE * column for column in widths), palette.dim),))
            lines[-1] = replace(lines[-1], join="")
            lines.append(bordered(rule, "\n"))
    return lines


def cells_of(tokens: Sequence[Token], spans: Spans, base: Style) -> list[list[Cell]]:
    """Return the rows of the table that some tokens are."""
    rows: list[list[Cell]] = []
    style = base
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "th_open":
            style = base + Style(bold=True)
        elif token.type == "td_open":
            style = base
        elif token.type == "inline" and rows:
            rows[-1].append(spans.of(token.children or (), style))
    return rows


def measured(rows: Sequence[Sequence[Cell]], count: int) -> list[int]:
    """Return how wide each of so many columns would like to be."""
    widths = [1] * count
    for row in rows:
        for column, cell in enumerate(row):
            text = "".join(run.text for run in cell)
            # A character is two columns at most, so most cells need not be measured.
            if 2 * len(text) > widths[column]:
                longest = max(Line((Segment(part),)).width for part in text.split("\n"))
                widths[column] = max(widths[column], longest)
    return widths


def fitted(natural: Sequence[int], room: int) -> list[int] | None:
    """Return the widths of columns that fit, the widest ones made narrower first; None where there is no room."""
    wanted = [max(1, column) for column in natural]
    if sum(wanted) <= room:
        return wanted
    if sum(min(column, NARROWEST) for column in wanted) > room:
        return None
    low, high = NARROWEST, max(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(each, middle) for each in wanted) <= room else (low, middle - 1)
    widths = [min(column, low) for column in wanted]
    spare = room - sum(widths)
    for index, column in enumerate(wanted):
        if spare and column > low:
            widths[index], spare = low + 1, spare - 1
    return widths


def _row(row: Sequence[Cell], widths: Sequence[int], aligns: Sequence[str], between: Segment) -> list[Line]:
    """Return the lines of one row."""
    cells = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    if all(len(cell) == 1 for cell in cells):
        return [_line([cell[0] for cell in cells], widths, aligns, between)]
    made = [_line([part or Line() for part in parts], widths, aligns, between) for parts in zip_longest(*cells)]
    whole = "\t".join(_copied(cell) for cell in cells)
    first = Line(made[0].segments, "", (Border(0, made[0].width, whole),))
    rest = [bordered(line, "") for line in made[1:]]
    return [first, *rest[:-1], replace(rest[-1], join="\n")]


def _line(parts: Sequence[Line], widths: Sequence[int], aligns: Sequence[str], between: Segment) -> Line:
    """Return one line of a row, of which the cells are copied with tabs between them."""
    segments: list[Segment] = []
    borders: list[Border] = []
    column = 0
    for index, (part, width, align) in enumerate(zip(parts, widths, aligns, strict=True)):
        if index:
            segments.append(between)
            borders.append(Border(column, column + len(_BETWEEN), "\t"))
            column += len(_BETWEEN)
        used = part.width
        gap = max(0, width - used)
        before = {"right": gap, "center": gap // 2}.get(align, 0)
        behind = gap - before if index < len(parts) - 1 else 0
        for blanks, start in ((before, column), (behind, column + before + used)):
            if blanks:
                borders.append(Border(start, start + blanks))
        segments += [Segment(" " * before, _NONE), *part.segments, Segment(" " * behind, _NONE)]
        column += before + used + behind
    return Line(tuple(segment for segment in segments if segment.text), "\n", tuple(borders))


def _copied(lines: Sequence[Line]) -> str:
    """Return what is copied of a cell: one line without tabs."""
    text = "".join(line.plain + (" " if line.join == "\n" else line.join) for line in lines[:-1])
    return text + lines[-1].plain


def _draw_cells(grid: Grid, width: int, palette: Palette) -> list[Line]:
    """Return a table as a line for each cell behind its header, and a rule between the rows.

    A later piece does not know the header, so the columns' numbers stand in its place.
    """
    rows = list(grid.rows)
    numbers = [[Segment(str(number), palette.text)] for number in range(1, len(grid.aligns) + 1)]
    heads: Sequence[Cell] = rows.pop(0) if grid.has_head else numbers
    if not rows:
        rows, heads = [heads], numbers
    rule = bordered(Line((Segment(_RULE * width, palette.dim),)), "\n")
    lines: list[Line] = []
    for index, row in enumerate(rows):
        if (index or not grid.has_head) and lines:
            lines[-1] = replace(lines[-1], join="")
            lines.append(rule)
        for head, cell in zip(heads, row, strict=True):
            if any(run.text.strip() for run in cell):
                lines += wrapped([*head, Segment(": ", palette.dim), *cell], width)
    return lines
