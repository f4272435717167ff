"""What a conversation in progress needs of the store: durable messages, answers kept while they come, recovery."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any

from pydantic_core import to_json

from oats_tui.core import files
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.codec import parse
from oats_tui.core.config import get_data_dir
from oats_tui.core.storage_errors import storage_error
from oats_tui.session.activity import Activity, active_sessions, activity_in, requested_stop
from oats_tui.session.message import Message, TextPart
from oats_tui.session.models import Session
from oats_tui.session.store.codec import encode_message
from oats_tui.session.store.journals import read_journal, write_records
from oats_tui.session.store.notes import message_record
from oats_tui.session.store.order import keys_of_ids
from oats_tui.session.store.places import Places, places_of
from oats_tui.session.store.recovery import Recovered, recover, recover_all

_log = logging.getLogger(__name__)

TurnLock = files.Lock
"""The turn to answer in a session; `release` gives it back."""

SYNC_SECONDS = 1.0
"""A power cut takes at most so much of a streaming answer; a kill takes what came since the last `write`."""


class AnswerLog:
    """One answer, written down while it comes, in the thread of the journals.

    Args:
        places: The session's files.
        message: The answer; its parts may still be missing.
        asked_id: The id of the message that it answers.
        clock: Seconds since 1970.
    """

    def __init__(
        self, places: Places, message: Message, asked_id: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._places = places
        self._message = message
        self._clock = clock
        self._number = 0
        self._synced = clock()
        self._written: dict[int, int] = {}
        self._has_failed = False
        value = {**parse(encode_message(message)), "parts": []}
        begin = {"begin": value, "asked": asked_id, "after": asked_id, "at": clock()}
        files.submit(lambda: self._begin(begin), "journal")

    def write(self) -> None:
        """Write down what has come since the last time; nothing is waited for.

        What cannot be written is logged once: the answer goes on, and is saved at its end.
        """
        pieces: list[tuple[int, Any]] = []
        for position, part in enumerate(self._message.parts):
            done = self._written.get(position, 0)
            if isinstance(part, TextPart):
                if len(part.content) > done:
                    pieces.append((position, (done, part.content[done:])))
                    self._written[position] = len(part.content)
            elif not done:
                pieces.append((position, part.model_dump(mode="json", warnings="none", fallback=repr)))
                self._written[position] = 1
        if not pieces:
            return
        now = self._clock()
        sync = now - self._synced >= SYNC_SECONDS
        self._synced = now if sync else self._synced
        files.submit(lambda: self._append([self._record(*piece) for piece in pieces], sync=sync), "journal")

    async def give_up(self) -> None:
        """Write down that nothing came of the answer."""
        drop = {"drop": self._message.id, "at": self._clock()}
        await files.finished(files.submit(lambda: self._append([drop], sync=False), "journal"))

    def _begin(self, begin: dict[str, Any]) -> None:
        """Write the first record; runs in the thread of the journals."""
        try:
            self._number = max(read_journal(self._places.journal).answers, default=0) + 1
        except OSError:
            self._number = 1
        self._append([{**begin, "n": self._number, "by": asdict(files.myself())}], sync=False)

    def _record(self, position: int, piece: Any) -> Any:
        """The record of a piece."""
        if isinstance(piece, tuple):
            return [self._number, *piece, *([position] if position else [])]
        return {"part": piece, "n": self._number, "p": position}

    def _append(self, values: list[Any], *, sync: bool) -> None:
        """Write records; runs in the thread of the journals."""
        try:
            write_records(self._places.journal, values, sync=sync)
        except (OSError, ValueError) as error:
            if not self._has_failed:
                _log.warning("the answer in %s is not written down while it comes: %s", self._places.id, error)
            self._has_failed = True


class AnswerStorage:
    """Keeps what a conversation in progress adds to a session."""

    async def write_down(self, session: Session, message: Message) -> None:
        """Make a message of a session durable, before it is in the session's file; the file is saved as usual.

        It takes about a millisecond, whatever the size of the session.

        Raises:
            StorageError: It could not be written down.
        """
        places = places_of(session.id)
        position = next(n for n in reversed(range(len(session.messages))) if session.messages[n] is message)
        ids = [each.id for each in session.messages]
        keys = ids if ids.count(message.id) == 1 else keys_of_ids(ids)
        after = keys[position - 1] if position else None
        record = message_record(keys[position], encode_message(message), after, 0.0)

        def write() -> None:
            """Write it with a time that is later than all others there."""
            record["at"] = read_journal(places.journal).moment(time.time())
            write_records(places.journal, [record], sync=True)

        job = files.submit(write, "journal")
        try:
            await files.finished(job)
        except OSError as error:
            raise storage_error("The message could not be saved.", places.journal, error) from error

    def begin(self, message: Message, asked_id: str) -> AnswerLog:
        """Begin to write down an answer while it comes."""
        return AnswerLog(places_of(message.session_id), message, asked_id)

    async def take_turn(self, session_id: str) -> files.Lock | None:
        """Take the turn to answer in a session; None while another program has it.

        Raises:
            StorageError: The lock cannot be made.
        """
        places = places_of(session_id)
        taking = asyncio.create_task(asyncio.to_thread(files.try_lock, places.turn))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(_give_back)
            raise
        except OSError as error:
            raise storage_error("The session could not be locked.", places.turn, error) from error

    async def queue(self, session_id: str, message_id: str) -> None:
        """Write down that a message waits for the turn to be asked.

        Raises:
            StorageError: It could not be written down.
        """
        job = _note_queued(session_id, message_id, asdict(files.myself()))
        try:
            await files.finished(job)
        except OSError as error:
            raise storage_error(
                "The message could not be queued.", places_of(session_id).journal, error
            ) from error

    def unqueue(self, session_id: str, message_id: str) -> None:
        """Write down that a message waits no more; nothing is waited for."""
        _note_queued(session_id, message_id, None)

    async def activity(self, session_id: str) -> Activity:
        """What other programs are doing in a session right now."""
        return await asyncio.to_thread(activity_in, places_of(session_id))

    async def active_sessions(self) -> list[str]:
        """The sessions in which other programs may be answering."""
        return await asyncio.to_thread(active_sessions, get_data_dir())

    async def request_stop(self, session_id: str, message_id: str) -> None:
        """Ask the program that takes in an answer to stop it.

        Raises:
            StorageError: It could not be asked.
        """
        places = places_of(session_id)
        request = to_json({"stop": message_id, "by": asdict(files.myself())})

        def write() -> None:
            """Put the request where that program looks."""
            files.ensure_folder(places.request.parent)
            files.replace_file(places.request, request)

        try:
            await files.finished(files.submit(write, "journal"))
        except OSError as error:
            raise storage_error("The answer could not be stopped.", places.request, error) from error

    async def requested_stop(self, session_id: str) -> str | None:
        """The id of the answer that somebody wants stopped in a session; None if nobody does."""
        return await asyncio.to_thread(requested_stop, places_of(session_id))

    async def forget_request(self, session_id: str) -> None:
        """Take away what others asked for in a session."""
        with contextlib.suppress(OSError):
            await files.remove(places_of(session_id).request)

    async def recover(self, session_id: str, turn: TurnLock | None = None) -> Recovered:
        """Bring a session's file up to date with its journal, and publish `session.updated` if it was not.

        Args:
            session_id: The session.
            turn: The turn to answer in it, if the caller has it; then only answers that were cut off matter.

        Raises:
            StorageError: It could not be saved.
        """
        places = places_of(session_id)
        recovered = await files.finished(files.submit(lambda: recover(places, turn=turn)))
        if recovered:
            await _tell(session_id)
        return recovered

    async def recover_all(self) -> dict[str, Recovered]:
        """The same for every session, after a kill or a power cut; returns what was done, by session id."""
        done = await asyncio.to_thread(recover_all, get_data_dir())
        for session_id in done:
            await _tell(session_id)
        return done


def _note_queued(session_id: str, message_id: str, by: dict[str, Any] | None) -> Future[None]:
    """Have it written down that a message waits in a program, or that it does so no more."""
    journal, record = places_of(session_id).journal, {"queue": message_id, "by": by, "at": time.time()}
    return files.submit(lambda: write_records(journal, [record], sync=False), "journal")


def _give_back(taking: asyncio.Task[TurnLock | None]) -> None:
    """Give a turn back for which nobody waits any more."""
    if not taking.cancelled() and taking.exception() is None and (lock := taking.result()) is not None:
        lock.release()


async def _tell(session_id: str) -> None:
    """Publish that a session has changed."""
    await bus.publish(Event(EventType.SESSION_UPDATED, {"session_id": session_id}))
