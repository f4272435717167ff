"""What the screen shows, as values; it learns from the session layer and knows no widget."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from oats_tui.chat.chat import Chat
from oats_tui.core.errors import OatsError
from oats_tui.session.meta import SessionMeta
from oats_tui.session.session import Session, SessionInfo
from oats_tui.ui.listing import Listing
from oats_tui.ui.widgets.transcript.entries import Entry, build_entries

_log = logging.getLogger(__name__)


@dataclass
class Opened:
    """The session in the message pane.

    Attributes:
        id: Its id.
        session: As it was read last; None while it cannot be read.
        meta: What is known beside its file.
        problem: Why it cannot be shown, as a sentence; empty while it can.
        savable: How many messages of a damaged file can be saved; None if that is no question.
        is_whole: Whether all of it was read, and not only its end.
    """

    id: str
    session: Session | None = None
    meta: SessionMeta = field(default_factory=SessionMeta)
    problem: str = ""
    savable: int | None = None
    is_whole: bool = True


class Workspace:
    """The list of sessions and the open one.

    Args:
        chat: Who reads and writes conversations.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.listing = Listing(chat)
        self.opened: Opened | None = None
        self.visited: list[str] = []

    @property
    def open_id(self) -> str | None:
        """The id of the open session; None in a new conversation."""
        return self.opened.id if self.opened else None

    def info(self) -> SessionInfo | None:
        """Return the facts about the open session; None where there are none."""
        return self.opened.session.info if self.opened and self.opened.session else None

    async def refresh(self, session_ids: Iterable[str]) -> None:
        """Read these sessions again, in the list and, where one is open, whole."""
        for session_id in session_ids:
            await self.listing.refresh(session_id)
            if self.opened is not None and self.opened.id == session_id:
                await self._read(self.opened)

    async def open(self, session_id: str) -> None:
        """Make a session the open one; what a kill left unfinished in it is brought to its end first.

        Of a large session only the end is read, to have something to show at once; ``refresh`` reads the rest.
        """
        try:
            await self._chat.ledger.answers.recover(session_id)
        except OatsError as error:
            _log.warning("session %s is shown, but could not be brought up to date: %s", session_id, error)
        opened = Opened(session_id)
        newest = await self._chat.ledger.sessions.get_newest(session_id)
        if newest is None:
            await self._read(opened)
        else:
            opened.meta = await self._chat.ledger.meta.get(session_id)
            opened.session = Session(info=newest.info, messages=newest.messages)
            opened.is_whole = newest.whole
        self.opened = opened
        self.visited = [session_id, *(seen for seen in self.visited if seen != session_id)]

    def close(self) -> None:
        """Make a new conversation the open one."""
        self.opened = None

    def last_visited(self) -> str | None:
        """Return the session that was open before this one and is still there."""
        there = (seen for seen in self.visited if seen in self.listing and seen != self.open_id)
        return next(there, None)

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
            opened.session, opened.problem, opened.is_whole = session, "", True
            opened.savable = None
        else:
            entry = await ledger.sessions.inspect(opened.id)
            opened.problem = "This session was deleted." if entry.state == "missing" else entry.problem
            is_damaged = entry.state == "damaged"
            opened.savable = await ledger.rescue.count(opened.id) if is_damaged else None
