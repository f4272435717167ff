"""A conversation being read: what is in view, where the cursor is, what is selected, found and unfolded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.cursor import Cursor, in_view, stops
from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.finding import Finder
from oats_tui.ui.widgets.transcript.items import Entry, ImageItem
from oats_tui.ui.widgets.transcript.layout import Layout, Look
from oats_tui.ui.widgets.transcript.lines import BLANK, Line, wrapped
from oats_tui.ui.widgets.transcript.painter import Mark, Painter, inner_width, thumb_lines
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.pieces import GapPiece, PartPiece, Piece
from oats_tui.ui.widgets.transcript.places import Place
from oats_tui.ui.widgets.transcript.selecting import Bounds, Selection, columns_in
from oats_tui.ui.widgets.transcript.viewport import Viewport


@dataclass(frozen=True, slots=True)
class ReadingState:
    """How somebody left a conversation.

    Attributes:
        place: What was at the top of the view; None for the end.
        cursor: Where the cursor was.
        last_seen: The last message that was there when the reader was at the end.
        turned: By message id, which of its parts were folded the other way.
    """

    place: Place | None = None
    cursor: Cursor = field(default_factory=Cursor)
    last_seen: str = ""
    turned: dict[str, frozenset[int]] = field(default_factory=dict)


class Reading:
    """What the message pane shows, and where in it the reader is.

    Args:
        palette: The colours.
    """

    def __init__(self, palette: Palette) -> None:
        self.look = Look(palette)
        self.document = Document(self.look)
        self.viewport = Viewport(self.document)
        self.cursor = Cursor()
        self.selection: Selection | None = None
        self.finder: Finder | None = None
        self.placeholder: Sequence[str] = ()
        self._painter = Painter(palette)
        self._width = 1
        self._last_seen = ""
        self._has_grown = False

    @property
    def entries(self) -> Sequence[Entry]:
        """All messages."""
        return self.document.entries

    @property
    def state(self) -> ReadingState:
        """How the reader leaves the conversation."""
        place = None if self.viewport.following else self.viewport.place()
        return ReadingState(place, self.cursor, self._last_seen, dict(self.look.turned))

    @property
    def news(self) -> int:
        """How many messages have come, or grown, since the reader left the end."""
        if self.viewport.following or not self.entries:
            return 0
        last = self.document.index_of(self._last_seen)
        behind = 0 if last is None else len(self.entries) - last - 1
        return max(behind, int(self._has_grown))

    def show(
        self, entries: Sequence[Entry], placeholder: Sequence[str] = (), state: ReadingState | None = None
    ) -> None:
        """Show a conversation, in the state in which it was left where that is known."""
        self.placeholder = placeholder
        place = None
        if state is not None:
            self.viewport.following, place = state.place is None, state.place
            self.viewport.remains = None
            self.cursor, self.selection, self.finder = state.cursor, None, None
            self.look = replace(self.look, turned=dict(state.turned))
            self.document.restyle(self.look, only="")
            self._last_seen = state.last_seen or (entries[-1].id if entries else "")
            self._has_grown = False
        self.viewport.show(entries, inner_width(self._width), place=place)
        self._note()

    def grow(self, entry: Entry) -> bool:
        """Show more of an answer in progress; returns whether there is one of its id."""
        known = self.viewport.change(entry)
        self._has_grown = known
        self._note()
        return known

    def resize(self, width: int, height: int) -> None:
        """Take on another size of the view."""
        self._width = width
        self.viewport.resize(inner_width(width), height)

    def restyle(self, look: Look, only: str | None = None) -> None:
        """Draw in another way, perhaps one message only."""
        if look.palette is not self.look.palette:
            self._painter = Painter(look.palette)
        self.look = look
        self.viewport.restyle(look, only)

    def scroll(self, top: int) -> None:
        """Show the lines from this one on."""
        self.viewport.scroll(top)
        self.cursor = in_view(self.viewport, self.cursor)
        self._note()

    @property
    def is_partial(self) -> bool:
        """Whether a text in view was taken in only in part as yet."""
        return any(layout.is_partial for layout in {id(found[1]): found[1] for found in self._in_view()}.values())

    def enter(self) -> None:
        """Put the cursor on a message in view."""
        self.cursor = in_view(self.viewport, self.cursor)

    def turn(self, cursor: Cursor) -> None:
        """Fold or unfold what the cursor is on: one part of a message, or all that can be folded."""
        index = self.document.index_of(cursor.entry_id)
        if index is None:
            return
        turned = self.look.turned.get(cursor.entry_id, frozenset())
        every = frozenset(stops(self.entries[index].items))
        if cursor.item is not None:
            turned ^= {cursor.item}
        else:
            turned = frozenset() if turned else every
        look = replace(self.look, turned={**self.look.turned, cursor.entry_id: turned})
        self.restyle(look, cursor.entry_id)

    def strips(self, *, focused: bool) -> list[Strip]:
        """Return the lines in view; the cursor is among them where the pane has the focus."""
        page, top = self.viewport.page, self.viewport.top
        thumb = thumb_lines(top, page, self.document.height)
        drawn = list(self._drawn(focused) if self.entries else self._said())
        made = [
            self._painter.strip(line, self._width, bar=bar, thumb=y in thumb, marks=marks)
            for y, (line, bar, marks) in enumerate(drawn[:page])
        ]
        made += [self._painter.strip(BLANK, self._width) for _ in range(page - len(made))]
        if made and self.news:
            made[-1] = self._painter.over(made[-1], f"{self.news} new ↓")
        return made

    def pictures(self) -> list[ImageItem]:
        """Return the pictures in view."""
        pieces = (layout.pieces[number] for _, layout, number, _ in self._in_view())
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
        """Return for each line in view its message, the message's lines, the piece, and the line within that."""
        document, y = self.document, self.viewport.top
        last = min(y + self.viewport.page, document.height)
        while y < last:
            index = document.at(y)
            layout, top = document.layout(index), document.top(index)
            number = layout.at(y - top)
            for within in range(y - top - layout.start(number), len(layout.lines(number))):
                yield document.entries[index], layout, number, within
                y += 1
            last = min(self.viewport.top + self.viewport.page, document.height)

    def _drawn(self, focused: bool) -> Iterator[tuple[Line, Style | None, list[Mark]]]:
        """Return each line in view with the style of its bar and its marks."""
        palette = self.look.palette
        bounds = self.selection.bounds() if self.selection is not None else None
        for y, (entry, layout, number, within) in enumerate(self._in_view(), self.viewport.top):
            piece, lines = layout.pieces[number], layout.lines(number)
            is_text = number < len(layout.pieces) - 1 and not isinstance(piece, GapPiece)
            bar = palette.you if entry.role == "user" and is_text else None
            if focused and is_text and self._is_under(entry, piece):
                bar = palette.cursor
            yield lines[within], bar, self._marks(entry.id, number, lines, within, y, bounds)

    def _is_under(self, entry: Entry, piece: Piece) -> bool:
        """Return whether the cursor is on a piece."""
        return self.cursor.entry_id == entry.id and self.cursor.item in (None, piece.item)

    def _marks(
        self, entry_id: str, number: int, lines: Sequence[Line], within: int, y: int, bounds: Bounds | None
    ) -> list[Mark]:
        """Return what is marked on a line: what was found, and what is selected."""
        marks: list[Mark] = []
        palette = self.look.palette
        if self.finder is not None:
            marks += [Mark(*span, palette.match) for span in self.finder.spans(lines, within)]
            here = self.finder.is_found(entry_id, number, lines, within)
            marks += [Mark(*span, palette.found) for span in here]
        columns = columns_in(bounds, y, lines[within].width) if bounds is not None else None
        if columns is not None:
            marks.append(Mark(*columns, palette.chosen))
        return marks

    def _said(self) -> Iterator[tuple[Line, None, list[Mark]]]:
        """Return the lines of what is said where there are no messages."""
        yield BLANK, None, []
        for text in self.placeholder:
            for line in wrapped([Segment(clean(text), self.look.palette.dim)], inner_width(self._width)):
                yield line, None, []

    def _note(self) -> None:
        """Note what the reader has seen."""
        if self.viewport.following and self.entries:
            self._last_seen, self._has_grown = self.entries[-1].id, False
