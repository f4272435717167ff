"""What a reader does in a conversation: steps of the cursor, folds, finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oats_tui.ui.widgets.transcript.cursor import Cursor, moved, moved_part, reveal
from oats_tui.ui.widgets.transcript.finding import Finder
from oats_tui.ui.widgets.transcript.items import Entry, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.places import Place, line_of, place_of
from oats_tui.ui.widgets.transcript.reading import Reading
from oats_tui.ui.widgets.transcript.selecting import Selection

_FAR = 1 << 20
"""Columns that no line has."""

_CONTEXT = 3
"""Lines above a match that is shown."""


def message(reading: Reading, step: int) -> None:
    """Go so many messages further; behind the last one to the end."""
    before = reading.cursor
    reading.cursor = moved(reading.document, before, step)
    if reading.cursor == before and step > 0:
        last(reading)
    else:
        reveal(reading.viewport, reading.cursor)


def first(reading: Reading) -> None:
    """Go to the first message."""
    if reading.entries:
        go_to(reading, reading.entries[0].id)


def last(reading: Reading) -> None:
    """Go to the end, and follow it."""
    reading.viewport.go_to(None)
    if reading.entries:
        reading.cursor = Cursor(reading.entries[-1].id)


def part(reading: Reading, step: int) -> None:
    """Go to the next part that can be unfolded or shown."""
    found = moved_part(reading.document, reading.cursor, step)
    if found is not None:
        reading.cursor = found
        reveal(reading.viewport, found)


def go_to(reading: Reading, entry_id: str) -> None:
    """Show a message at the top of the view, and put the cursor on it."""
    reading.cursor = Cursor(entry_id)
    reading.viewport.go_to(Place(entry_id))


def turn_all(reading: Reading) -> None:
    """Show everything whole, or folded again."""
    reading.restyle(replace(reading.look, whole=not reading.look.whole, turned={}))


def select(reading: Reading) -> bool:
    """Begin to select, at the cursor's message or the top of the view; returns whether there is anything."""
    if not reading.entries:
        return False
    top = reading.viewport.top
    found = line_of(reading.document, Place(reading.cursor.entry_id))
    y = found[0] if found is not None and top <= found[0] < top + reading.viewport.page else top
    reading.selection = Selection(reading.document, place_of(reading.document, y))
    return True


def find(reading: Reading, query: str) -> None:
    """Mark what is found, and go to the last match in view, or else to the nearest one above."""
    reading.finder = Finder(query) if query else None
    if reading.finder is not None and reading.entries:
        document, viewport = reading.document, reading.viewport
        start = place_of(document, min(viewport.top + viewport.page, document.height) - 1, _FAR)
        with viewport.held():
            found = reading.finder.go(document, start, -1)
        _show(reading, found)


def find_in(reading: Reading, entry_id: str, terms: Sequence[str]) -> None:
    """Mark all of some terms, and go to the first of them in a message, or to the message where it shows none."""
    reading.finder = Finder(*terms) if terms else None
    if reading.document.index_of(entry_id) is not None:
        go_to(reading, entry_id)
    if reading.finder is not None and reading.entries:
        with reading.viewport.held():
            found = reading.finder.go(reading.document, Place(reading.cursor.entry_id, -1), 1)
        if found is not None and found.entry_id == reading.cursor.entry_id:
            _show(reading, found)


def find_next(reading: Reading, step: int) -> None:
    """Go to the next match, or the one before."""
    if reading.finder is not None and reading.entries:
        start = reading.finder.found or place_of(reading.document, reading.viewport.top)
        with reading.viewport.held():
            found = reading.finder.go(reading.document, start, step)
        _show(reading, found)


def found_words(reading: Reading) -> str:
    """Return how much was found, for people."""
    finder = reading.finder
    if finder is None:
        return ""
    holders = finder.entries(reading.document)
    if finder.found is None or not holders:
        return "not found"
    index = reading.document.index_of(finder.found.entry_id)
    number = holders.index(index) + 1 if index in holders else 0
    return f"message {number} of {len(holders)}"


def subject(reading: Reading, *, focused: bool) -> Entry | None:
    """Return the message under the cursor, or the last one where the pane is not focused."""
    index = reading.document.index_of(reading.cursor.entry_id) if focused else None
    if not reading.entries:
        return None
    return reading.entries[-1 if index is None else index]


def session_under(reading: Reading) -> str:
    """Return the session that the tool call under the cursor worked in; empty where there is none."""
    entry, item = subject(reading, focused=True), reading.cursor.item
    if entry is None or item is None or item >= len(entry.items):
        return ""
    part = entry.items[item]
    return part.session_id if isinstance(part, ToolItem) else ""


def first_line(entry: Entry) -> str:
    """Return the first line of what a message says."""
    texts = (item.text.strip() for item in entry.items if isinstance(item, TextItem))
    return next((text.splitlines()[0] for text in texts if text), "…")


def newest_above(reading: Reading, entries: Sequence[Entry]) -> int:
    """Return which of some messages stands nearest above the end of the view, or at it."""
    viewport = reading.viewport
    last = reading.document.at(viewport.top + viewport.page - 1)
    places = [reading.document.index_of(entry.id) or 0 for entry in entries]
    return max((number for number, place in enumerate(places) if place <= last), default=0)


def _show(reading: Reading, place: Place | None) -> None:
    """Bring a match into view; where it is in view already nothing moves."""
    if reading.finder is None:
        return
    reading.finder.found = place
    if place is None:
        return
    reading.cursor = Cursor(place.entry_id)
    viewport = reading.viewport
    found = line_of(reading.document, place)
    if found is None or not viewport.top <= found[0] < viewport.top + viewport.page:
        viewport.go_to(place, above=_CONTEXT)
