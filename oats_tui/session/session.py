"""Sessions as files: reading them, saving them, and telling the bus."""

from __future__ import annotations

import asyncio
import builtins
import logging
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.config import get_data_dir
from oats_tui.core.files import finished, submit
from oats_tui.session.entries import Entry, inspect_file
from oats_tui.session.index import first_page, list_folder
from oats_tui.session.lookup import all_infos, all_sessions, family_of, newest_or_none, peeked, session_or_none
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.held import Held
from oats_tui.session.store.places import places_of
from oats_tui.session.store.reading import Newest
from oats_tui.session.store.saves import Capture, Saves
from oats_tui.session.trash import discard

__all__ = [
    "Entry",
    "Newest",
    "Session",
    "SessionInfo",
    "SessionStorage",
    "SessionTime",
    "create_session",
    "get_session",
    "get_session_storage",
    "list_sessions",
]

_log = logging.getLogger(__name__)

_R = TypeVar("_R")


class SessionStorage:
    """Keeps sessions in `<data directory>/sessions`, which other programs may write at the same time.

    Each change is published on the process-wide bus once it is on disk, also when the caller has been
    cancelled in the meantime.
    """

    def __init__(self) -> None:
        self._saves = Saves()
        self._running: set[asyncio.Task[Any]] = set()
        self._shared: WeakValueDictionary[str, Session] = WeakValueDictionary()

    @property
    def storage_dir(self) -> Path:
        """The folder of the sessions, looked up anew each time; it need not exist."""
        return get_data_dir() / "sessions"

    def path_of(self, session_id: str) -> Path:
        """The file of a session.

        Raises:
            StorageError: The id is none.
        """
        return places_of(session_id).file

    async def create(self, session: Session) -> Session:
        """Save a new session, and publish `session.created`.

        Raises:
            StorageError: There is one of that id, or it could not be saved.
        """
        places = places_of(session.id)
        event = Event(EventType.SESSION_CREATED, {"session_id": session.id, "title": session.title})
        return await _shielded(self._running, self._saves.save(places, Capture(session), "be new"), [event])

    async def get(self, session_id: str) -> Session | None:
        """The session, with what its journal has beyond its file.

        None if it is missing or (then it is logged) cannot be understood. A file that holds the session of another
        id, such as a copy, gives None as well.

        Raises:
            StorageError: The id is none.
        """
        return await asyncio.to_thread(session_or_none, session_id)

    async def reread(self, session: Session | str) -> Session | None:
        """What `get` gives, at the cost of what has changed since the session was loaded or saved.

        The messages that are the same on disk as they were then, and have not been changed in memory, are the same
        objects in both sessions. Whoever changes one changes it in both, so this is for those who only read them,
        and add or leave out whole ones.

        Args:
            session: The session as it was, or the id of one: then what was read last in this way is taken over, as
                long as somebody has it.

        Raises:
            StorageError: The id is none.
        """
        session_id = session if isinstance(session, str) else session.id
        before = self._shared.get(session_id) if isinstance(session, str) else session
        now = await asyncio.to_thread(session_or_none, session_id, before._held if before else Held())
        if now is not None:
            self._shared[session_id] = now
        return now

    async def get_newest(self, session_id: str) -> Newest | None:
        """The newest messages of a session: of a large one the last 256 KB of its file, read in a moment.

        None in the same cases as `get`.

        Raises:
            StorageError: The id is none.
        """
        return await asyncio.to_thread(newest_or_none, session_id)

    async def update(self, session: Session) -> Session:
        """Save a session, whether it is there or not, and publish `session.updated`.

        What others wrote since this object was loaded or saved is merged. A message counts as deleted only if this
        object was loaded or saved with it. The time of change is left as it is.

        Returns:
            The session as it is on disk now: this object, or another one if there is more on disk.

        Raises:
            StorageError: It could not be saved.
        """
        places = places_of(session.id)
        event = Event(EventType.SESSION_UPDATED, {"session_id": session.id})
        return await _shielded(self._running, self._saves.save(places, Capture(session), "be either"), [event])

    async def delete(self, session_id: str) -> bool:
        """Move a session and those made from it to the trash; returns whether there was one.

        Publishes `session.deleted` for each.

        Raises:
            StorageError: The id is none, or a session could not be moved.
        """
        places = places_of(session_id)
        family = await asyncio.to_thread(family_of, session_id, self.storage_dir)
        events = [Event(EventType.SESSION_DELETED, {"session_id": each}) for each in family]
        return await _shielded(self._running, finished(submit(lambda: discard(places.data_dir, family))), events)

    async def list(self) -> builtins.list[Session]:
        """All sessions that can be understood, in no promised order; the others are logged.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(all_sessions, self.storage_dir)

    async def list_infos(self) -> builtins.list[SessionInfo]:
        """The facts about all sessions that tell them, in no promised order; the others are logged.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(all_infos, self.storage_dir)

    async def inspect(self, session_id: str) -> Entry:
        """What lies under an id, looked at as a whole.

        Raises:
            StorageError: The id is none.
        """
        return await asyncio.to_thread(inspect_file, self.path_of(session_id))

    async def peek(self, session_ids: Iterable[str]) -> builtins.list[Entry]:
        """What lies under some ids, as `list_entries` tells it: messages are not looked at.

        A file that cannot be understood and was changed in the last two seconds is left out: somebody writes it.

        Raises:
            StorageError: An id is none.
        """
        ids = list(session_ids)
        for session_id in ids:
            self.path_of(session_id)
        return await asyncio.to_thread(peeked, self.storage_dir, ids)

    async def list_entries(self) -> builtins.list[Entry]:
        """What lies in the folder, also what cannot be opened, sorted by id; messages are not looked at.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(list_folder, self.storage_dir)

    async def first_entries(self, limit: int) -> builtins.list[Entry]:
        """At once the newest sessions as far as a cache knows them; `list_entries` is the truth."""
        return await asyncio.to_thread(first_page, self.storage_dir, limit)


async def _shielded(running: set[asyncio.Task[Any]], job: Coroutine[Any, Any, _R], events: list[Event]) -> _R:
    """Wait for a job, which is running meanwhile, and publish; cancelling the caller stops neither."""
    task = asyncio.create_task(_publish_after(job, events))
    running.add(task)
    task.add_done_callback(running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_log_failure)
        raise


async def _publish_after(job: Coroutine[Any, Any, _R], events: list[Event]) -> _R:
    """Publish events once a job is done, unless it did nothing."""
    result = await job
    if result is not False:
        for event in events:
            await bus.publish(event)
    return result


def _log_failure(task: asyncio.Task[Any]) -> None:
    """Log the failure of a save for which nobody waits any more."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("A save failed after its caller had gone: %s", error)


