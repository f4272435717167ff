"""What others do to the files of sessions, told on the bus."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.mounts import Mount, is_network, mount_of
from oats_tui.core.topics import JOURNAL_CHANGED, STOP_REQUESTED, WATCHING_CHANGED
from oats_tui.watch.folders import Folders, Identity
from oats_tui.watch.known import Change, Known, What
from oats_tui.watch.notices import HEARTBEAT_SECONDS, Notices, is_limit

_log = logging.getLogger(__name__)

SOURCE: Final = "watch"
"""The source of every event that comes from here."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often folders are looked at, in seconds.

    Attributes:
        least: The pause after a look, at least, where the system gives no notices, or may have lost some.
        most: The same, at most; between the two it is longer the longer a look takes.
        idle: The pause where the system gives notices and has given none; so often those that could not be had
            are asked for anew, too.
    """

    least: float = 2.0
    most: float = 5.0
    idle: float = 60.0


# A look may take a fiftieth of the time at most.
_PAUSE_SHARE = 50
_TORN_PAUSE = 0.1
_AT_ONCE = 50

_TYPES: dict[What, EventType | str] = {
    "created": EventType.SESSION_CREATED,
    "updated": EventType.SESSION_UPDATED,
    "deleted": EventType.SESSION_DELETED,
    "journal": JOURNAL_CHANGED,
    "request": STOP_REQUESTED,
}


class FolderWatcher:
    """Publishes what other programs do to the sessions of a data directory, and nothing of our own doing.

    A new session is `session.created` with `session_id` and `title`; a change of its file, or of what we keep
    about it in `oats_tui/meta`, is `session.updated` with `session_id`, and so is a new file that cannot be
    read as a session; a file that is gone is `session.deleted` with `session_id`. A file that is broken is told of
    when it is whole again or has stayed broken for two seconds; with `writing` true if it still changes then.
    What others add to journals is `journal.changed`, what they ask for `stop.requested`, each with `session_id`.
    Changes that come together are told once for each session.

    Where the system gives no notices, or too few programs may have them, the folders are looked at every few
    seconds; `watching.changed` tells so. That is done a few seconds after each notice, too: when thousands wait,
    the system drops those that come on top.

    Args:
        data_dir: The folder that holds `sessions/`; what is missing in it is made when `run` begins.
        bus: Where the events go, with the source "watch".
        clock: Seconds, monotonic.
        mount: Tells on which file system a path lies.
        pace: How often folders are looked at.
    """

    def __init__(
        self,
        data_dir: Path,
        bus: EventBus,
        clock: Callable[[], float] = time.monotonic,
        *,
        mount: Callable[[Path], Mount | None] = mount_of,
        pace: Pace = Pace(),
    ) -> None:
        self._folders = Folders.of(data_dir)
        self._known = Known(self._folders.real(), clock)
        self._bus = bus
        self._clock = clock
        self._mount = mount
        self._pace = pace
        self._pause = pace.least
        self._ready = asyncio.Event()
        # Files are looked at in one thread at a time, and what was found is told before the next look.
        self._looking = asyncio.Lock()
        self._torn: asyncio.Task[None] | None = None
        self._identity: Identity = ()
        self._told = ("", "")

    async def ready(self) -> None:
        """Wait until `run` will tell every later change, or has ended.

        What is listed after this, together with the events from then on, is complete.
        """
        await self._ready.wait()

    async def run(self) -> None:
        """Watch until cancelled; to be called once.

        Raises:
            OSError: A folder cannot be made or listed.
        """
        try:
            await asyncio.to_thread(self._prepare)
            while True:
                await self._watch()
                # That of the sessions is not made: somebody may be about to put it back.
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(self._folders.make_ours)
        finally:
            if self._torn is not None:
                self._torn.cancel()
                await asyncio.gather(self._torn, return_exceptions=True)
            self._ready.set()

    def _prepare(self) -> None:
        """Make the folders, and import what is slow to import; runs in a thread."""
        import watchfiles  # noqa: F401 - found ready by Notices

        self._folders.make()

    async def _watch(self) -> None:
        """Tell of changes until other folders may lie where these were."""
        self._identity = await asyncio.to_thread(self._folders.identity)
        self._known.folders = await asyncio.to_thread(self._folders.real)
        notices = Notices()
        try:
            why = await self._start(notices)
            await self._begin(why)
            await (self._scan() if why else self._take_notices(notices))
        finally:
            await notices.stop()

    async def _start(self, notices: Notices) -> str:
        """Ask the system for notices; returns why there will be none, empty if they come."""
        paths = self._known.folders.paths
        why = await asyncio.to_thread(_why_no_notices, self._mount, paths.values())
        if not why:
            try:
                await notices.start(
                    [path for path, found in zip(paths.values(), self._identity, strict=True) if found]
                )
            except (OSError, RuntimeError) as error:
                why = _why_failed(error)
                _log.info("no notices of changes: %s", error)
        return why

    async def _begin(self, why: str) -> None:
        """Learn what is there at the first time, tell what has changed at a later one."""
        if self._ready.is_set():
            await self._sweep()
        else:
            await asyncio.to_thread(self._known.learn)
        told = ("scan" if why else "notices", why)
        # That all is well is nothing to tell at the start.
        if told != (self._told if self._ready.is_set() else ("notices", "")):
            await self._bus.publish(Event(WATCHING_CHANGED, {"how": told[0], "why": why}, source=SOURCE))
        self._told = told
        self._ready.set()

    async def _take_notices(self, notices: Notices) -> None:
        """Look at what the system says was touched, and now and then at everything."""
        roots = set(self._known.folders.paths.values())
        checked = seen = self._clock()
        sweep_at = seen + self._pace.idle
        while True:
            try:
                paths, gone = await notices.next()
            except (OSError, RuntimeError) as error:
                # Such as a name that is no text. Whoever makes them on and on must not keep us busy.
                _log.info("notices of changes are begun anew: %s", error)
                return await asyncio.sleep(self._pause)
            now = self._clock()
            # A new folder may have the number of the one that was removed: the notice alone tells them apart.
            if paths & roots:
                return None
            if now - checked >= HEARTBEAT_SECONDS:
                checked = now
                if await asyncio.to_thread(self._folders.identity) != self._identity:
                    return None
            if paths:
                sweep_at = min(sweep_at, now + self._pause)
            # Who was stopped for a while may have missed what happened meanwhile.
            if now >= sweep_at or now - seen > 2 * HEARTBEAT_SECONDS:
                await self._sweep()
                sweep_at = self._clock() + self._pace.idle
            if paths:
                await self._tell(partial(self._known.look, paths, gone))
            seen = self._clock()

    async def _scan(self) -> None:
        """Look at everything every few seconds; for a while, since notices may be had again by then."""
        end = self._clock() + self._pace.idle
        while self._clock() < end:
            await asyncio.sleep(self._pause)
            if await asyncio.to_thread(self._folders.identity) != self._identity:
                return
            await self._sweep()

    async def _sweep(self) -> None:
        """Look at everything, and tell what has changed."""
        took = await self._tell(self._known.look_everywhere)
        self._pause = min(max(took * _PAUSE_SHARE, self._pace.least), self._pace.most)

    async def _tell(self, look: Callable[[], Sequence[Change]]) -> float:
        """Put what a look finds on the bus; returns how long the look took, in seconds.

        Others have their turn while there is much to tell.
        """
        async with self._looking:
            begun = self._clock()
            changes = await asyncio.to_thread(look)
            took = self._clock() - begun
            if self._known.torn and (self._torn is None or self._torn.done()):
                self._torn = asyncio.create_task(self._watch_torn())
            for number, change in enumerate(changes, 1):
                await self._bus.publish(_event(change))
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        return took

    async def _watch_torn(self) -> None:
        """Look at broken files again until there are none: their writer may have left without another change."""
        while self._known.torn:
            await asyncio.sleep(_TORN_PAUSE)
            await self._tell(self._known.look_at_torn)


def _event(change: Change) -> Event:
    """The event that tells of a change."""
    facts: dict[str, Any] = {"session_id": change.session_id}
    if change.what == "created":
        facts["title"] = change.title
    if change.writing:
        facts["writing"] = True
    return Event(_TYPES[change.what], facts, source=SOURCE)


def _why_no_notices(mount: Callable[[Path], Mount | None], folders: Iterable[Path]) -> str:
    """Why the system gives no notice of what others write in folders; empty if it does."""
    for found in map(mount, folders):
        if found is not None and is_network(found.kind):
            return f"network mount ({found.kind})"
    return ""


def _why_failed(error: Exception) -> str:
    """Why notices could not be had; empty if a folder has just gone, which is found out in a moment."""
    if isinstance(error, FileNotFoundError):
        return ""
    return "the system’s limit of watches is used up" if is_limit(error) else "the system gives no notices"
