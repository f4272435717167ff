"""What the screen shows, as values; it learns from the session layer and knows no widget."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from oats_tui.chat.chat import Chat
from oats_tui.core.errors import OatsError
from oats_tui.date import utc
from oats_tui.session.message import Message
from oats_tui.session.meta import SessionMeta
from oats_tui.session.session import Session, SessionInfo
from oats_tui.ui.listing import Listing
from oats_tui.ui.readmarks import ReadMarks
from oats_tui.ui.widgets.transcript.building import Answering, EntryBuilder, growing_entry
from oats_tui.ui.widgets.transcript.items import Entry

MOST_KEPT = 4
"""Sessions that stay in memory when others are opened, so that going back to one takes no reading."""

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
        is_deleted: Whether its file is gone.
        answer_id: The id of the answer that was coming when it was read last; empty if none was.
        builder: Makes what is shown of its messages.
    """

    id: str
    session: Session | None = None
    meta: SessionMeta = field(default_factory=SessionMeta)
    problem: str = ""
    savable: int | None = None
    is_whole: bool = True
    is_deleted: bool = False
    answer_id: str = ""
    builder: EntryBuilder = field(default_factory=EntryBuilder)


@dataclass(frozen=True, slots=True)
class Growing:
    """An answer that is coming, here or in another window.

    Attributes:
        message: The answer as far as it has come.
        asked_id: The id of the message that it answers.
        thinking: What the model has thought so far, where that is told.
    """

    message: Message
    asked_id: str
    thinking: str = ""

    @property
    def entry(self) -> Entry:
        """The answer as the message pane shows it."""
        return growing_entry(Answering(self.message, self.thinking))


class Workspace:
    """The list of sessions and the open one.

    Args:
        chat: Who reads and writes conversations.
        marks: What has been read.
        now: The present moment.
    """

    def __init__(self, chat: Chat, marks: ReadMarks, now: Callable[[], datetime] = utc) -> None:
        self._chat = chat
        self.now = now
        self.listing = Listing(chat, marks)
        self.opened: Opened | None = None
        self.visited: list[str] = []
        self._kept: dict[str, Opened] = {}

    @property
    def open_id(self) -> str | None:
        """The id of the open session; None in a new conversation."""
        return self.opened.id if self.opened else None

    def info(self) -> SessionInfo | None:
        """Return the facts about the open session; None where there are none."""
        return self.opened.session.info if self.opened and self.opened.session else None

    async def refresh(self, session_ids: Collection[str]) -> None:
        """Read these sessions again, in the list and, where one is open, whole."""
        await self.listing.refresh(session_ids)
        if self.opened is not None and self.opened.id in session_ids:
            await self._read(self.opened)

    async def open(self, session_id: str) -> None:
        """Make a session the open one; what a kill left unfinished in it is brought to its end first.

        Of a large session only the end is read, to have something to show at once; ``refresh`` reads the rest, and
        what has changed in one that was kept in memory.
        """
        kept = self._kept.get(session_id)
        if kept is None:
            await self._open_anew(session_id)
        else:
            self._take(kept)

    async def _open_anew(self, session_id: str) -> None:
        """Read a session and make it the open one."""
        try:
            await self._chat.ledger.answers.recover(session_id)
        except OatsError as error:
            _log.warning("session %s is shown, but could not be brought up to date: %s", session_id, error)
        opened = Opened(session_id, builder=EntryBuilder(lambda: self.now()))
        newest = await self._chat.ledger.sessions.get_newest(session_id)
        if newest is None:
            await self._read(opened)
        else:
            opened.meta = await self._chat.ledger.meta.get(session_id)
            opened.session = Session(info=newest.info, messages=newest.messages)
            opened.is_whole = newest.whole
        self._take(opened)

    def _take(self, opened: Opened) -> None:
        """Make a session the open one, and keep the last few."""
        session_id = opened.id
        self.opened = opened
        self._kept.pop(session_id, None)
        self._kept[session_id] = opened
        for oldest in list(self._kept)[:-MOST_KEPT]:
            del self._kept[oldest]
        self._chat.elsewhere.look(session_id)
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
        growing, activity = self.growing(self.opened.id), self._chat.elsewhere.activity(self.opened.id)
        asked = {message.id for message in self.opened.session.messages}
        if growing and growing.asked_id not in asked and growing.message.id != self.opened.answer_id:
            growing = None  # its question has not been read yet; behind another one it would move in a moment
        return self.opened.builder.build(
            self.opened.session.messages,
            self.opened.meta,
            Answering(growing.message, growing.thinking) if growing else None,
            growing.asked_id if growing else "",
            activity.waiting,
            is_busy=activity.holder is not None,
        )

    def growing(self, session_id: str) -> Growing | None:
        """Return the answer that is coming in a session; None where nobody answers.

        Where another window answers, an answer of ours has not begun.
        """
        running, turn = self._chat.elsewhere.activity(session_id).running, self._chat.turn(session_id)
        if running is not None:
            return Growing(running.message, running.asked_id)
        if turn is None:
            return None
        turn.text()
        return Growing(turn.message, turn.asked_id, turn.thinking)

    async def put_back(self, opened: Opened) -> None:
        """Put the open session back, which somebody deleted: out of the trash, else as it was read last.

        Raises OatsError where that cannot be done.
        """
        ledger = self._chat.ledger
        trashed = next((each for each in await ledger.trash.list() if each.id == opened.id), None)
        if trashed is not None:
            await ledger.trash.restore(trashed)
        elif opened.session is not None and opened.is_whole:
            await ledger.sessions.update(opened.session)
        else:
            raise OatsError(
                "This session cannot be put back.", "Only the end of it was read before its file was deleted."
            )

    async def _read(self, opened: Opened) -> None:
        """Read the open session; where that fails, what was read last stays."""
        ledger = self._chat.ledger
        growing = self.growing(opened.id)
        session = await ledger.sessions.reread(opened.id)
        opened.answer_id = growing.message.id if growing else ""
        opened.meta = await ledger.meta.get(opened.id)
        opened.is_deleted = False
        if session is not None:
            opened.session, opened.problem, opened.is_whole = session, "", True
            opened.savable = None
            return
        entry = await ledger.sessions.inspect(opened.id)
        if self.listing.trouble(opened.id) == "writing":
            opened.problem = "Another program is writing this session."
        elif entry.state == "missing":
            opened.is_deleted, opened.problem = True, "This session was deleted."
        elif entry.state != "damaged":
            opened.problem = entry.problem
        elif opened.session is None or self.listing.trouble(opened.id):
            opened.problem = entry.problem
            opened.savable = await ledger.rescue.count(opened.id)
