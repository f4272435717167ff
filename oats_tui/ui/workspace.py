"""What the screen shows, as values; it learns from the session layer and knows no widget."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from oats_tui.chat.chat import Chat
from oats_tui.core.errors import OatsError
from oats_tui.session.entries import Entry as SessionEntry
from oats_tui.session.meta import OutcomeState, SessionMeta
from oats_tui.session.session import Session, SessionInfo
from oats_tui.ui.widgets.sidebar import Mark, Row
from oats_tui.ui.widgets.transcript.entries import Entry, build_entries

_log = logging.getLogger(__name__)

FIRST_PAGE = 200
"""How many sessions are shown before the whole list is there: more than any screen has lines."""


@dataclass
class Opened:
    """The session in the message pane.

    Attributes:
        id: Its id.
        session: As it was read last; None while it cannot be read.
        meta: What is known beside its file.
        problem: Why it cannot be shown, as a sentence; empty while it can.
    """

    id: str
    session: Session | None = None
    meta: SessionMeta = field(default_factory=SessionMeta)
    problem: str = ""


class Workspace:
    """The list of sessions and the open one.

    Args:
        chat: Who reads and writes conversations.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._entries: dict[str, SessionEntry] = {}
        self._unwell: dict[str, OutcomeState | None] = {}
        self._rows: dict[str, tuple[SessionEntry, Row]] = {}
        self.opened: Opened | None = None
        self.visited: list[str] = []

    @property
    def open_id(self) -> str | None:
        """The id of the open session; None in a new conversation."""
        return self.opened.id if self.opened else None

    def info(self) -> SessionInfo | None:
        """Return the facts about the open session; None where there are none."""
        return self.opened.session.info if self.opened and self.opened.session else None

    async def glance(self) -> None:
        """Take the newest sessions from the cache, to have something to show at once."""
        entries = await self._chat.ledger.sessions.first_entries(FIRST_PAGE)
        self._entries = {entry.id: entry for entry in entries}

    async def load(self) -> None:
        """Read the whole list. Raises StorageError where the folder cannot be read."""
        entries = await self._chat.ledger.sessions.list_entries()
        self._entries = {entry.id: entry for entry in entries}
        self._unwell = dict(await self._chat.ledger.meta.failed())

    async def refresh(self, session_ids: Iterable[str]) -> None:
        """Read these sessions again, in the list and, where one is open, whole."""
        ledger = self._chat.ledger
        for session_id in session_ids:
            self._unwell[session_id] = (await ledger.meta.get(session_id)).newest
            entry = await ledger.sessions.peek(session_id)
            if entry.state == "missing":
                self._entries.pop(session_id, None)
            else:
                self._entries[session_id] = entry
            if self.opened is not None and self.opened.id == session_id:
                await self._read(self.opened)

    async def open(self, session_id: str) -> None:
        """Make a session the open one; what a kill left unfinished in it is brought to its end first."""
        try:
            await self._chat.ledger.answers.recover(session_id)
        except OatsError as error:
            _log.warning("session %s is shown, but could not be brought up to date: %s", session_id, error)
        opened = Opened(session_id)
        await self._read(opened)
        self.opened = opened
        self.visited = [session_id, *(seen for seen in self.visited if seen != session_id)]

    def close(self) -> None:
        """Make a new conversation the open one."""
        self.opened = None

    def last_visited(self) -> str | None:
        """Return the session that was open before this one and is still there."""
        there = (seen for seen in self.visited if seen in self._entries and seen != self.open_id)
        return next(there, None)

    def newest(self) -> str | None:
        """Return the session with the newest activity; None where there is none."""
        rows = self.rows()
        return rows[0].id if rows else None

    def find(self, prefix: str) -> list[str]:
        """Return the ids that begin with this."""
        return sorted(session_id for session_id in self._entries if session_id.startswith(prefix))

    def title(self, session_id: str) -> str:
        """Return a session's title, or its id where it has none that can be read."""
        entry = self._entries.get(session_id)
        return (entry.title if entry is not None else "") or session_id

    def rows(self) -> list[Row]:
        """Return the list as it is shown, the newest activity on top."""
        entries = sorted(self._entries.values(), key=_place, reverse=True)
        self._rows = {entry.id: (entry, self._row(entry)) for entry in entries}
        return [row for _, row in self._rows.values()]

    def entries(self) -> list[Entry]:
        """Return the open conversation as the message pane shows it."""
        if self.opened is None or self.opened.session is None:
            return []
        turn = self._chat.turn(self.opened.id)
        messages, meta = self.opened.session.messages, self.opened.meta
        if turn is None:
            return build_entries(messages, meta, None)
        return build_entries(messages, meta, turn.message, turn.asked_id)

    async def _read(self, opened: Opened) -> None:
        """Read the open session; where that fails, what was read last stays."""
        ledger = self._chat.ledger
        session = await ledger.sessions.get(opened.id)
        opened.meta = await ledger.meta.get(opened.id)
        if session is not None:
            opened.session, opened.problem = session, ""
        else:
            entry = await ledger.sessions.inspect(opened.id)
            opened.problem = "This session was deleted." if entry.state == "missing" else entry.problem

    def _row(self, entry: SessionEntry) -> Row:
        """Return the row of a session; the one it has, while that says the same."""
        mark = self._mark(entry)
        before = self._rows.get(entry.id)
        if before is not None and before[0] is entry and before[1].mark == mark:
            return before[1]
        updated = None if entry.updated is None else datetime.fromtimestamp(entry.updated, UTC)
        return Row(entry.id, entry.title or entry.id, updated, mark)

    def _mark(self, entry: SessionEntry) -> Mark:
        """Return what the list says of a session."""
        if self._chat.turn(entry.id) is not None:
            return "answering"
        if entry.state != "ok":
            return "damaged"
        return "failed" if self._unwell.get(entry.id) in {"failed", "interrupted"} else ""


def _place(entry: SessionEntry) -> tuple[float, str]:
    """Return what the list is sorted by."""
    return (float("-inf") if entry.updated is None else entry.updated, entry.id)
