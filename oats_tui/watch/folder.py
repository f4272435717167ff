"""What others do to the files of sessions, told on the bus."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.mounts import is_network, mount_of
from oats_tui.core.topics import JOURNAL_CHANGED, STOP_REQUESTED, WATCHING_CHANGED
from oats_tui.watch.folders import Folders, Identity
from oats_tui.watch.known import Change, Known, What
from oats_tui.watch.notices import HEARTBEAT_SECONDS, Notices

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

SOURCE: Final = "watch"
"""The source of every event that comes from here."""

SCAN_SECONDS: Final = (2.0, 5.0)
"""How often folders are looked at where the system gives no notices: at most and at least."""

SWEEP_SECONDS: Final = 60.0
"""How often they are looked at where it does, in case that it has lost some."""

# A look may take a fiftieth of the time at most.
_SCAN_SHARE = 50
# The system forgets notices when thousands wait; so many at once are a sign of that.
_MANY = 1000
_TORN_PAUSE = 0.1
_AT_ONCE = 50
_LIMITS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE})

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
    seconds; `watching.changed` tells so.

    Args:
        data_dir: The folder that holds `sessions/`; what is missing in it is made by `run`.
        bus: Where the events go, with the source "watch".
        clock: Seconds, monotonic.
    """

    def __init__(self, data_dir: Path, bus: EventBus, clock: Callable[[], float] = time.monotonic) -> None:
        self._data_dir = data_dir
        self._folders = Folders.of(data_dir)
        self._known = Known(self._folders, clock)
        self._bus = bus
        self._clock = clock
        self._ready = asyncio.Event()
        # Files are looked at in one thread at a time.
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
            self._folders = await self._look(self._prepare)
            self._known = Known(self._folders, self._clock)
            while True:
                await self._watch()
                await self._wait_for_folders()
        finally:
            if self._torn is not None:
                self._torn.cancel()
                await asyncio.gather(self._torn, return_exceptions=True)
            self._ready.set()

    def _prepare(self) -> Folders:
        """Make the folders, and import what is slow to import; runs in a thread."""
        import watchfiles  # noqa: F401 - found ready by Notices

        return Folders.of(self._data_dir).make()

    async def _watch(self) -> None:
        """Tell of changes until other folders lie where these were."""
        self._identity = await self._look(self._folders.identity)
        why = await self._look(partial(_why_no_notices, self._folders.paths["sessions"]))
        notices = Notices()
        try:
            if not why:
                try:
                    await notices.start(list(self._folders.paths.values()))
                except (OSError, RuntimeError) as error:
                    why = _why_failed(error)
                    _log.warning("no notices of changes: %s", error)
            await self._begin(why)
            if not why:
                try:
                    return await self._take_notices(notices)
                except (OSError, RuntimeError) as error:
                    _log.warning("no more notices of changes: %s", error)
                    await self._begin(_why_failed(error))
            await self._scan()
        finally:
            await notices.stop()

    async def _begin(self, why: str) -> None:
        """Learn what is there at the first time, tell what has changed at a later one."""
        if self._ready.is_set():
            await self._tell(await self._look(self._known.look_everywhere))
        else:
            await self._look(self._known.learn)
        told = ("scan" if why else "notices", why)
        # That all is well is nothing to tell at the start.
        if told != (self._told if self._ready.is_set() else ("notices", "")):
            await self._bus.publish(Event(WATCHING_CHANGED, {"how": told[0], "why": why}, source=SOURCE))
        self._told = told
        self._ready.set()

    async def _take_notices(self, notices: Notices) -> None:
        """Look at what the system says was touched, and now and then at everything."""
        roots = set(self._folders.paths.values())
        swept = checked = seen = self._clock()
        while True:
            paths = await notices.next()
            now = self._clock()
            if not paths or paths & roots or now - checked >= HEARTBEAT_SECONDS:
                checked = now
                if await self._look(self._folders.identity) != self._identity:
                    return
            # Who was stopped for a while may have missed what happened meanwhile.
            is_late = now - seen > 5 * HEARTBEAT_SECONDS
            if is_late or len(paths) >= _MANY or now - swept >= SWEEP_SECONDS:
                swept = now
                await self._tell(await self._look(self._known.look_everywhere))
            elif paths:
                await self._tell(await self._look(partial(self._known.look, paths)))
            seen = self._clock()

    async def _scan(self) -> None:
        """Look at everything every few seconds."""
        pause = SCAN_SECONDS[0]
        while True:
            await asyncio.sleep(pause)
            begun = self._clock()
            if await self._look(self._folders.identity) != self._identity:
                return
            await self._tell(await self._look(self._known.look_everywhere))
            pause = min(max((self._clock() - begun) * _SCAN_SHARE, SCAN_SECONDS[0]), SCAN_SECONDS[1])

    async def _wait_for_folders(self) -> None:
        """Tell what has gone, and wait until the folder of the sessions is there again.

        It is not made: somebody may be about to put it back.
        """
        await self._tell(await self._look(self._known.look_everywhere))
        is_there = self._folders.paths["sessions"].is_dir
        while not await self._look(is_there):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(HEARTBEAT_SECONDS)
        with contextlib.suppress(OSError):
            await self._look(self._folders.make)

    async def _look(self, look: Callable[[], _T]) -> _T:
        """Look at files in a thread, when nobody else does."""
        async with self._looking:
            return await asyncio.to_thread(look)

    async def _tell(self, changes: Sequence[Change]) -> None:
        """Put changes on the bus; others have their turn while there are many."""
        if self._known.torn and (self._torn is None or self._torn.done()):
            self._torn = asyncio.create_task(self._watch_torn())
        for number, change in enumerate(changes, 1):
            facts: dict[str, Any] = {"session_id": change.session_id}
            if change.what == "created":
                facts["title"] = change.title
            if change.writing:
                facts["writing"] = True
            await self._bus.publish(Event(_TYPES[change.what], facts, source=SOURCE))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _watch_torn(self) -> None:
        """Look at broken files again until there are none: their writer may have left without another change."""
        while self._known.torn:
            await asyncio.sleep(_TORN_PAUSE)
            await self._tell(await self._look(self._known.look_at_torn))


def _why_no_notices(folder: Path) -> str:
    """Why the system gives no notice of what others write in a folder, as a sentence; empty if it does."""
    mount = mount_of(folder)
    return f"network mount ({mount.kind})" if mount is not None and is_network(mount.kind) else ""


def _why_failed(error: Exception) -> str:
    """Why notices could not be had."""
    number = getattr(error, "errno", None)
    is_limit = number in _LIMITS or f"(os error {errno.EMFILE})" in str(error)
    return "the system’s limit of watches is used up" if is_limit else "the system gives no notices"
