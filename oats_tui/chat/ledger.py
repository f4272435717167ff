"""What a conversation writes down, each change a whole read, edit and save of the session."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.provider.names import ModelRef
from oats_tui.session.about import About
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.lookup import family_of
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.rescue import Rescue
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from oats_tui.session.trash import Trash

_log = logging.getLogger(__name__)

TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a conversation takes place.

    Attributes:
        project: The root of the project, such as the top of a git checkout.
        working: The directory the program was started in.
    """

    project: Path
    working: Path


def title_from(text: str) -> str:
    """Return a title for a conversation that begins with this text: its first line, cut at a word."""
    line = " ".join(next(iter(text.strip().splitlines()), "").split())
    if len(line) <= TITLE_LENGTH:
        return line or "New Session"
    cut = line[: TITLE_LENGTH - 1]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut}…"


class Ledger:
    """Reads and edits sessions; edits of one session by this program wait for each other."""

    def __init__(self, sessions: SessionStorage, meta: MetaStorage, answers: AnswerStorage | None = None) -> None:
        self.sessions = sessions
        self.meta = meta
        self.answers = answers or AnswerStorage()
        self.trash = Trash()
        self.rescue = Rescue()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._saving: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def editing(self, session_id: str) -> AsyncIterator[Session]:
        """Give the session as it is on disk, and save it when the block ends without an error.

        Raises OatsError where it cannot be read or saved.
        """
        async with self._locks[session_id]:
            session = await self.load(session_id)
            yield session
            await self.sessions.update(session)

    async def load(self, session_id: str) -> Session:
        """Return the session, or raise an OatsError that says why it cannot be had."""
        session = await self.sessions.reread(session_id)
        if session is not None:
            return session
        entry = await self.sessions.inspect(session_id)
        if entry.state == "missing":
            raise OatsError(
                "This session is gone.", "Its file was deleted or moved away.", "ctrl+x z puts it back."
            )
        raise OatsError(
            "This session cannot be read.",
            entry.problem,
            "Its file is left as it is. Start a new session with ctrl+n.",
        )

    async def begin(self, folder: Folder, text: str, ref: ModelRef | None) -> tuple[Session, Message]:
        """Make a session out of its first message; both are on disk when this returns."""
        info = SessionInfo(
            title=title_from(text), project_dir=str(folder.project), working_dir=str(folder.working)
        )
        session = Session(info=info)
        _use(session, ref)
        asked = session.create_user_message(text)
        return await self.sessions.create(session), asked

    async def ask(
        self, session_id: str, text: str, choose: Callable[[SessionInfo], ModelRef | None]
    ) -> tuple[Session, Message, ModelRef | None]:
        """Add a user's message; it is durable when this returns, and in the session's file soon after.

        ``choose`` tells which model is to answer in the session. Raises OatsError where the message could not be
        written down.
        """
        async with self._locks[session_id]:
            session = await self.load(session_id)
            ref = choose(session.info)
            _use(session, ref)
            asked = session.create_user_message(text)
            await self.answers.write_down(session, asked)
        self._saving[session_id] = saving = asyncio.create_task(self._save(session))
        saving.add_done_callback(lambda _: self._saving.pop(session_id, None))
        return session, asked, ref

    async def settled(self, session_id: str) -> None:
        """Wait until what was asked last is in the session's file, or could not be put there."""
        if session_id in self._saving:
            await asyncio.wait({self._saving[session_id]})

    async def _save(self, session: Session) -> None:
        """Save what has been written down already; a failure loses nothing, and the next save makes up for it."""
        try:
            await self.sessions.update(session)
        except OatsError as error:
            _log.warning("session %s is only in its journal yet: %s", session.id, error)

    async def fold(self, answer: Message, asked_id: str, base: Sequence[Message], info: SessionInfo) -> None:
        """Put an answer behind the message that it answers.

        Where the session's file is gone by now, it is made again from what this window held (``base`` and
        ``info``), so that nothing is lost.
        """
        async with self._locks[answer.session_id]:
            session = await self.sessions.reread(answer.session_id)
            if session is None:
                session = Session(info=info, messages=list(base))
            # Another window may have taken it for cut off, where locks cannot be relied on.
            session.messages[:] = [message for message in session.messages if message.id != answer.id]
            position = _after(session.messages, asked_id)
            session.add_message(answer)
            session.messages.insert(position, session.messages.pop())
            session.add_usage(answer.usage or {})
            await self.sessions.update(session)

    async def mark(self, session_id: str, message_id: str, outcome: Outcome | None, note: str = "") -> None:
        """Write down how a message fared, and what there is to know about it."""
        await self.meta.mark(session_id, message_id, outcome, note)

    async def tell_about(self, session_id: str, message_id: str, about: About | None) -> bool:
        """Keep what there is to tell of an answer; returns whether that is done. No answer waits for it."""
        try:
            if about is not None:
                await self.meta.keep_about(session_id, message_id, about)
        except OatsError as error:
            _log.warning("what the model thought in session %s is not kept: %s", session_id, error)
            return False
        return True

    async def take_back(self, session_id: str) -> tuple[Session, Message]:
        """Take back the newest answer, so that its question can be asked again.

        The answer is not lost: it goes to the session's meta file. Returns the session and the message to be
        answered. Raises OatsError where there is none.
        """
        async with self.editing(session_id) as session:
            asked = next((m for m in reversed(session.messages) if m.role == "user"), None)
            if asked is None:
                raise OatsError("There is nothing to ask again.", hint="Type a message first.")
            position = _after(session.messages, asked.id)
            for answer in session.messages[position:]:
                await self.meta.keep_replaced(session_id, answer)
                await self.meta.set_outcome(session_id, answer.id, None)
            del session.messages[position:]
            session.info.message_count = len(session.messages)
        await self.meta.set_outcome(session_id, asked.id, None)
        return session, asked

    async def rename(self, session_id: str, title: str) -> None:
        """Give the session a title."""
        async with self.editing(session_id) as session:
            session.update_title(title)

    async def use(self, session_id: str, ref: ModelRef) -> None:
        """Write down which model answers from now on."""
        async with self.editing(session_id) as session:
            _use(session, ref)

    async def family(self, session_id: str) -> list[str]:
        """Return the sessions that go with this one when it is deleted, itself first. Raises StorageError."""
        return await asyncio.to_thread(family_of, session_id, self.sessions.storage_dir)

    async def delete(self, session_id: str) -> None:
        """Move the session and what is kept beside it to the trash."""
        async with self._locks[session_id]:
            await self.sessions.delete(session_id)


def _use(session: Session, ref: ModelRef | None) -> None:
    """Set the session's model, where one is known."""
    if ref is not None:
        session.info.provider_id, session.info.model_id = ref.provider_id, ref.model_id


def _after(messages: Sequence[Message], message_id: str) -> int:
    """Return the position behind a message; the end where it is not there."""
    ids = [message.id for message in messages]
    return ids.index(message_id) + 1 if message_id in ids else len(ids)
