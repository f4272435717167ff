"""One block of a Markdown text as lines."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.lines import Line, behind, wrapped
from oats_tui.ui.widgets.transcript.markdown.block import Block, References
from oats_tui.ui.widgets.transcript.markdown.blocks import code_of, rows_of
from oats_tui.ui.widgets.transcript.markdown.containers import Drawing, draw_code
from oats_tui.ui.widgets.transcript.markdown.parser import LONGEST_INLINE, parser
from oats_tui.ui.widgets.transcript.markdown.spans import runs_of
from oats_tui.ui.widgets.transcript.markdown.table import column_widths, draw_rows
from oats_tui.ui.widgets.transcript.palette import Palette

READING = "⋯ reading the rest of this message"

_TAB = 4


def draw_block(block: Block, references: References, width: int, palette: Palette, first_code: int) -> list[Line]:
    """Return the lines of a block, at most ``width`` columns each.

    Args:
        block: The block.
        references: What the other blocks of its text define.
        width: Columns.
        palette: The colours.
        first_code: The number of the first code block in it within its message, from 1.
    """
    match block.kind:
        case "rest":
            return wrapped([Segment(READING, palette.dim)], width)
        case "code":
            number = first_code if block.part in ("whole", "first") else None
            return draw_code(code_of(block), block.language, width, palette, number)
        case "table":
            return _table(block, references, width, palette)
        case _ if len(block.source) > LONGEST_INLINE:
            text = clean(block.source.strip("\n")).expandtabs(_TAB)
            return wrapped([Segment(text, palette.text)], width)
    drawing = Drawing(palette, first_code, block.number)
    return drawing.draw(parser().parse(block.source, references.env()), width)


def _table(block: Block, references: References, width: int, palette: Palette) -> list[Line]:
    """Return the lines of a table or of a piece of one."""
    env = references.env()

    def cell(source: str, style: Style) -> list[Segment]:
        tokens = parser().parseInline(source, env)
        return runs_of(tokens[0].children or (), palette, style) if tokens else []

    rows, headed = rows_of(block), block.part in ("whole", "first")
    widths = column_widths(block.columns, width)
    if widths is not None:
        return draw_rows(rows, widths, block.aligns, cell, palette, headed=headed)
    lines: list[Line] = []
    for row in rows:
        for number, source in enumerate(row):
            sign = Segment("─ " if not number else "  ", palette.dim)
            lines += behind(wrapped(cell(source, palette.text), max(1, width - 2)), [sign], [Segment("  ")])
    return lines
