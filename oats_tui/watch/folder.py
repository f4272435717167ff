"""What others do to the files of sessions, told on the bus."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Final, TypeVar

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.files import Signature, ensure_folder, is_own_write, signature
from oats_tui.core.items import SUFFIX, is_id
from oats_tui.session.entries import Entry, inspect_file

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

SOURCE: Final = "watch"
"""The source of every event that comes from here."""

# How long the system's notices are collected: at least the one, at most the other, in milliseconds.
_STEP_MS = 10
_DEBOUNCE_MS = 100


class FolderWatcher:
    """Publishes what other programs do to the sessions of a data directory, and nothing of our own doing.

    A new session is `session.created` with `session_id` and `title`; a change of its file, or of what we keep
    about it in `oats_tui/meta`, is `session.updated` with `session_id`, and so is a new file that cannot be
    read as a session; a file that is gone is `session.deleted` with `session_id`. Changes that come together
    are told once for each session.

    Args:
        data_dir: The folder that holds `sessions/`; what is missing in it is made by `run`.
        bus: Where the events go, with the source "watch".
    """

    def __init__(self, data_dir: Path, bus: EventBus) -> None:
        self._sessions = data_dir / "sessions"
        self._meta = data_dir / "oats_tui" / "meta"
        self._bus = bus
        self._ready = asyncio.Event()
        # What lay at each path at the last look.
        self._known: dict[Path, Signature] = {}

    async def ready(self) -> None:
        """Wait until `run` will tell every later change, or has ended.

        What is listed after this, together with the events from then on, is complete.
        """
        await self._ready.wait()

    async def run(self) -> None:
        """Watch until cancelled; to be called once.

        Raises:
            OSError: A folder cannot be made, listed or watched.
        """
        try:
            await asyncio.to_thread(self._prepare)
            await self._watch()
        finally:
            self._ready.set()

    def _prepare(self) -> None:
        """Make the folders, and import what is slow to import; runs in a thread."""
        import watchfiles  # noqa: F401 - found ready by _watch

        for folder in (self._sessions, self._meta):
            ensure_folder(folder)
        # Some systems report the real path of what changed, whichever way it was named.
        self._sessions = self._sessions.resolve()
        self._meta = self._meta.resolve()

    async def _watch(self) -> None:
        """Take the system's notices, batch by batch."""
        from watchfiles import awatch

        stop = asyncio.Event()
        batches = awatch(
            self._sessions,
            self._meta,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=stop,
            recursive=False,
        )
        coming = asyncio.create_task(_next(batches))
        try:
            # The task's first step begins the watching: what changes during the scan below is noticed.
            await asyncio.sleep(0)
            await asyncio.to_thread(self._scan)
            self._ready.set()
            # Shielded, because only the stop event ends the thread that waits for the batch.
            while (batch := await asyncio.shield(coming)) is not None:
                await self._handle(Path(name) for _, name in batch)
                coming = asyncio.create_task(_next(batches))
        finally:
            stop.set()
            await asyncio.wait([coming])
            await batches.aclose()

    def _scan(self) -> None:
        """Learn what lies in the folders; runs in a thread."""
        for folder in (self._sessions, self._meta):
            for path in folder.iterdir():
                if self._concerns(path):
                    self._learn(path)

    def _learn(self, path: Path) -> None:
        """Take what lies at a path as known; what cannot be looked at is told of when it changes."""
        with contextlib.suppress(OSError):
            found = signature(path)
            if found is not None:
                self._known[path] = found

    def _concerns(self, path: Path) -> bool:
        """Whether a path is that of a session's file or of what we keep about one."""
        if path.parent not in (self._sessions, self._meta):
            return False
        return path.name.endswith(SUFFIX) and is_id(_id_of(path))

    async def _handle(self, paths: Iterable[Path]) -> None:
        """Tell what others did at some paths."""
        changes = await asyncio.to_thread(self._compare, {path for path in paths if self._concerns(path)})
        for session_id, change in changes.items():
            if change is not EventType.SESSION_CREATED:
                await self._publish(change, session_id)
        # Together, because reading one that is half-written takes a while.
        created = [id_ for id_, change in changes.items() if change is EventType.SESSION_CREATED]
        await asyncio.gather(*(self._publish_created(session_id) for session_id in created))

    def _compare(self, paths: set[Path]) -> dict[str, EventType]:
        """What others did to which sessions since the last look; runs in a thread."""
        changes: dict[str, EventType] = {}
        # Sessions come first: what happened to one says more than what happened to our notes about it.
        for path in sorted(paths, key=lambda path: (path.parent != self._sessions, path.name)):
            change = self._look_at(path)
            if change is None:
                continue
            if path.parent == self._sessions:
                changes[_id_of(path)] = change
            elif self._sessions / path.name in self._known:
                changes.setdefault(_id_of(path), EventType.SESSION_UPDATED)
        return changes

    def _look_at(self, path: Path) -> EventType | None:
        """What others did to one file since the last look, None if nothing; runs in a thread."""
        try:
            now = signature(path)
        except OSError as error:
            _log.warning("%s could not be looked at: %s", path, error)
            return None
        before = self._known.get(path)
        if now is None:
            self._known.pop(path, None)
            # Told also of a file that was not known: it may be one of ours, written a moment before.
            return None if is_own_write(path) else EventType.SESSION_DELETED
        self._known[path] = now
        if now == before or is_own_write(path):
            return None
        return EventType.SESSION_CREATED if before is None else EventType.SESSION_UPDATED

    async def _publish_created(self, session_id: str) -> None:
        """Tell of a new session by its title, if it has one."""
        entry = await asyncio.to_thread(_inspect, self._sessions / f"{session_id}{SUFFIX}")
        if entry is not None and entry.state == "ok" and entry.info is not None:
            await self._publish(EventType.SESSION_CREATED, session_id, title=entry.info.title)
        elif entry is None or entry.state != "missing":
            await self._publish(EventType.SESSION_UPDATED, session_id)

    async def _publish(self, change: EventType, session_id: str, **facts: str) -> None:
        """Put one event on the bus."""
        await self._bus.publish(Event(change, {"session_id": session_id, **facts}, source=SOURCE))


async def _next(batches: AsyncGenerator[_T, None]) -> _T | None:
    """The next batch, None at the end."""
    return await anext(batches, None)


def _id_of(path: Path) -> str:
    """The session that a file is named after."""
    return path.name.removesuffix(SUFFIX)


def _inspect(path: Path) -> Entry | None:
    """What the session layer says of a file, None if that failed; runs in a thread."""
    try:
        return inspect_file(path)
    except Exception:  # noqa: BLE001 - one odd file must not end the watching of all others
        _log.exception("%s could not be read", path)
        return None
