"""A growing Markdown text cut into blocks, so that only the open one is drawn again."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@cache
def parser() -> MarkdownIt:
    """Return the Markdown parser: CommonMark with tables and strikethrough; HTML stays text."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def split(text: str) -> list[str]:
    """Return the top-level blocks of a Markdown text, in order; joined they are the text again.

    Blank lines go with the block in front of them. A text without any block is one block.
    """
    starts = [token.map[0] for token in parser().parse(text) if token.level == 0 and token.map]
    lines = text.splitlines(keepends=True)
    cuts = sorted({0, *starts, len(lines)})
    return ["".join(lines[a:b]) for a, b in pairwise(cuts)] or [text]


class GrowingBlocks:
    """The blocks of a text that only ever gets longer.

    A block is settled when two others stand behind it, for one can still join the one before: "1. one", a blank
    line and "2" are a list and a paragraph until the next letter makes them one list. Settled text is not parsed
    again.
    """

    def __init__(self) -> None:
        self._settled: list[str] = []
        self._length = 0

    def update(self, text: str) -> list[str]:
        """Return the blocks of the text; all but the last two will stay as they are."""
        if "".join(self._settled) != text[: self._length]:
            self._settled, self._length = [], 0
        fresh = split(text[self._length :])
        self._settled += fresh[:-2]
        self._length += sum(map(len, fresh[:-2]))
        return [*self._settled, *fresh[-2:]]
