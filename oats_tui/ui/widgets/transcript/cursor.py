"""The message, and the part of it, that keys are about."""

from __future__ import annotations

from dataclasses import dataclass

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.items import FoldItem, ImageItem, Item, ToolItem
from oats_tui.ui.widgets.transcript.viewport import Viewport


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the reader is.

    Attributes:
        entry_id: The message's id.
        item: Which of its parts, or None for the message as a whole.
    """

    entry_id: str = ""
    item: int | None = None


def stops(items: tuple[Item, ...]) -> list[int]:
    """Return the parts of a message at which the cursor can stop."""
    return [number for number, item in enumerate(items) if isinstance(item, ToolItem | FoldItem | ImageItem)]


def in_view(viewport: Viewport, cursor: Cursor) -> Cursor:
    """Return the cursor, on the nearest message in view where its own is not."""
    document = viewport.document
    if not document.entries:
        return Cursor()
    first, last = document.at(viewport.top), document.at(viewport.top + viewport.page - 1)
    index = document.index_of(cursor.entry_id)
    if index is not None and first <= index <= last:
        return cursor
    if index is None or index > last:
        return Cursor(document.entries[last].id)
    return Cursor(document.entries[first].id)


def moved(document: Document, cursor: Cursor, step: int) -> Cursor:
    """Return the cursor so many messages further, or at one of the ends."""
    index = document.index_of(cursor.entry_id)
    count = len(document.entries)
    if index is None:
        index = count if step < 0 else -1
    return Cursor(document.entries[max(0, min(index + step, count - 1))].id) if count else Cursor()


def moved_part(document: Document, cursor: Cursor, step: int) -> Cursor | None:
    """Return the cursor on the next part at which it can stop, also of another message; None for none."""
    index = document.index_of(cursor.entry_id)
    while index is not None and 0 <= index < len(document.entries):
        entry = document.entries[index]
        here = stops(entry.items) if step > 0 else stops(entry.items)[::-1]
        if entry.id == cursor.entry_id and cursor.item is not None:
            here = [number for number in here if (number - cursor.item) * step > 0]
        elif entry.id == cursor.entry_id and step < 0:
            here = []
        if here:
            return Cursor(entry.id, here[0])
        index += step
    return None


def reveal(viewport: Viewport, cursor: Cursor) -> None:
    """Bring what the cursor is on into view."""
    index = viewport.document.index_of(cursor.entry_id)
    if index is None:
        return
    piece = 0
    if cursor.item is not None:
        pieces = viewport.document.layout(index).pieces
        piece = next((n for n, each in enumerate(pieces) if each.item == cursor.item), 0)
    viewport.reveal(index, piece, whole=cursor.item is None)
