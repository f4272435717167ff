"""The list of sessions as values: what lies in the folder, and how it is to be shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from oats_tui.chat.chat import Chat
from oats_tui.session.entries import Entry
from oats_tui.session.meta import OutcomeState
from oats_tui.ui.ranking import Ranking
from oats_tui.ui.readmarks import ReadMarks
from oats_tui.ui.widgets.rows import Mark, Row

FIRST_PAGE = 200
"""How many sessions are shown before the whole list is there: more than any screen has lines."""

MANY = 200
"""From so many changes at once on the whole list is read: it has a cache, and single files have none."""

NEEDING: tuple[tuple[Mark, ...], ...] = (("failed", "damaged"), ("unread",))
"""What needs somebody: errors, interruptions and damage first, then what has not been read."""


class Listing:
    """The list of sessions.

    Args:
        chat: Who reads and writes conversations.
        marks: What has been read.
    """

    def __init__(self, chat: Chat, marks: ReadMarks) -> None:
        self._chat = chat
        self._marks = marks
        self._entries: dict[str, Entry] = {}
        self._unwell: dict[str, OutcomeState | None] = {}
        self._writing: set[str] = set()
        self._ranking = Ranking()
        self._stale: set[str] = set()

    def __contains__(self, session_id: object) -> bool:
        """Whether there is a session of this id."""
        return session_id in self._entries

    async def glance(self) -> None:
        """Take the newest sessions from the cache, to have something to show at once."""
        self._take(await self._chat.ledger.sessions.first_entries(FIRST_PAGE))

    async def load(self) -> None:
        """Read the whole list. Raises StorageError where the folder cannot be read."""
        entries = await self._chat.ledger.sessions.list_entries()
        self._unwell = dict(await self._chat.ledger.meta.failed())
        self._take(entries)

    async def refresh(self, session_ids: Collection[str]) -> None:
        """Read some sessions' rows again. Raises StorageError where the folder cannot be read."""
        if len(session_ids) >= MANY:
            await self.load()
            return
        self._unwell |= await self._chat.ledger.meta.newest(session_ids)
        for entry in await self._chat.ledger.sessions.peek(session_ids):
            if entry.state in ("ok", "missing"):
                self._writing.discard(entry.id)
            if entry.state == "missing":
                self._entries.pop(entry.id, None)
            else:
                self._entries[entry.id] = _recognizable(entry, self._entries.get(entry.id))
        for session_id in self._writing.intersection(session_ids) - self._entries.keys():
            self._entries[session_id] = Entry(session_id, "damaged")
        self.touch(session_ids)

    def touch(self, session_ids: Iterable[str]) -> None:
        """Make some sessions' rows anew the next time: what is to be said of them may have changed."""
        self._stale.update(session_ids)

    def note_writing(self, session_id: str, *, writing: bool) -> None:
        """Note whether another program is writing a session's file."""
        (self._writing.add if writing else self._writing.discard)(session_id)

    def trouble(self, session_id: str) -> Literal["", "writing", "damaged"]:
        """Return what keeps a session's file from being understood: that it is being written, or damage."""
        entry = self._entries.get(session_id)
        if session_id in self._writing:
            return "writing"
        return "damaged" if entry is not None and entry.state == "damaged" else ""

    def read(self, session_id: str) -> bool:
        """Note that a person has a session before their eyes; returns whether that is news."""
        entry = self._entries.get(session_id)
        news = entry is not None and self._marks.read(session_id, entry.updated)
        if news:
            self.touch([session_id])
        return news

    def last(self, left_at: Callable[[str], float], begun_at: float = 0.0) -> str | None:
        """Return the session in which something happened last, of those that are not archived where there are any.

        Args:
            left_at: When a session was left, in seconds since 1970. Being left counts as something that happened.
            begun_at: When a new conversation was left, into which something had been typed.

        Returns:
            Its id; None where there is none, or that new conversation is later than all.
        """

        def happened(entry: Entry) -> tuple[float, str]:
            return max(_rank(entry), left_at(entry.id)), entry.id

        shown = [entry for entry in self._entries.values() if not entry.filing.archived]
        latest = max(shown or self._entries.values(), key=happened, default=None)
        return latest.id if latest is not None and happened(latest)[0] >= begun_at else None

    def title(self, session_id: str) -> str:
        """Return a session's title, or its id where it has none that can be read."""
        entry = self._entries.get(session_id)
        return (entry.title if entry is not None else "") or session_id

    def rows(self) -> Sequence[Row]:
        """Return the list as it is shown, the newest activity on top."""
        for session_id in self._stale:
            entry = self._entries.get(session_id)
            if entry is None:
                self._ranking.drop(session_id)
            else:
                self._ranking.put(_rank(entry), self._row(entry))
        self._stale.clear()
        return self._ranking.rows()

    def _take(self, entries: Iterable[Entry]) -> None:
        """Take what was read as the whole list."""
        self._entries = {entry.id: entry for entry in entries}
        self._ranking.take((_rank(entry), self._row(entry)) for entry in self._entries.values())
        self._stale.clear()

    def _row(self, entry: Entry) -> Row:
        """Return the row of a session."""
        updated = None if entry.updated is None else datetime.fromtimestamp(entry.updated, UTC)
        return Row(entry.id, entry.title or entry.id, updated, self._mark(entry), entry.filing)

    def _mark(self, entry: Entry) -> Mark:
        """Return what the list says of a session: of several things the one that matters most."""
        # Where another window answers, a message of ours only waits.
        if self._chat.elsewhere.activity(entry.id).holder is not None:
            return "elsewhere"
        if self._chat.turn(entry.id) is not None:
            return "answering"
        if entry.id in self._writing:
            return "writing"
        if entry.state != "ok":
            return "damaged"
        if self._unwell.get(entry.id) in {"failed", "interrupted"}:
            return "failed"
        return "unread" if self._marks.is_unread(entry.id, entry.updated) else ""


def next_needing(rows: Sequence[Row], open_id: str | None) -> str | None:
    """Return the session that needs somebody most, of several alike the next one below the open one.

    None where no session needs anybody.
    """
    ids = [row.id for row in rows]
    start = ids.index(open_id) + 1 if open_id in ids else 0
    below = [*rows[start:], *rows[:start]]
    for marks in NEEDING:
        for row in below:
            if row.mark in marks and row.id != open_id:
                return row.id
    return None


def _recognizable(entry: Entry, before: Entry | None) -> Entry:
    """Return an entry with the title and the place that its session had, where its file cannot tell them now."""
    if entry.state == "ok" or entry.title or before is None:
        return entry
    return replace(entry, title=before.title, updated=before.updated, filing=before.filing)


def _rank(entry: Entry) -> float:
    """Return what the list is sorted by."""
    return float("-inf") if entry.updated is None else entry.updated
