"""One message as lines, drawn where somebody looks and estimated elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from oats_tui.ui.widgets.transcript.items import Entry, TextItem
from oats_tui.ui.widgets.transcript.lines import BLANK, Line
from oats_tui.ui.widgets.transcript.markdown.blocks import Block, GrowingBlocks, References, split_plain
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.pieces import BlockPiece, Piece, pieces_of

SLICE = 16_000
"""Characters of a new text that are taken in at a time: keys get their turn in between."""


@dataclass(frozen=True, slots=True)
class Look:
    """How messages are drawn.

    Attributes:
        palette: The colours.
        whole: Whether tool calls, results and thinking are shown whole.
        turned: By message id, which of its parts are folded the other way.
    """

    palette: Palette
    whole: bool = False
    turned: dict[str, frozenset[int]] = field(default_factory=dict)


class Layout:
    """The lines of one message at one width.

    Args:
        entry: The message.
        width: Columns of its lines.
        look: How it is drawn.
    """

    def __init__(self, entry: Entry, width: int, look: Look) -> None:
        self.pieces: list[Piece] = []
        self.is_partial = False
        self._width = width
        self._palette = look.palette
        self._drawn: list[list[Line] | None] = []
        self._ends: list[int] | None = None
        self._growing: dict[int, GrowingBlocks] = {}
        self._plain: dict[int, tuple[str, list[Block]]] = {}
        self.update(entry, width, look)

    def update(self, entry: Entry, width: int, look: Look) -> None:
        """Take on another version of the message, another width or look; what stays the same keeps its lines.

        Of a long text a part is taken in; then ``is_partial`` says that this is to be called again.
        """
        texts = [self._text(number, item) for number, item in enumerate(entry.items)]
        self.is_partial = any(blocks and blocks[-1].kind == "rest" for blocks, _ in filter(None, texts))
        pieces = pieces_of(
            entry,
            texts,
            whole=look.whole,
            turned=look.turned.get(entry.id, frozenset()),
        )
        before, drawn = self.pieces, self._drawn
        if width != self._width or look.palette is not self._palette:
            drawn = []
        kept: list[list[Line] | None] = [
            lines if old is new or old == new else None
            for old, new, lines in zip(before, pieces, drawn, strict=False)
        ]
        self.pieces, self._drawn = pieces, kept + [None] * (len(pieces) - len(kept))
        self._width, self._palette, self._ends = width, look.palette, None

    @property
    def height(self) -> int:
        """How many lines it has, estimated where it was not drawn yet."""
        return self._all_ends()[-1]

    def start(self, piece: int) -> int:
        """Return the first line of a piece."""
        return self._all_ends()[piece - 1] if piece else 0

    def at(self, line: int) -> int:
        """Return the piece that holds a line; the last one for a line behind the end."""
        return min(bisect_right(self._all_ends(), line), len(self.pieces) - 1)

    def lines(self, piece: int) -> list[Line]:
        """Return a piece's lines, drawn now where they were not yet."""
        lines = self._drawn[piece]
        if lines is None:
            lines = self._drawn[piece] = self.pieces[piece].lines(self._width, self._palette)
            self._ends = None
        return lines

    def line(self, y: int) -> Line:
        """Return one line; a blank one behind the end."""
        piece = self.at(y)
        lines, within = self.lines(piece), y - self.start(piece)
        return lines[within] if 0 <= within < len(lines) else BLANK

    def measure(self, first: int, last: int) -> None:
        """Draw all pieces between two lines; the place of the first one is held."""
        piece = self.at(max(0, first))
        while piece < len(self.pieces) and self.start(piece) <= last:
            self.lines(piece)
            piece += 1

    def measure_above(self, piece: int, count: int) -> int:
        """Draw the pieces above one, upwards, until so many lines are exact; returns how many more are wanted."""
        while piece > 0 and count > 0:
            piece -= 1
            count -= len(self.lines(piece))
        return count

    def _text(self, number: int, item: object) -> tuple[Sequence[Block], References] | None:
        """Return the blocks of a part that is a text."""
        if not isinstance(item, TextItem):
            return None
        if item.plain:
            known = self._plain.get(number)
            if known is None or known[0] != item.text:
                known = self._plain[number] = (item.text, split_plain(item.text))
            return known[1], References()
        growing = self._growing.setdefault(number, GrowingBlocks())
        return growing.update(item.text, SLICE), growing.references

    def _all_ends(self) -> list[int]:
        """Return for each piece the line behind its last."""
        if self._ends is None:
            self._ends = list(
                accumulate(
                    len(lines) if lines is not None else piece.above + piece.estimate(self._width)
                    for piece, lines in zip(self.pieces, self._drawn, strict=True)
                )
            )
        return self._ends


def codes_in(layout: Layout) -> int:
    """Return how many code blocks a message holds, as far as it was taken in."""
    return sum(piece.block.codes for piece in layout.pieces if isinstance(piece, BlockPiece))
