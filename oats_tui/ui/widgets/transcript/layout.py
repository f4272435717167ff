"""One message as lines, drawn where somebody looks and estimated elsewhere."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field

from oats_tui.ui.widgets.transcript.heights import Heights
from oats_tui.ui.widgets.transcript.items import Entry, TextItem
from oats_tui.ui.widgets.transcript.lines import BLANK, Line
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.pieces import Piece, pieces_of
from oats_tui.ui.widgets.transcript.texts import TextPieces


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
        self._heights = Heights()
        self._texts: dict[int, TextPieces] = {}
        self.update(entry, width, look)

    def update(self, entry: Entry, width: int, look: Look) -> None:
        """Take on another version of the message, another width or look; what stays the same keeps its lines.

        Of a long text a part is taken in; then ``is_partial`` says that this is to be called again.
        """
        turned = look.turned.get(entry.id, frozenset())
        pieces = pieces_of(entry, self._text, whole=look.whole, turned=turned)
        self.is_partial = any(text.is_partial for text in self._texts.values())
        is_same_way = width == self._width and look.palette is self._palette
        same = _alike(self.pieces, pieces) if is_same_way else 0
        kept = self._drawn[:same]
        if is_same_way:
            kept += [
                lines if old == new else None
                for old, new, lines in zip(self.pieces[same:], pieces[same:], self._drawn[same:], strict=False)
            ]
        self.pieces, self._drawn = pieces, kept + [None] * (len(pieces) - len(kept))
        self._width, self._palette = width, look.palette
        self._heights.replace(same, [self._height(number) for number in range(same, len(pieces))])

    @property
    def height(self) -> int:
        """How many lines it has, estimated where it was not drawn yet."""
        return self._heights.total

    def start(self, piece: int) -> int:
        """Return the first line of a piece."""
        return self._heights.start(piece)

    def at(self, line: int) -> int:
        """Return the piece that holds a line; the last one for a line behind the end."""
        return self._heights.at(line)

    def lines(self, piece: int) -> list[Line]:
        """Return a piece's lines, drawn now where they were not yet."""
        lines = self._drawn[piece]
        if lines is None:
            lines = self._drawn[piece] = self.pieces[piece].lines(self._width, self._palette)
            self._heights.note(piece, len(lines))
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

    def _text(self, number: int, item: TextItem, first_code: int, above: bool) -> tuple[list[Piece], int]:
        """Return the pieces of a part that is a text, and how many code blocks it holds."""
        text = self._texts.setdefault(number, TextPieces(number))
        return text.update(item, first_code, above=above), text.codes

    def _height(self, number: int) -> int:
        """Return how many lines a piece has, estimated where it was not drawn yet."""
        lines, piece = self._drawn[number], self.pieces[number]
        return len(lines) if lines is not None else piece.above + piece.estimate(self._width)


def _alike(before: Sequence[Piece], after: Sequence[Piece]) -> int:
    """Return how many pieces at the beginning are the very same."""
    pairs = map(operator.is_, before, after)
    return next((n for n, is_same in enumerate(pairs) if not is_same), min(len(before), len(after)))
