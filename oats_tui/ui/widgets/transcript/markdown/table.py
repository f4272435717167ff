"""Tables, at any width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.widgets.transcript.lines import BLANK, Border, Line, wrapped
from oats_tui.ui.widgets.transcript.palette import Palette

LEAST = 4
"""Columns that a column of a table has at least."""

_RULE = " │ "

Cell = Callable[[str, Style], list[Segment]]
"""Gives the runs of a cell's source."""


def column_widths(natural: Sequence[int], width: int) -> list[int] | None:
    """Return how wide each column of a table is drawn; None where there is no room for so many.

    Args:
        natural: How wide each would be without a limit.
        width: Columns for all of them with the rules between.
    """
    room = width - len(_RULE) * (len(natural) - 1)
    least = [min(LEAST, max(1, each)) for each in natural]
    if sum(least) > room:
        return None
    widths = [max(1, each) for each in natural]
    # The widest give way first: all above one limit are cut to it.
    while sum(widths) > room:
        widest = max(widths)
        next_one = max((each for each in widths if each < widest), default=LEAST)
        many = widths.count(widest)
        cut = min(widest - max(next_one, LEAST), -(-(sum(widths) - room) // many))
        if cut < 1:
            cut = 1
        widths = [each - cut if each == widest else each for each in widths]
    spare = room - sum(widths)
    for index, each in enumerate(natural):
        grown = min(spare, max(0, each - widths[index]))
        widths[index], spare = widths[index] + grown, spare - grown
    return widths


def draw_rows(
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    aligns: Sequence[str],
    cell: Cell,
    palette: Palette,
    *,
    headed: bool,
) -> list[Line]:
    """Return the lines of some rows; the cells of a row are joined by tabs where it is copied.

    Args:
        rows: The source of each cell.
        widths: How wide each column is.
        aligns: How each is aligned.
        cell: Gives the runs of a cell.
        palette: The colours.
        headed: Whether the first row is the head.
    """
    lines: list[Line] = []
    for number, row in enumerate(rows):
        style = palette.model + Style(bold=True) if headed and not number else palette.text
        lines += _row(row, widths, aligns, cell, palette, style)
        if headed and not number:
            rule = "─┼─".join("─" * width for width in widths)
            lines.append(Line((Segment(rule, palette.dim),), "", (Border(0, cell_len(rule)),)))
    return lines


def _row(
    row: Sequence[str], widths: Sequence[int], aligns: Sequence[str], cell: Cell, palette: Palette, style: Style
) -> list[Line]:
    """Return the lines of one row."""
    columns = [
        wrapped(cell(row[index] if index < len(row) else "", style), width) for index, width in enumerate(widths)
    ]
    height = max(map(len, columns))
    made = []
    for y in range(height):
        cells = [lines[y] if y < len(lines) else BLANK for lines in columns]
        made.append(_line(cells, widths, aligns, palette))
    if height == 1:
        return made
    # A row of several lines is copied whole with its first.
    whole = "\t".join("".join(line.plain + line.join for line in lines).strip() for lines in columns)
    return [
        Line(line.segments, "\n" if y == height - 1 else "", (Border(0, line.width, "" if y else whole),))
        for y, line in enumerate(made)
    ]


def _line(cells: Sequence[Line], widths: Sequence[int], aligns: Sequence[str], palette: Palette) -> Line:
    """Return one line of a row: what fills a cell is a border, and a rule is copied as a tab."""
    segments: list[Segment] = []
    borders: list[Border] = []
    column = 0
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        if index:
            segments.append(Segment(_RULE, palette.dim))
            borders.append(Border(column, column + len(_RULE), "\t"))
            column += len(_RULE)
        gap = max(0, width - cell.width)
        align = aligns[index] if index < len(aligns) else ""
        left = {"right": gap, "center": gap // 2}.get(align, 0)
        segments += [Segment(" " * left), *cell.segments, Segment(" " * (gap - left))]
        borders += [Border(column, column + left), Border(column + width - (gap - left), column + width)]
        column += width
    kept = tuple(border for border in borders if border.end > border.start)
    return Line(tuple(segment for segment in segments if segment.text), "\n", kept)