_session_storage = SessionStorage()


def get_session_storage() -> SessionStorage:
    """The one storage of this process."""
    return _session_storage


async def create_session(
    project_dir: Path | str,
    working_dir: Path | str | None = None,
    title: str = "New Session",
    model_id: str | None = None,
    provider_id: str | None = None,
    root_session_id: str | None = None,
    parent_session_id: str | None = None,
) -> Session:
    """Make a new session and save it.

    Args:
        project_dir: The folder it is about.
        working_dir: Where its commands run; the same folder if None.
        title: What it is called.
        model_id: The model that answers.
        provider_id: Who runs that model.
        root_session_id: The session at the top of a tree of sessions.
        parent_session_id: The session it was made from.

    Raises:
        StorageError: It could not be saved.
    """
    info = SessionInfo(
        title=title,
        project_dir=str(project_dir),
        working_dir=str(project_dir if working_dir is None else working_dir),
        model_id=model_id,
        provider_id=provider_id,
        root_session_id=root_session_id,
        parent_session_id=parent_session_id,
    )
    return await get_session_storage().create(Session(info=info))


async def get_session(session_id: str) -> Session | None:
    """The session, or None if it is missing or cannot be understood.

    Raises:
        StorageError: The id is none.
    """
    return await get_session_storage().get(session_id)


async def list_sessions() -> list[SessionInfo]:
    """The facts about all sessions that tell them.

    Raises:
        StorageError: The folder cannot be listed.
    """
    return await get_session_storage().list_infos()
