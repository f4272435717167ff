"""A conversation being read: what is in view, where the cursor is, what is selected, found and unfolded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from oats_tui.ui.widgets.transcript.cursor import Cursor, in_view, stops
from oats_tui.ui.widgets.transcript.document import Document, Memory, memory_of, recall
from oats_tui.ui.widgets.transcript.finding import Finder
from oats_tui.ui.widgets.transcript.items import Entry
from oats_tui.ui.widgets.transcript.layout import Look
from oats_tui.ui.widgets.transcript.painter import inner_width
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.places import Place
from oats_tui.ui.widgets.transcript.selecting import Selection
from oats_tui.ui.widgets.transcript.viewport import Viewport


@dataclass(frozen=True, slots=True)
class ReadingState:
    """How somebody left a conversation.

    Attributes:
        place: What was at the top of the view; None for the end.
        cursor: Where the cursor was.
        last_seen: The last message that was there when the reader was at the end.
        turned: By message id, which of its parts were folded the other way.
        memory: The messages with their heights; None where they are not kept.
        whole: Whether everything was unfolded.
    """

    place: Place | None = None
    cursor: Cursor = field(default_factory=Cursor)
    last_seen: str = ""
    turned: dict[str, frozenset[int]] = field(default_factory=dict)
    memory: Memory | None = None
    whole: bool = False


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
        self.width = 1
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
        turned, memory = dict(self.look.turned), memory_of(self.document)
        return ReadingState(place, self.cursor, self._last_seen, turned, memory, self.look.whole)

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
            self.look = replace(self.look, turned=dict(state.turned), whole=state.whole)
            self.document.restyle(self.look, only="")
            if state.memory is not None:
                recall(self.document, state.memory)
            self._last_seen = state.last_seen or (entries[-1].id if entries else "")
            self._has_grown = False
        self.viewport.show(entries, inner_width(self.width), place=place, anew=state is not None)
        if self.selection is not None and not self.selection.is_there:
            self.selection = None
        self._note()

    def grow(self, entry: Entry) -> bool:
        """Show more of an answer in progress; returns whether there is one of its id."""
        known = self.viewport.change(entry)
        self._has_grown = known
        self._note()
        return known

    def resize(self, width: int, height: int) -> None:
        """Take on another size of the view."""
        self.width = width
        self.viewport.resize(inner_width(width), height)

    def restyle(self, look: Look, only: str | None = None) -> None:
        """Draw in another way, perhaps one message only."""
        self.look = look
        self.viewport.restyle(look, only)

    def scroll(self, top: int) -> None:
        """Show the lines from this one on."""
        self.viewport.scroll(top)
        self.cursor = in_view(self.viewport, self.cursor)
        self._note()

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

    def _note(self) -> None:
        """Note what the reader has seen."""
        if self.viewport.following and self.entries:
            self._last_seen, self._has_grown = self.entries[-1].id, False
