"""What of a conversation is in view, as the strips that are put on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.cursor import Cursor
from oats_tui.ui.widgets.transcript.items import Entry, ImageItem
from oats_tui.ui.widgets.transcript.layout import Layout
from oats_tui.ui.widgets.transcript.lines import BLANK, Line, wrapped
from oats_tui.ui.widgets.transcript.painter import Mark, Painter, inner_width, thumb_lines
from oats_tui.ui.widgets.transcript.pieces import GapPiece, PartPiece, Piece
from oats_tui.ui.widgets.transcript.reading import Reading
from oats_tui.ui.widgets.transcript.selecting import Bounds, columns_in


class Frame:
    """Draws what is in view.

    Args:
        reading: The conversation that is read.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._painter = Painter(reading.look.palette)

    @property
    def is_partial(self) -> bool:
        """Whether a text in view was taken in only in part as yet."""
        return any(layout.is_partial for layout in {id(found[1]): found[1] for found in self._in_view()}.values())

    def strips(self, *, focused: bool) -> list[Strip]:
        """Return the lines in view; the cursor is among them where the pane has the focus."""
        reading, viewport = self._reading, self._reading.viewport
        if reading.selection is not None:
            with viewport.held():
                reading.selection.bounds()
        viewport.fit()
        page, width, top = viewport.page, reading.width, viewport.top
        if self._painter.palette is not reading.look.palette:
            self._painter = Painter(reading.look.palette)
        thumb = thumb_lines(top, page, reading.document.height + viewport.blank)
        drawn = islice(self._drawn(focused) if reading.entries else self._said(), page)
        made = [
            self._painter.strip(line, width, bar=bar, thumb=y in thumb, marks=marks)
            for y, (line, bar, marks) in enumerate(drawn)
        ]
        made += [self._painter.strip(BLANK, width) for _ in range(page - len(made))]
        if made and reading.news:
            made[-1] = self._painter.over(made[-1], f"{reading.news} new ↓")
        return made

    def pictures(self) -> list[ImageItem]:
        """Return the pictures in view."""
        in_view = islice(self._in_view(), self._reading.viewport.page)
        pieces = (layout.pieces[number] for _, layout, number, _ in in_view)
        items = (piece.part for piece in pieces if isinstance(piece, PartPiece))
        return list(dict.fromkeys(item for item in items if isinstance(item, ImageItem)))

    def part_at(self, y: int) -> Cursor | None:
        """Return the message, and the part of it, on a line of the view."""
        for row, (entry, layout, number, _) in enumerate(self._in_view()):
            if row == y:
                piece = layout.pieces[number]
                return Cursor(entry.id, piece.item if isinstance(piece, PartPiece) else None)
        return None

    def _in_view(self) -> Iterator[tuple[Entry, Layout, int, int]]:
        """Return for each line from the view on its message, the lines of that, the piece, and the line within."""
        document, viewport = self._reading.document, self._reading.viewport
        y = viewport.top
        last = min(y + viewport.page, document.height)
        while y < last:
            index = document.at(y)
            layout, top = document.layout(index), document.top(index)
            number = layout.at(y - top)
            for within in range(y - top - layout.start(number), len(layout.lines(number))):
                yield document.entries[index], layout, number, within
                y += 1
            last = min(viewport.top + viewport.page, document.height)

    def _drawn(self, focused: bool) -> Iterator[tuple[Line, Style | None, list[Mark]]]:
        """Return each line in view with the style of its bar and its marks."""
        palette = self._reading.look.palette
        selection = self._reading.selection
        bounds = selection.bounds() if selection is not None else None
        for y, (entry, layout, number, within) in enumerate(self._in_view(), self._reading.viewport.top):
            piece, lines = layout.pieces[number], layout.lines(number)
            is_text = number < len(layout.pieces) - 1 and not isinstance(piece, GapPiece)
            bar = palette.you if entry.role == "user" and is_text else None
            if focused and is_text and self._is_under(entry, piece):
                bar = palette.cursor
            yield lines[within], bar, self._marks(entry.id, number, lines, within, y, bounds)

    def _is_under(self, entry: Entry, piece: Piece) -> bool:
        """Return whether the cursor is on a piece."""
        cursor = self._reading.cursor
        return cursor.entry_id == entry.id and cursor.item in (None, piece.item)

    def _marks(
        self, entry_id: str, number: int, lines: Sequence[Line], within: int, y: int, bounds: Bounds | None
    ) -> list[Mark]:
        """Return what is marked on a line: what was found, and what is selected."""
        marks: list[Mark] = []
        palette = self._reading.look.palette
        finder = self._reading.finder
        if finder is not None:
            marks += [Mark(*span, palette.match) for span in finder.spans(lines, within)]
            here = finder.is_found(entry_id, number, lines, within)
            marks += [Mark(*span, palette.found) for span in here]
        columns = columns_in(bounds, y, lines[within].width) if bounds is not None else None
        if columns is not None:
            marks.append(Mark(*columns, palette.chosen))
        return marks

    def _said(self) -> Iterator[tuple[Line, None, list[Mark]]]:
        """Return the lines of what is said where there are no messages."""
        yield BLANK, None, []
        for text in self._reading.placeholder:
            for line in wrapped(
                [Segment(clean(text), self._reading.look.palette.dim)], inner_width(self._reading.width)
            ):
                yield line, None, []
