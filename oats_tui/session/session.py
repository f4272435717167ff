"""Sessions as files: reading them, saving them, and telling the bus."""

from __future__ import annotations

import asyncio
import builtins
import logging
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.config import get_data_dir
from oats_tui.core.files import finished, submit
from oats_tui.core.storage import Storage
from oats_tui.session.entries import Entry, inspect_file, inspect_folder
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.quarantine import keep_copy

__all__ = [
    "Entry",
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
    """Keeps sessions in `<data directory>/sessions`.

    Each change is published on the process-wide bus once it is on disk, also when the caller has been
    cancelled in the meantime.
    """

    def __init__(self) -> None:
        self._storage = Storage("sessions", Session)
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def storage_dir(self) -> Path:
        """The folder of the sessions, looked up anew each time; it need not exist."""
        return self._storage.storage_dir

    def path_of(self, session_id: str) -> Path:
        """The file of a session.

        Raises:
            StorageError: The id is none.
        """
        return self._storage.path_of(session_id)

    async def create(self, session: Session) -> Session:
        """Save a new session, and publish `session.created`.

        Raises:
            StorageError: There is one of that id, or it could not be saved.
        """
        event = Event(EventType.SESSION_CREATED, {"session_id": session.id, "title": session.title})
        await self._shielded(self._storage.submit_save(session.id, session, "be new"), event)
        return session

    async def get(self, session_id: str) -> Session | None:
        """The session, or None if it is missing or (then it is logged) cannot be understood.

        A file that holds the session of another id, such as a copy, gives None as well: saved again, it would
        replace that other session.

        Raises:
            StorageError: The id is none.
        """
        session = await self._storage.read(session_id)
        if session is not None and session.id != session_id:
            _log.warning("The file of session %s was left out: it holds another one.", session_id)
            return None
        return session

    async def update(self, session: Session) -> Session:
        """Save a session, whether it is there or not, and publish `session.updated`.

        Its time of change is left as it is.

        Raises:
            StorageError: It could not be saved.
        """
        event = Event(EventType.SESSION_UPDATED, {"session_id": session.id})
        await self._shielded(self._storage.submit_save(session.id, session, "be either"), event)
        return session

    async def delete(self, session_id: str) -> bool:
        """Remove a session, and publish `session.deleted` if there was one; returns whether there was.

        Raises:
            StorageError: The id is none, or the session could not be removed.
        """
        event = Event(EventType.SESSION_DELETED, {"session_id": session_id})
        return await self._shielded(self._storage.submit_delete(session_id), event)

    async def list(self) -> builtins.list[Session]:
        """All sessions that can be understood, in no promised order; the others are logged.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await self._storage.list()

    async def list_infos(self) -> builtins.list[SessionInfo]:
        """The facts about all sessions that tell them, in no promised order; the others are logged.

        Raises:
            StorageError: The folder cannot be listed.
        """
        infos = []
        for entry in await self.list_entries():
            if entry.info is None:
                _log.warning("Session %s was left out: %s", entry.id, entry.problem)
            else:
                infos.append(entry.info)
        return infos

    async def inspect(self, session_id: str) -> Entry:
        """What lies under an id, looked at as a whole.

        Raises:
            StorageError: The id is none.
        """
        return await asyncio.to_thread(inspect_file, self.path_of(session_id))

    async def list_entries(self) -> builtins.list[Entry]:
        """What lies in the folder, also what cannot be opened, sorted by id; messages are not looked at.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(inspect_folder, self.storage_dir)

    async def set_aside(self, session_id: str) -> None:
        """Copy what lies under an id to `oats_tui/quarantine`, once for each content, before it is replaced.

        Raises:
            StorageError: The id is none, or it could not be copied.
        """
        path = self.path_of(session_id)
        await finished(submit(lambda: keep_copy(path, get_data_dir() / "oats_tui" / "quarantine")))

    async def _shielded(self, job: Future[_R], event: Event) -> _R:
        """Wait for a job and publish; cancelling the caller stops neither."""
        task = asyncio.create_task(_publish_after(job, event))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise


async def _publish_after(job: Future[_R], event: Event) -> _R:
    """Publish an event once a job is done, unless it did nothing."""
    result = await finished(job)
    if result is not False:
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
