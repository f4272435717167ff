"""A growing Markdown text cut into blocks, so that only those in view are drawn, and only what is new is parsed."""

from __future__ import annotations

from dataclasses import replace

from oats_tui.ui.widgets.transcript.markdown.block import Block, References
from oats_tui.ui.widgets.transcript.markdown.code import code_of
from oats_tui.ui.widgets.transcript.markdown.parser import cutter
from oats_tui.ui.widgets.transcript.markdown.scan import CODES, Context, Piece, Scan, scan
from oats_tui.ui.widgets.transcript.markdown.source import has_blank_line, lines_of
from oats_tui.ui.widgets.transcript.markdown.tables import rows_of

__all__ = ["Block", "GrowingBlocks", "References", "code_of", "code_sources", "rows_of", "split", "split_plain"]

PLAIN_LINES = 100
"""Lines of a piece of text that is not Markdown."""

_OPEN_BLOCKS = 2
_MOST_MATH_LINES = 100
_MATH_OPENERS = ("$$", "\\[")


class GrowingBlocks:
    """The blocks of a text that only ever gets longer.

    A block is settled when two others stand behind it, for one can still join the one before: "1. one", a blank
    line and "2" are a list and a paragraph until the next letter makes them one list. Settled text is not parsed
    again; what goes on behind it, such as a list or a code block, is known.
    """

    def __init__(self) -> None:
        self.references = References()
        self._start_anew()

    def update(self, text: str, limit: int | None = None) -> list[Block]:
        """Return the blocks of a text; all but the last few will stay as they are.

        Args:
            text: The text. Where it does not begin with the one before, nothing of that is kept.
            limit: About how many new characters are taken in at most; None for all. What is left is one last
                block of the kind ``rest``.
        """
        if not text.startswith(self._text):
            self._start_anew()
        end = len(text)
        if limit is not None:
            end = min(end, len(self._text) + max(1, limit, (len(self._text) - self._offset) // 2))
        if end > len(self._text) or not self._open:
            self._text = text[:end]
            self._take(scan(self._text[self._offset :], self._context))
        blocks = [*self._settled, *self._open]
        return blocks if end == len(text) else [*blocks, Block(text[end:], "rest")]

    def _start_anew(self) -> None:
        """Forget all blocks."""
        self._text, self._offset = "", 0
        self._settled: list[Block] = []
        self._open: list[Block] = []
        self._context: Context | None = None
        self._begun = False
        self._links: dict[str, tuple[str, str, str]] = {}
        self._footnotes: dict[str, None] = {}

    def _take(self, found: Scan) -> None:
        """Take on the blocks of all that is not settled."""
        pieces = _without_first_gap(found.pieces) if not self._begun else found.pieces
        self._widen(pieces[0].block)
        self._note(found)
        count = settled_in(pieces)
        self._settle(pieces[:count], found)
        if count:
            self._context = pieces[count].context
            last = pieces[count].line
            self._links.update((each[1], each[1:]) for each in found.links if each[0] < last and each[1] not in self._links)
