"""What is there to be looked up: a line that stands for a text, and the text below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.widgets.transcript.items import FoldItem
from oats_tui.ui.widgets.transcript.lines import Border, Line, behind, wrapped
from oats_tui.ui.widgets.transcript.palette import Palette

MOST_LINES = 2_000
"""Lines of one text that are drawn at most."""

LONGEST_FOLDED = 3
"""Lines that one line of the text takes at most while it is folded."""

FOLDED, UNFOLDED = "▸", "▾"
GROWING = "…"

_SYSTEM_LINES = 3
_INDENT = 2
_TAB = 4
_SPARE = 4
_LONGEST_TITLE = 1_000

Styled = Callable[[Sequence[str]], Sequence[Style]]
"""Gives each of some lines of text its style."""


def draw_fold(item: FoldItem, width: int, palette: Palette, *, whole: bool, focused: bool = False) -> list[Line]:
    """Return the lines of something folded.

    Args:
        item: What it is.
        width: Columns.
        palette: The colours.
        whole: Whether all of its text is shown.
        focused: Whether the cursor is on it.
    """
    title = clean_line(item.title[:_LONGEST_TITLE]) + (GROWING if item.growing else "")
    sign = Segment(UNFOLDED if whole else FOLDED, palette.cursor if focused else palette.dim)
    lines = [head_line(sign, [Segment(title, palette.dim)], width)]
    inner = inner_width(width)
    if whole:
        text = shown_whole(item.text.strip("\n"), inner, plain(palette.dim), palette, words=True)
        return lines + indented(text, width)
    if item.kind == "system" and not item.growing:
        lines += indented(
            beginning(item.text.strip("\n"), inner, _SYSTEM_LINES, plain(palette.dim), palette), width
        )
    return lines


def plain(style: Style) -> Styled:
    """Return what gives every line the same style."""
    return lambda lines: [style] * len(lines)


def head_line(sign: Segment, runs: Sequence[Segment], width: int) -> Line:
    """Return the line that stands for something, cut to the width; its sign is not copied."""
    if width < 1 + _INDENT:
        return Line(clipped([sign, *runs], width))
    made = Line((sign, Segment(" "), *clipped(runs, width - _INDENT)))
    return replace(made, borders=(Border(0, _INDENT),))


def remark(text: str, width: int, style: Style) -> Line:
    """Return a line that says something about what is shown; nothing of it is copied."""
    line = Line(clipped([Segment(text, style)], width))
    return replace(line, borders=(Border(0, line.width),))


def followed(lines: Sequence[Line], remarks: Sequence[Line]) -> list[Line]:
    """Return lines with others behind the last of them of which nothing is copied, not even an empty line."""
    if not lines or not remarks:
        return [*lines, *remarks]
    last = lines[-1]
    return [
        *lines[:-1],
        replace(last, join=""),
        *(replace(each, join="") for each in remarks[:-1]),
        replace(remarks[-1], join=last.join),
    ]


def clipped(runs: Sequence[Segment], width: int) -> tuple[Segment, ...]:
    """Return the beginning of one line of text that fits, with an ellipsis where something is left out."""
    if Line(tuple(runs)).width <= width:
        return tuple(runs)
    kept = wrapped(runs, width - 1, words=False)[0]
    if kept.width >= width:  # One character, which has no room.
        return (Segment("…", runs[0].style),)
    return (*kept.segments, Segment("…", kept.segments[-1].style if kept.segments else runs[0].style))


def inner_width(width: int) -> int:
    """Return how many columns there are for what is indented."""
    return max(1, width - _indent(width))


def indented(lines: Sequence[Line], width: int) -> list[Line]:
    """Return the lines indented, as far as there is room; the indentation is not copied."""
    return behind(lines, [Segment(" " * _indent(width))])


def count_lines(text: str) -> int:
    """Return how many lines a text has; a newline at its end begins none."""
    return text.count("\n") + (not text.endswith("\n")) if text else 0


def beginning(
    text: str, width: int, most: int, styled: Styled, palette: Palette, *, words: bool = False
) -> list[Line]:
    """Return the first lines of a text and how many more there are; of the rest only the newlines are counted.

    Args:
        text: The text as it came.
        width: Columns.
        most: How many lines of the text; each takes three drawn ones at most.
        styled: Gives each line its style.
        palette: The colours.
        words: Whether lines are broken between words.
    """
    text = text.removesuffix("\n")
    room = max(1, width) * LONGEST_FOLDED * _SPARE
    sources: list[str] = []
    start = 0
    while start <= len(text) and len(sources) < most and text:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        sources.append(text[start : min(end, start + room + 1)].removesuffix("\r"))
        start = end + 1
    drawn: list[Line] = []
    for source, style in zip(sources, styled(sources), strict=True):
        shown = _drawn([source[:room]], [style], width, words=words)
        drawn += _first(shown, len(source) > room, width, style)
    left = count_lines(text) - len(sources)
    if left > 0:
        more = remark(f"⋯ {left:,} more line{'' if left == 1 else 's'}", width, palette.dim)
        return followed(drawn, [more])
    return drawn


def shown_whole(text: str, width: int, styled: Styled, palette: Palette, *, words: bool = False) -> list[Line]:
    """Return all lines of a text; of a very long one the beginning and the end, and how much is left out.

    Args:
        text: The text as it came.
        width: Columns.
        styled: Gives each line its style.
        palette: The colours.
        words: Whether lines are broken between words.
    """
    text = text.removesuffix("\n")
    if not text:
        return []
    room = MOST_LINES * max(1, width)
    total = count_lines(text)
    if total <= MOST_LINES and len(text) <= room:
        drawn = _lines(text.split("\n"), width, styled, words=words)
        if len(drawn) <= MOST_LINES:
            return drawn
    half = MOST_LINES // 2
    upper = _lines(text[: room // 2].split("\n")[:half], width, styled, words=words)[:half]
    lower = _lines(text[-(room // 2) :].split("\n")[-half:], width, styled, words=words)[-half:]
    left = total - sum(line.join == "\n" for line in upper) - sum(line.join == "\n" for line in lower)
    count = f"{left:,} lines are" if left > 1 else "the middle is"
    words_left = f"⋯ {count} left out here; y copies the message, and the session's file has all"
    gap = wrapped([Segment(words_left, palette.dim)], width)
    upper[-1] = replace(upper[-1], join="\n")
    return [*upper, *gap, *lower]


def _indent(width: int) -> int:
    """Return by how much lines are indented, so that a wide character has room behind it."""
    return max(0, min(_INDENT, width - 2))


def _lines(sources: Sequence[str], width: int, styled: Styled, *, words: bool) -> list[Line]:
    """Return lines of a text as they are drawn."""
    sources = [source.removesuffix("\r") for source in sources]
    return _drawn(sources, styled(sources), width, words=words)


def _drawn(sources: Sequence[str], styles: Sequence[Style], width: int, *, words: bool) -> list[Line]:
    """Return lines of a text in their styles; those of the same style are cleaned together."""
    runs: list[Segment] = []
    start = 0
    for end in range(1, len(sources) + 1):
        if end == len(sources) or styles[end] is not styles[start]:
            text = clean("\n".join(sources[start:end])).expandtabs(_TAB)
            runs.append(Segment(text if end == len(sources) else f"{text}\n", styles[start]))
            start = end
    return wrapped(runs, width, words=words)


def _first(lines: list[Line], more: bool, width: int, style: Style) -> list[Line]:
    """Return the first lines of a long one, the last of them with an ellipsis where something is left out."""
    if len(lines) <= LONGEST_FOLDED and not more:
        return lines
    kept = lines[:LONGEST_FOLDED]
    kept[-1] = Line(clipped((*kept[-1].segments, Segment("…", style)), width))
    return kept
