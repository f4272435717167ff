"""Code blocks on a surface of their own."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment

from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.transcript.lines import Border, Line, padded, wrapped
from oats_tui.ui.widgets.transcript.markdown.hanging import bordered
from oats_tui.ui.widgets.transcript.markdown.highlight import highlighted
from oats_tui.ui.widgets.transcript.markdown.spans import shown
from oats_tui.ui.widgets.transcript.palette import Palette

ROOMY = 8
"""Columns from which on there is a blank one on both sides of the code."""

_LONGEST_LANGUAGE = 40


def draw_code(code: str, language: str, width: int, palette: Palette, number: int | None) -> list[Line]:
    """Return the lines of a code block or of a piece of one.

    Args:
        code: The code as it came.
        language: What it is written in.
        width: Columns.
        palette: The colours.
        number: Its number within the message, which the head line tells; None for no head line.
    """
    edge = 1 if width >= ROOMY else 0
    lines = [] if number is None else [_head(language, width, edge, palette, number)]
    if not code:
        return lines
    text = shown(code.removesuffix("\n"))
    for line in wrapped(highlighted(text, language, palette), width - 2 * edge, words=False):
        if edge:
            line = Line((Segment(" ", palette.text), *line.segments), line.join, (Border(0, edge),))
        lines.append(padded(line, width, palette.code))
    return lines


def _head(language: str, width: int, edge: int, palette: Palette, number: int) -> Line:
    """Return the line above code, of which nothing is copied: its language, and how to copy it."""
    name, hint = clean_line(language[:_LONGEST_LANGUAGE]), f"c {number}"
    room = width - 2 * edge
    gap = room - cell_len(name) - len(hint)
    if gap < 1:
        name, gap = "", room - len(hint)
    if gap < 0:
        hint, gap = "", room
    text = f"{' ' * edge}{name}{' ' * gap}{hint}{' ' * edge}"
    return bordered(padded(Line((Segment(text, palette.dim),)), width, palette.code), "")
