"""Which lines of a conversation are in view, and that they stay there whatever happens around them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeAlias

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.items import Entry
from oats_tui.ui.widgets.transcript.layout import Look
from oats_tui.ui.widgets.transcript.places import Place, line_of, place_of

Room: TypeAlias = Literal["none", "kept", "more"]
"""Which room there may be below the end: none, what there is, or more where it is needed."""

_END = 1 << 30
"""A piece behind all that a message has."""


class Viewport:
    """The part of a document that is in view.

    Follows the end while the reader is there; otherwise what is at the top of the view stays there.

    Args:
        document: What is read.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.following = True
        self.top = 0
        self.page = 1
        self.leap = 0.0
        """By what share of its height the view goes on when a growing answer reaches its foot."""
        self.blank = 0
        """How many lines of the view may be left blank below the end."""
        self.remains: Place | None = None
        """Where the reader wants to be, while that has not been read yet."""
        self._settled: tuple[Place, int] | None = None
        """Where the view was brought to last, and its top then: a place is not lost by going to its line."""
        self._pushed: Place | None = None
        """Where the reader was before a size at which the end came into view."""

    @property
    def last_top(self) -> int:
        """The line at which the view of the end begins."""
        return max(0, self.document.height + self.blank - self.page)

    def show(
        self, entries: Sequence[Entry], width: int, *, place: Place | None = None, anew: bool = False
    ) -> None:
        """Take on messages, and stay, or go to a place.

        Args:
            entries: All messages.
            width: The columns for them.
            place: Where to go; None to stay.
            anew: Whether it is another conversation, of which the end or the place is shown.
        """
        held, above = place, 0
        pushed = self._pushed
        if anew or (pushed is not None and all(entry.id != pushed.entry_id for entry in entries)):
            self._pushed = None
        if place is None and not self.following:
            held, above = self.place_among({entry.id for entry in entries})
        self.document.replace(entries, width)
        self._settle(held, above, room="none" if anew else "kept")

    def change(self, entry: Entry) -> bool:
        """Take on a new version of a message; returns whether there is one of its id."""
        held = None if self.following else self.place()
        known = self.document.change(entry)
        self._settle(held, room="more")
        return known

    def go_on(self) -> bool:
        """Take in more of a long text that is in view; returns whether there was any."""
        held = None if self.following else self.place()
        more = self.document.go_on(self.top, self.top + self.page)
        if more:
            self._settle(held)
        return more

    def resize(self, width: int, page: int) -> None:
        """Take on another size, with the same text at the top; also after one at which the end came into view."""
        held = self._pushed if self.following else self.place()
        self.page = max(1, page)
        if width != self.document.width:
            self.document.replace(self.document.entries, width)
        self._settle(held, room="none")
        self._pushed = held if self.following else None

    def restyle(self, look: Look, only: str | None = None) -> None:
        """Draw in another way, perhaps one message only, with the same text at the top."""
        held = None if self.following else self.place()
        self.document.restyle(look, only)
        self._settle(held)

    def scroll(self, top: int) -> None:
        """Show the lines from this one on, and note whether that is the end.

        What has come into view is drawn now, and may turn out longer or shorter than estimated; the view moves
        along with it, so that what was in view before stays in its place.
        """
        document = self.document
        self.remains = self._settled = self._pushed = None
        top = max(0, min(top, self.last_top))
        if not document.entries:
            self.top = 0
            return
        y = self.top if abs(top - self.top) <= self.page else top
        index = document.at(y)
        layout = document.layout(index)
        piece = layout.at(y - document.top(index))
        before = document.top(index) + layout.start(piece)
        document.measure(top, top + self.page)
        layout = document.layout(index)
        moved = document.top(index) + layout.start(piece) - before
        self.top = max(0, min(top + moved, self.last_top))
        document.measure(self.top, self.top + self.page)
        self.following = self.top >= self.last_top

    def go_to(self, place: Place | None, above: int = 0) -> None:
        """Show a place at the top of the view, with some lines above it; the end for None."""
        self._pushed = None
        self._settle(place, above, room="none")

    def reveal(self, index: int, piece: int = 0, *, whole: bool = True) -> None:
        """Bring a message, from one of its pieces on, into view: whole where there is room, else its beginning.

        Args:
            index: Which message.
            piece: The piece that is to be seen first.
            whole: Whether the rest of the message is to be seen too, and not that piece alone.
        """
        document = self.document
        first = document.top(index) + document.layout(index).start(piece)
        document.measure(first, first + self.page)
        layout = document.layout(index)
        first = document.top(index) + layout.start(piece)
        end = document.top(index) + (layout.height if whole else layout.start(piece + 1)) - 1
        if first < self.top or end - first >= self.page:
            self.scroll(first)
        elif end >= self.top + self.page:
            self.scroll(end - self.page + 1)

    def fit(self) -> None:
        """Draw what is in view, and go back to the end where the view reaches beyond it."""
        self.document.measure(self.top, self.top + self.page)
        if self.top > self.last_top:
            self._settle(None if self.remains is None else self.remains)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Leave in view what is there, while something else may be drawn and turn out longer or shorter."""
        place = None if self.following else self.place()
        yield
        self._settle(place)

    def place(self) -> Place | None:
        """Return what is at the top of the view; None where there are no messages."""
        if self.remains is not None or not self.document.entries:
            return self.remains
        if self._settled is not None and self._settled[1] == self.top:
            return self._settled[0]
        return place_of(self.document, self.top)

    def place_among(self, there: Collection[str]) -> tuple[Place | None, int]:
        """Return what is at the top of the view and stays, and how many lines are above it.

        Where that is to go, it is the next message that stays, or else the one before; None where none stays.

        Args:
            there: The ids of the messages that stay.
        """
        entries, document = self.document.entries, self.document
        if not entries or self.remains is not None:
            return self.remains, 0
        top = document.at(self.top)
        if entries[top].id in there:
            return self.place(), 0
        for index in range(top + 1, len(entries)):
            if entries[index].id in there:
                above = document.top(index) - self.top
                return Place(entries[index].id), above if above < self.page else 0
        before = (entries[index].id for index in reversed(range(top)) if entries[index].id in there)
        found = next(before, None)
        # Its last line of text stands in front of the blank one at its end.
        return (None, 0) if found is None else (Place(found, piece=_END), 1)

    def _settle(self, place: Place | None, above: int = 0, *, room: Room = "kept") -> None:
        """Bring the view to a place, or to the end where there is none.

        Args:
            place: Where; None for the end.
            above: How many lines stand above it.
            room: Which room there may be below the end.
        """
        document = self.document
        found = None
        if place is not None:
            found = line_of(document, place)
            self.remains = place if found is None else None
        index = document.index_of(place.entry_id) if place is not None else None
        if place is None or found is None or index is None:
            document.measure_above(len(document.entries), 0, self.page)
            below = self.top + self.page - document.height
            if room == "kept" and not self.blank:
                room = "none"
            self.blank = _room(below, int(self.leap * self.page), room) if document.height > self.page else 0
            self.top = self.last_top
            self.following = self.remains is None
            self._settled = None
            return
        layout = document.layout(index)
        document.measure_above(index, min(place.piece, len(layout.pieces) - 1), above)
        line, _ = line_of(document, place) or (0, 0)
        top = max(0, line - above)
        document.measure(top, top + self.page)
        if top > self.last_top:
            # What stands below fills the view no longer.
            document.measure_above(len(document.entries), 0, self.page)
            line, _ = line_of(document, place) or (0, 0)
            top = min(max(0, line - above), self.last_top)
        self.top = top
        self._settled = (place, top) if top == line else None
        # The end may come to the reader as well, when what stood below is gone.
        self.following = top >= self.last_top


def _room(below: int, leap: int, room: Room) -> int:
    """Return how many lines are left blank below the end: each move of the view paints all of it.

    Args:
        below: How many lines of the view are below the end now; negative where the end is below the view.
        leap: How many there may be.
        room: Which room there may be.
    """
    if below < 0:
        return leap if room == "more" else 0
    return below if room != "none" and below <= leap else 0
