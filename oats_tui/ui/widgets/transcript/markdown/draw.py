"""One block of Markdown as lines."""

from __future__ import annotations

from rich.segment import Segment

from oats_tui.ui.widgets.transcript.lines import Line, wrapped
from oats_tui.ui.widgets.transcript.markdown.blocks import Block, References, code_of
from oats_tui.ui.widgets.transcript.markdown.containers import Containers, Place
from oats_tui.ui.widgets.transcript.markdown.fence import draw_code
from oats_tui.ui.widgets.transcript.markdown.grid import Grid, cells_of, draw_grid
from oats_tui.ui.widgets.transcript.markdown.hanging import bordered
from oats_tui.ui.widgets.transcript.markdown.parsed import is_parsed, parsed
from oats_tui.ui.widgets.transcript.markdown.spans import Spans, shown
from oats_tui.ui.widgets.transcript.palette import Palette

REST = "⋯ reading the rest of this message"


def draw_block(block: Block, references: References, width: int, palette: Palette, first_code: int) -> list[Line]:
    """Return the lines of a block; none for one that draws nothing, such as a link's definition.

    Args:
        block: The block.
        references: What is defined anywhere in its text.
        width: Columns; no line has more, but for a single character of two in one column.
        palette: The colours.
        first_code: The number within the message of the first code block that begins in it.
    """
    width = max(1, width)
    if block.kind == "rest":
        line = wrapped([Segment(REST, palette.dim)], width, words=False)[0]
        return [bordered(line, "\n")]
    if block.kind == "code":
        number = first_code if block.part in ("whole", "first") else None
        return draw_code(code_of(block), block.language, width, palette, number)
    if not is_parsed(block):
        return wrapped([Segment(shown(block.source).strip("\n"), palette.text)], width)
    tokens, env = parsed(block, references)
    if block.kind == "table" and block.part != "whole":
        has_head = block.part == "first"
        rows = cells_of(tokens, Spans(palette, env), palette.text)
        grid = Grid(rows if has_head else rows[1:], block.aligns, has_head, block.columns)
        return draw_grid(grid, width, palette)
    return Containers(tokens, env, palette, first_code).lines(Place(width, palette.text, number=block.number))
