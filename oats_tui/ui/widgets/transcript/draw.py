"""An entry drawn as lines."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme
from textual.strip import Strip

from oats_tui.core.sanitize import sanitize, sanitize_line, sentences
from oats_tui.ui.widgets.transcript.blocks import GrowingBlocks, split
from oats_tui.ui.widgets.transcript.entries import Entry, ImageItem, Item, OtherItem, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.palette import Palette

OUTCOME_SIGNS = {"failed": "✗", "stopped": "■", "interrupted": "■"}
ANSWERING = "…"

LONGEST_MARKDOWN = 200_000
"""Characters up to which a text is drawn as Markdown; longer ones are drawn as they are."""

LONGEST_BLOCK = 20_000
"""Characters up to which one block is laid out and highlighted."""

LONGEST_DRAWN = 100_000
"""Characters of plain text that are drawn at most."""

_MARGIN = 2
_BLOCKS_KEPT = 512

Lines = list[list[Segment]]


class Artist:
    """Draws entries.

    Keeps the lines of the blocks it drew last, so that a growing answer costs its open block only.

    Args:
        palette: The colours.
        unfolded: Whether tool calls and results are shown whole.
    """

    def __init__(self, palette: Palette, *, unfolded: bool = False) -> None:
        self._palette = palette
        self._unfolded = unfolded
        self._growing: dict[str, GrowingBlocks] = {}
        self._blocks: OrderedDict[tuple[str, int], Lines] = OrderedDict()
        self._console = Console(
            width=80,
            force_terminal=True,
            color_system="truecolor",
            theme=Theme(palette.markdown()),
            _environ={},
        )

    def draw(self, entry: Entry, width: int) -> list[Strip]:
        """Return the entry's lines, each as wide as asked; the last one is the gap behind it."""
        inner = max(1, width - _MARGIN - 1)
        bar = Segment("▎ ", self._palette.you) if entry.role == "user" else Segment("  ")
        lines = [self._head(entry), *self._body(entry, inner), *self._foot(entry, inner)]
        strips = [Strip([bar, *map(_safe, line)]).adjust_cell_length(width) for line in lines]
        return [*strips, Strip.blank(width)]

    def remarks(self, texts: Sequence[str], width: int) -> list[Strip]:
        """Return the lines of what is said where there are no messages."""
        lines: Lines = [[]]
        for text in texts:
            lines += self._wrapped(sanitize(text), self._palette.dim, max(1, width - _MARGIN - 1))
        return [Strip([Segment("  "), *map(_safe, line)]).adjust_cell_length(width) for line in lines]

    def framed(self, line: Strip, width: int, *, thumb: bool) -> Strip:
        """Return a line as wide as the widget, with the mark of the position at its end where it belongs."""
        mark = Segment("▐", self._palette.thumb) if thumb else Segment(" ", self._palette.text)
        return Strip([*line.crop_extend(0, width - 1, None), mark], width).apply_style(self._palette.ground)

    def _head(self, entry: Entry) -> list[Segment]:
        """Return the line that says who speaks, and when."""
        name = self._palette.you if entry.role == "user" else self._palette.model
        about = sanitize_line(entry.about) if not entry.growing else ANSWERING
        return [
            Segment(sanitize_line(entry.name), name + Style(bold=True)),
            Segment(f"  {about}", self._palette.dim),
        ]

    def _body(self, entry: Entry, width: int) -> Iterator[list[Segment]]:
        """Return the lines of what is said."""
        for position, item in enumerate(entry.items):
            if position and not (isinstance(item, ToolItem) and isinstance(entry.items[position - 1], ToolItem)):
                yield []
            key = f"{entry.id}/{position}" if entry.growing else ""
            yield from self._item(item, width, plain=entry.role == "user", key=key)

    def _item(self, item: Item, width: int, *, plain: bool, key: str) -> Iterable[list[Segment]]:
        """Return the lines of one part."""
        match item:
            case TextItem(text) if plain or len(text) > LONGEST_MARKDOWN:
                return self._wrapped(shortened(sanitize(text)), self._palette.text, width)
            case TextItem(text):
                return self._markdown(sanitize(text), width, key)
            case ToolItem():
                return self._tool(item, width)
            case ImageItem(media_type, size, url):
                what = f"{size:,} bytes" if size is not None else (url or "no data")
                return self._wrapped(sanitize_line(f"▣ image · {media_type} · {what}"), self._palette.dim, width)
            case OtherItem(kind):
                text = f"▣ a part of the kind “{kind}”, which this version cannot show; it is kept in the file"
                return self._wrapped(sanitize_line(text), self._palette.dim, width)

    def _markdown(self, text: str, width: int, key: str) -> Iterator[list[Segment]]:
        """Return the lines of a Markdown text; ``key`` names a growing one."""
        blocks = self._growing.setdefault(key, GrowingBlocks()).update(text) if key else split(text)
        if not key:
            self._growing.clear()
        first = True
        for block in blocks:
            lines = self._block(block, width)
            if lines and not first:
                yield []
            first = first and not lines
            yield from lines

    def _block(self, block: str, width: int) -> Lines:
        """Return the lines of one Markdown block, kept from last time where it is the same."""
        key = (block.rstrip(), width)
        if key in self._blocks:
            self._blocks.move_to_end(key)
            return self._blocks[key]
        if len(block) > LONGEST_BLOCK:
            return self._wrapped(block.rstrip(), self._palette.text, width)
        from oats_tui.ui.widgets.transcript.markdown import Markdown

        options = self._console.options.update(width=width, height=None)
        rendered = self._console.render_lines(
            Markdown(block, self._palette.code_theme), options, style=self._palette.text, pad=False
        )
        lines = self._blocks[key] = _trimmed(rendered)
        if len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return lines

    def _wrapped(self, text: str, style: Style, width: int) -> Lines:
        """Return plain text wrapped to the width."""
        wrapped = Text(text.expandtabs(4)).wrap(self._console, width)
        return [[Segment(line.plain, style)] for line in wrapped]

    def _tool(self, tool: ToolItem, width: int) -> Iterator[list[Segment]]:
        """Return a tool call's line, and what it holds where that is unfolded."""
        failed = tool.error is not None
        if tool.output is None and not failed:
            result = "no result"
        else:
            count = (tool.output or "").count("\n") + 1 if tool.output else 0
            result = "failed" if failed else f"{count} line{'' if count == 1 else 's'}"
        sign = "▾" if self._unfolded else "▸"
        text = Text.assemble(
            (f"{sign} ", self._palette.dim.without_color),
            (sanitize_line(tool.name), self._palette.model),
            (f"  {sanitize_line(tool.title or tool.arguments or '')}", self._palette.dim),
        )
        tail = f"  {result}"
        text.truncate(max(8, width - len(tail)), overflow="ellipsis")
        text.append(tail, self._palette.error if failed else self._palette.dim)
        yield list(text.render(self._console))
        if self._unfolded:
            for part, style in _unfolded(tool, self._palette):
                for line in self._wrapped(shortened(sanitize(part)), style, width - _MARGIN):
                    yield [Segment("  "), *line]

    def _foot(self, entry: Entry, width: int) -> Iterator[list[Segment]]:
        """Return how the message ended, and what there is to know about it."""
        if entry.items and (entry.note or entry.outcome):
            yield []
        for note in filter(None, entry.note.split("\n")):
            yield from self._wrapped(sanitize_line(note), self._palette.dim, width)
        outcome = entry.outcome
        if outcome is not None:
            style = self._palette.error if outcome.state == "failed" else self._palette.warning
            text = sentences(outcome.title, outcome.detail, outcome.hint, "Ask again with ctrl+x R")
            yield from self._wrapped(f"{OUTCOME_SIGNS[outcome.state]} {text}", style, width)


def shortened(text: str) -> str:
    """Return a text that can be drawn at once: of a very long one the beginning and the end."""
    if len(text) <= LONGEST_DRAWN:
        return text
    half = LONGEST_DRAWN // 2
    gap = f"⋯ {len(text) - 2 * half:,} characters are left out here; the session's file has them ⋯"
    return f"{text[:half]}\n\n{gap}\n\n{text[-half:]}"


def _unfolded(tool: ToolItem, palette: Palette) -> Iterator[tuple[str, Style]]:
    """Return a tool call's texts, each with its colour."""
    if tool.arguments is not None:
        yield tool.arguments, palette.dim
    if tool.output:
        yield tool.output, palette.text
    if tool.error is not None:
        yield tool.error, palette.error


def _trimmed(lines: Lines) -> Lines:
    """Return the lines without the empty ones at both ends."""
    filled = [index for index, line in enumerate(lines) if any(segment.text.strip() for segment in line)]
    return [list(line) for line in lines[filled[0] : filled[-1] + 1]] if filled else []


def _safe(segment: Segment) -> Segment:
    """Return the segment with nothing in it that a terminal would obey."""
    text = sanitize(segment.text).replace("\n", " ")
    return segment if text == segment.text and segment.control is None else Segment(text, segment.style)
