"""The list of sessions as values: what lies in the folder, and how it is to be shown."""

from __future__ import annotations

from datetime import UTC, datetime

from oats_tui.chat.chat import Chat
from oats_tui.session.entries import Entry
from oats_tui.session.meta import OutcomeState
from oats_tui.ui.widgets.sidebar import Mark, Row

FIRST_PAGE = 200
"""How many sessions are shown before the whole list is there: more than any screen has lines."""


class Listing:
    """The list of sessions.

    Args:
        chat: Who reads and writes conversations.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._entries: dict[str, Entry] = {}
        self._unwell: dict[str, OutcomeState | None] = {}
        self._rows: dict[str, tuple[Entry, Row]] = {}

    def __contains__(self, session_id: object) -> bool:
        """Whether there is a session of this id."""
        return session_id in self._entries

    async def glance(self) -> None:
        """Take the newest sessions from the cache, to have something to show at once."""
        entries = await self._chat.ledger.sessions.first_entries(FIRST_PAGE)
        self._entries = {entry.id: entry for entry in entries}

    async def load(self) -> None:
        """Read the whole list. Raises StorageError where the folder cannot be read."""
        entries = await self._chat.ledger.sessions.list_entries()
        self._entries = {entry.id: entry for entry in entries}
        self._unwell = dict(await self._chat.ledger.meta.failed())

    async def refresh(self, session_id: str) -> None:
        """Read one session's row again."""
        ledger = self._chat.ledger
        self._unwell[session_id] = (await ledger.meta.get(session_id)).newest
        entry = await ledger.sessions.peek(session_id)
        if entry.state == "missing":
            self._entries.pop(session_id, None)
        else:
            self._entries[session_id] = entry

    def newest(self) -> str | None:
        """Return the session with the newest activity; None where there is none."""
        return max(self._entries.values(), key=_place).id if self._entries else None

    def title(self, session_id: str) -> str:
        """Return a session's title, or its id where it has none that can be read."""
        entry = self._entries.get(session_id)
        return (entry.title if entry is not None else "") or session_id

    def rows(self) -> list[Row]:
        """Return the list as it is shown, the newest activity on top."""
        entries = sorted(self._entries.values(), key=_place, reverse=True)
        self._rows = {entry.id: (entry, self._row(entry)) for entry in entries}
        return [row for _, row in self._rows.values()]

    def _row(self, entry: Entry) -> Row:
        """Return the row of a session; the one it has, while that says the same."""
        mark = self._mark(entry)
        before = self._rows.get(entry.id)
        if before is not None and before[0] is entry and before[1].mark == mark:
            return before[1]
        updated = None if entry.updated is None else datetime.fromtimestamp(entry.updated, UTC)
        return Row(entry.id, entry.title or entry.id, updated, mark)

    def _mark(self, entry: Entry) -> Mark:
        """Return what the list says of a session."""
        if self._chat.turn(entry.id) is not None:
            return "answering"
        if entry.state != "ok":
            return "damaged"
        return "failed" if self._unwell.get(entry.id) in {"failed", "interrupted"} else ""


def _place(entry: Entry) -> tuple[float, str]:
    """Return what the list is sorted by."""
    return (float("-inf") if entry.updated is None else entry.updated, entry.id)
