"""A tool call: one line, and below it what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.transcript.items import ToolItem
from oats_tui.ui.widgets.transcript.lines import Line
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.parts.diff import diff_styles, is_diff
from oats_tui.ui.widgets.transcript.parts.fold import (
    FOLDED,
    UNFOLDED,
    Styled,
    beginning,
    clipped,
    count_lines,
    followed,
    head_line,
    indented,
    inner_width,
    plain,
    remark,
    shown_whole,
)

FOLDED_LINES = 8
"""Lines of a result that are shown while it is folded."""

SUB_SESSION = "↳ sub-session: enter opens it"

_LONGEST_NAME = 200
_LONGEST_WHAT = 1_000
_LONGEST_PARSED = 200_000
_LEAST_WHAT = 4
_GAP = 2
_BRACKETS = re.compile(r"(?<=[\[{])\n\s*|\n\s*(?=[\]}])")


def draw_tool(item: ToolItem, width: int, palette: Palette, *, whole: bool, focused: bool = False) -> list[Line]:
    """Return the lines of a tool call.

    Args:
        item: The call with its result.
        width: Columns.
        palette: The colours.
        whole: Whether its arguments and all of its result are shown, or the result's first lines.
        focused: Whether the cursor is on it.
    """
    sign = Segment(UNFOLDED if whole else FOLDED, palette.cursor if focused else palette.dim)
    lines = [head_line(sign, _head(item, max(1, width - _GAP), palette), width)]
    inner = inner_width(width)
    if item.session_id:
        lines = followed(lines, indented([remark(SUB_SESSION, inner, palette.dim)], width))
    below: list[Line] = []
    if whole and item.arguments is not None:
        below += _arguments(item.arguments, inner, palette)
    draw = shown_whole if whole else partial(beginning, most=FOLDED_LINES)
    if item.output and item.output != item.error:
        below += draw(item.output, inner, styled=_styled(item.output, palette), palette=palette)
    if item.error:
        below += draw(item.error, inner, styled=plain(palette.error), palette=palette, words=True)
    return lines + indented(below, width)


def _head(item: ToolItem, width: int, palette: Palette) -> list[Segment]:
    """Return the call on one line: its name, what it does, and what came of it."""
    tail = Segment(*_outcome(item, palette))
    name = clipped([Segment(clean_line(item.name[:_LONGEST_NAME]), palette.model)], width)
    left = width - Line(name).width - cell_len(tail.text) - 2 * _GAP
    what = _what(item)
    runs = list(name)
    if what and left >= _LEAST_WHAT:
        runs.append(Segment(" " * _GAP, palette.dim))
        runs += clipped([Segment(what, palette.dim)], left)
    return [*runs, Segment(" " * _GAP, palette.dim), tail]


def _outcome(item: ToolItem, palette: Palette) -> tuple[str, Style]:
    """Return what came of a call, in a word or two."""
    if item.error is not None:
        return "failed", palette.error
    if item.output is None:
        return "no result yet", palette.dim
    count = count_lines(item.output)
    return f"{count:,} line{'' if count == 1 else 's'}", palette.dim


def _what(item: ToolItem) -> str:
    """Return what a call does, on one line: what the result says of itself, or else the arguments."""
    title = clean_line(item.title[:_LONGEST_WHAT])
    if item.arguments is None:
        return f"result without its call{' · ' if title else ''}{title}"
    arguments = clean_line(_BRACKETS.sub("", item.arguments[:_LONGEST_WHAT]))
    return title or ("" if arguments in {"{}", "[]", "null"} else arguments)


def _styled(text: str, palette: Palette) -> Styled:
    """Return what gives the lines of a text their styles."""
    return partial(diff_styles, palette=palette) if is_diff(text) else plain(palette.text)


def _arguments(arguments: str, width: int, palette: Palette) -> list[Line]:
    """Return a call's arguments: as JSON, but diffs among them as such."""
    diffs = _diffs(arguments)
    if not diffs:
        return shown_whole(arguments, width, plain(palette.dim), palette)
    lines: list[Line] = []
    for name, value in diffs:
        lines += shown_whole(f"{name}:" if is_diff(value) else value, width, plain(palette.dim), palette)
        if is_diff(value):
            lines += indented(shown_whole(value, inner_width(width), _styled(value, palette), palette), width)
    return lines


def _diffs(arguments: str) -> Sequence[tuple[str, str]]:
    """Return the arguments by name where there are diffs among them: these as they are, the others as JSON."""
    if len(arguments) > _LONGEST_PARSED or not ("@@ -" in arguments or "diff --git " in arguments):
        return ()
    try:
        values = json.loads(arguments)
        if isinstance(values, dict) and any(_is_diff(value) for value in values.values()):
            return [(name, value if _is_diff(value) else _as_json(name, value)) for name, value in values.items()]
    except (ValueError, RecursionError):
        pass
    return ()


def _is_diff(value: object) -> bool:
    """Return whether an argument is a diff."""
    return isinstance(value, str) and is_diff(value)


def _as_json(name: str, value: object) -> str:
    """Return an argument that is no diff. Raises RecursionError for one that is nested too deeply."""
    return f"{name}: {json.dumps(value, indent=2, ensure_ascii=False)}"
