"""A growing Markdown text cut into blocks: only those in view are drawn, and only what is new is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from oats_tui.ui.widgets.transcript.markdown.block import Block, References
from oats_tui.ui.widgets.transcript.markdown.code import code_of
from oats_tui.ui.widgets.transcript.markdown.parser import MATH_OPENERS, MOST_MATH_LINES, cutter
from oats_tui.ui.widgets.transcript.markdown.scan import CODES, Context, Piece, Scan, scan
from oats_tui.ui.widgets.transcript.markdown.source import has_blank_line, lines_of
from oats_tui.ui.widgets.transcript.markdown.tables import rows_of

__all__ = ["Block", "GrowingBlocks", "References", "code_of", "code_sources", "rows_of", "split", "split_plain"]

PLAIN_LINES = 100
"""Lines of a piece of text that is not Markdown."""

_OPEN_BLOCKS = 2


@dataclass(slots=True)
class _Settled:
    """What is known of the beginning of a text that will not change.

    Attributes:
        blocks: Its blocks.
        length: Its characters.
        context: What the text behind it goes on with.
        is_drawn: Whether anything is drawn for it.
        links: By label, the link definitions.
        footnotes: The labels of the footnotes that are defined.
    """

    blocks: list[Block] = field(default_factory=list)
    length: int = 0
    context: Context | None = None
    is_drawn: bool = False
    links: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    footnotes: dict[str, None] = field(default_factory=dict)

    def take(self, pieces: Sequence[Piece], found: Scan, following: Piece) -> None:
        """Take on pieces that are settled now, and the definitions in them."""
        self.blocks += [piece.block for piece in pieces]
        self.length += sum(len(piece.block.source) for piece in pieces)
        self.context = following.context
        self.is_drawn = self.is_drawn or any(piece.is_drawn for piece in pieces)
        for line, label, href, title in found.links:
            if line < following.line:
                self.links.setdefault(label, (label, href, title))
        self.footnotes.update(dict.fromkeys(label for line, label in found.footnotes if line < following.line))


class GrowingBlocks:
    """The blocks of a text that only ever gets longer.

    A block is settled when two others stand behind it, for one can still join the one before: "1. one", a blank
    line and "2" are a list and a paragraph until the next letter makes them one list. Settled text is not parsed
    again; what goes on behind it, such as a list or a code block, is known.
    """

    def __init__(self) -> None:
        self.references = References()
        self._text = ""
        self._settled = _Settled()
        self._open: list[Block] = []

    def update(self, text: str, limit: int | None = None) -> list[Block]:
        """Return the blocks of a text; all but the last few will stay as they are.

        Args:
            text: The text. Where it does not begin with the one before, nothing of that is kept.
            limit: About how many new characters are taken in at most; None for all. What is left is one last
                block of the kind ``rest``.
        """
        if not text.startswith(self._text):
            self._text, self._settled, self._open = "", _Settled(), []
        end = len(text)
        if limit is not None:
            # An open block is parsed again with what is new, so of a long one more is taken in at a time.
            end = min(end, len(self._text) + max(1, limit, (len(self._text) - self._settled.length) // 2))
        if end > len(self._text) or not self._open:
            self._text = text[:end]
            self._take(scan(self._text[self._settled.length :], self._settled.context))
        blocks = [*self._settled.blocks, *self._open]
        return blocks if end == len(text) else [*blocks, Block(text[end:], "rest")]

    def _take(self, found: Scan) -> None:
        """Take on the blocks of all that is not settled."""
        pieces = found.pieces if self._settled.is_drawn else _without_first_gap(found.pieces)
        self._widen(pieces[0].block)
        self._refer(found)
        count = settled_in([piece.block for piece in pieces])
        self._open = [piece.block for piece in pieces[count:]]
        if count:
            self._settled.take(pieces[:count], found, pieces[count])

    def _widen(self, block: Block) -> None:
        """Give the settled pieces of a table that goes on the widths that it has now."""
        if block.kind != "table" or block.part not in ("middle", "last"):
            return
        blocks = self._settled.blocks
        for index in range(len(blocks) - 1, -1, -1):
            settled = blocks[index]
            if settled.columns == block.columns:
                return
            blocks[index] = replace(settled, columns=block.columns)
            if settled.part == "first":
                return

    def _refer(self, found: Scan) -> None:
        """Take on the definitions of all the text; where they are the same, the references stay the same too."""
        links = dict(self._settled.links)
        for _, label, href, title in found.links:
            links.setdefault(label, (label, href, title))
        footnotes = self._settled.footnotes | dict.fromkeys(label for _, label in found.footnotes)
        references = References(tuple(links.values()), tuple(footnotes))
        if references != self.references:
            self.references = references


def split(text: str) -> tuple[list[Block], References]:
    """Return the blocks of a Markdown text, and what they tell each other."""
    growing = GrowingBlocks()
    return growing.update(text), growing.references


def split_plain(text: str) -> list[Block]:
    """Return a text that is not Markdown as pieces of some lines each."""
    lines = lines_of(text)
    starts = range(0, max(1, len(lines)), PLAIN_LINES)
    return [Block("".join(lines[start : start + PLAIN_LINES]), "text", gap=False) for start in starts]


def code_sources(text: str) -> list[str]:
    """Return the contents of the code blocks of a Markdown text in order, without their last newline."""
    tokens = cutter().parse(text, {})
    return [token.content.removesuffix("\n") for token in tokens if token.type in CODES]


def settled_in(blocks: Sequence[Block]) -> int:
    """Return how many of the last blocks of a text stay as they are, whatever is written behind them.

    Two others stand behind each of them; and none of them is or stands behind what would be mathematics with a
    line that may still come.
    """
    count, lines = max(0, len(blocks) - _OPEN_BLOCKS), 0
    for index in range(len(blocks) - 1, -1, -1):
        source = blocks[index].source.lstrip(" \t\r\n")
        lines += source.count("\n")
        if lines > MOST_MATH_LINES or has_blank_line(source):
            break
        if blocks[index].kind == "text" and source.startswith(MATH_OPENERS):
            count = min(count, index)
    return count


def _without_first_gap(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of a text's beginning: no blank line stands above what is drawn first."""
    first = next((index for index, piece in enumerate(pieces) if piece.is_drawn), None)
    if first is None:
        return list(pieces)
    block = replace(pieces[first].block, gap=False)
    return [*pieces[:first], replace(pieces[first], block=block), *pieces[first + 1 :]]
