"""Code blocks cut into pieces that can be coloured by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oats_tui.ui.widgets.transcript.markdown.block import Block, Part
from oats_tui.ui.widgets.transcript.markdown.source import (
    dedented,
    indent_of,
    is_blank,
    is_unfinished,
    lines_of,
    normalized,
)

FEWEST, MOST = 60, 120
"""Lines of a piece: it ends at a good place behind so many, and behind so many anywhere."""


def code_of(block: Block) -> str:
    """Return the code in a block of the kind ``code``: without its fences and its indentation.

    Joined, the codes of all pieces are the code block as the parser would give it.
    """
    lines = lines_of(normalized(block.source))
    begin, end = _bounds(lines, block)
    code = "".join(dedented(line, block.indent) for line in lines[begin:end])
    if code and not block.fence and block.part in ("whole", "last") and not code.endswith("\n"):
        return f"{code}\n"
    return code


def closes(line: str, fence: str) -> bool:
    """Return whether a line ends a code block that was begun by such a fence."""
    mark = line.strip(" \t\r\n")
    return len(mark) >= len(fence) and not mark.strip(fence[0]) and indent_of(line) < 4


def code_pieces(lines: Sequence[str], shape: Block, *, goes_on: bool) -> list[Block]:
    """Return the pieces of a code block.

    Args:
        lines: Its lines with the fences and the blank lines behind it.
        shape: What is true of all its pieces, and the gap and the codes of the first.
        goes_on: Whether pieces of it stand in front of these lines.
    """
    begin, end = _bounds(lines, replace(shape, part="last" if goes_on else "whole"))
    starts = [0, *_cuts(lines, begin, end, shape.indent), len(lines)]
    pieces = []
    for index, start in enumerate(starts[:-1]):
        part = part_of(index, len(starts) - 1, goes_on=goes_on)
        source = "".join(lines[start : starts[index + 1]])
        piece = replace(shape, source=source, part=part, is_open=shape.is_open and part in ("last", "whole"))
        pieces.append(piece if not index else replace(piece, gap=False, codes=0))
    return pieces


def part_of(index: int, count: int, *, goes_on: bool) -> Part:
    """Return which part of a code block or table a piece is.

    Args:
        index: Its place among the pieces, from 0.
        count: How many pieces there are.
        goes_on: Whether other pieces stand in front of them.
    """
    if index < count - 1:
        return "middle" if index or goes_on else "first"
    return "last" if index or goes_on else "whole"


def _bounds(lines: Sequence[str], block: Block) -> tuple[int, int]:
    """Return where the code of a piece begins and ends among its lines."""
    begin, end = 0, len(lines)
    if block.part in ("whole", "first"):
        while begin < end and is_blank(lines[begin]):
            begin += 1
        begin += bool(block.fence)
    if block.part not in ("whole", "last"):
        return begin, end
    if block.fence and block.is_open:
        return begin, end - bool(lines and is_unfinished(lines[-1]))
    while end > begin and is_blank(lines[end - 1]):
        end -= 1
    return begin, max(begin, end - bool(block.fence))


def _cuts(lines: Sequence[str], begin: int, end: int, indent: int) -> list[int]:
    """Return the lines at which other pieces than the first begin."""
    cuts: list[int] = []
    last, line = begin, begin + FEWEST
    while line < end:
        good = is_blank(lines[line - 1]) and not is_blank(lines[line])
        if line - last >= MOST or (good and dedented(lines[line], indent)[0] not in " \t"):
            cuts.append(line)
            last, line = line, line + FEWEST
        else:
            line += 1
    return cuts
