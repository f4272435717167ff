"""The pieces of one text; of a text that grows only those that are new are made."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from oats_tui.ui.widgets.transcript.items import TextItem
from oats_tui.ui.widgets.transcript.markdown.blocks import Block, GrowingBlocks, References, split_plain
from oats_tui.ui.widgets.transcript.markdown.parser import LONGEST_INLINE
from oats_tui.ui.widgets.transcript.pieces import BlockPiece, Piece, PlainPiece

SLICE = 16_000
"""Characters of a new text that are taken in at a time: keys get their turn in between."""

CHUNK = 8_000
"""Characters of a piece of a text without marks that has no lines to cut it at."""


class TextPieces:
    """Makes the pieces of one part of a message, again and again while it grows.

    Args:
        number: Which part it is.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._growing = GrowingBlocks()
        self._plain = ""
        self._blocks: list[Block] = []
        self._shape: tuple[References, int, bool] | None = None
        self._made: list[list[Piece]] = []

    @property
    def codes(self) -> int:
        """How many code blocks the text holds, as far as it was taken in."""
        return sum(block.codes for block in self._blocks)

    @property
    def is_partial(self) -> bool:
        """Whether only a part of the text was taken in."""
        return bool(self._blocks) and self._blocks[-1].kind == "rest"

    def update(self, item: TextItem, first_code: int, *, above: bool) -> list[Piece]:
        """Return the pieces of a text; those of its beginning that are the same are the same objects.

        Args:
            item: The text.
            first_code: The number of its first code block.
            above: Whether a blank line stands above it.
        """
        blocks, references = self._cut(item)
        shape = (references, first_code, above)
        same = _alike(self._blocks, blocks) if shape == self._shape else 0
        code = first_code + sum(block.codes for block in blocks[:same])
        made = self._made[:same]
        for position, block in enumerate(blocks[same:], same):
            pieces = list(self._pieces(block, references, code, plain=item.plain))
            gap = above if not position else block.gap and not item.plain
            made.append([replace(pieces[0], above=gap), *pieces[1:]] if gap else pieces)
            code += block.codes
        self._blocks, self._shape, self._made = blocks, shape, made
        return list(chain.from_iterable(made))

    def _cut(self, item: TextItem) -> tuple[list[Block], References]:
        """Return the blocks of a text."""
        if not item.plain:
            return self._growing.update(item.text, SLICE), self._growing.references
        if item.text == self._plain and self._blocks:
            return self._blocks, References()
        self._plain = item.text
        return split_plain(item.text), References()

    def _pieces(self, block: Block, references: References, code: int, *, plain: bool) -> Iterator[Piece]:
        """Return the pieces of a block: one, unless it is a long text that is drawn as it is."""
        if not plain and (block.kind != "text" or len(block.source) <= LONGEST_INLINE):
            yield BlockPiece(self._number, False, block, references, code)
            return
        text = block.source if plain else block.source.strip("\n")
        yield from (
            _chunks(self._number, text) if len(text) > LONGEST_INLINE else [PlainPiece(self._number, False, text)]
        )


def _chunks(number: int, text: str) -> Iterator[Piece]:
    """Return a long text in pieces, cut behind blanks where there are any."""
    start = 0
    while start < len(text):
        end = min(start + CHUNK, len(text))
        if end < len(text):
            end = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1 or end
        piece = text[start:end]
        join = "" if end < len(text) and piece[-1] != "\n" else "\n"
        blanks = len(piece) - len(piece.rstrip(" ")) if not join else 0
        yield PlainPiece(number, False, piece[: len(piece) - blanks], join or " " * blanks)
        start = end


def _alike(before: Sequence[Block], after: Sequence[Block]) -> int:
    """Return how many blocks at the beginning are the very same."""
    pairs = map(operator.is_, before, after)
    return next((n for n, is_same in enumerate(pairs) if not is_same), min(len(before), len(after)))
