"""The index of all sessions, kept up to date while the program runs."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.session.search.building import build
from oats_tui.session.search.database import Database, NotThereError, is_passing
from oats_tui.session.search.found import Found, Progress
from oats_tui.session.search.query import Query, understood
from oats_tui.session.search.seeking import seek
from oats_tui.session.search.updating import Difference, difference, update

AT_HAND = 2_000_000
"""Bytes of files that are read here; of more a process of its own is made."""

PAUSE = 0.2
"""Seconds at least between two looks at sessions that have changed."""

REST = 4
"""So many times as long as putting a change in took passes until the next one is."""

LONGEST_REST = 5.0
"""Seconds of such a rest at most."""

TRY_AGAIN = 3.0
"""Seconds until a look at whether another process has built the index."""

LONGEST_PAUSE = 60.0
"""Seconds at most until building that has failed is tried again."""

_BUSY_SECONDS = 5.0
# Of SQLite's virtual machine, between two looks at whether anybody waits: less than a millisecond.
_STEPS = 10_000
_EVENTS = (EventType.SESSION_CREATED, EventType.SESSION_UPDATED, EventType.SESSION_DELETED)

T = TypeVar("T")

_log = logging.getLogger(__name__)


class SearchIndex:
    """Finds messages of all sessions.

    It lies in the cache directory, one for each data directory, can be thrown away at any time, and is never the
    only copy of anything. Several programs share it.

    Args:
        cache_dir: The cache directory.
        data_dir: The data directory.
        bus: Where it is told which sessions have changed.

    Attributes:
        progress: How far it is.
    """

    def __init__(self, cache_dir: Path, data_dir: Path, bus: EventBus) -> None:
        self.progress = Progress(is_building=True)
        self._cache_dir = cache_dir
        self._data_dir = data_dir
        self._bus = bus
        self._database = Database.of(cache_dir, data_dir)
        self._stale: set[str] = set()
        self._putting: set[str] = set()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._unsubscribe: list[Callable[[], None]] = []
        # Threads of their own: nobody who types waits for them, and they do not wait for each other.
        self._reader = ThreadPoolExecutor(1, "search")
        self._writer = ThreadPoolExecutor(1, "search-index")
        self._asked = 0

    async def start(self) -> None:
        """Begin to bring the index up to date, and to follow what changes."""
        self._unsubscribe = [self._bus.subscribe(kind, self._note) for kind in _EVENTS]
        self._tasks = [asyncio.create_task(self._begin()), asyncio.create_task(self._follow())]

    async def stop(self) -> None:
        """End; what has been read so far stays."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._asked += 1
        for executor in (self._reader, self._writer):
            executor.shutdown(wait=False, cancel_futures=True)

    async def catch_up(self) -> None:
        """Bring the index up to date now; where that cannot be, what is found tells that it is not all."""
        try:
            await _in(self._writer, self._catch_up)
            self.progress = Progress(self.progress.all, self.progress.all)
        except Exception as error:  # noqa: BLE001 - whatever a file or the index holds, the rest is found
            _log.warning("the search index is not up to date: %s", error)
            self.progress = Progress(0, 1)

    async def find(self, text: str, *, limit: int = 50) -> Found:
        """Return the newest messages that hold what is asked for, and the sessions whose titles do.

        The last question counts: one that is still being looked for is given up for it, and finds less.

        Args:
            text: Words, all of which a message must have, "exact phrases", -not, and title:, project:, model:,
                role:, before: and after: with a value.
            limit: How many at most.
        """
        query = understood(text)
        self._asked += 1
        # What comes in while it is looked for may be found or not.
        mine, is_whole = self._asked, self.progress.is_whole and not self._stale and not self._putting
        if query.is_empty:
            return Found([], (), is_complete=is_whole)

        try:
            found = await _in(self._reader, lambda: self._look(query, limit, lambda: mine != self._asked))
        except NotThereError:
            found = Found([], (), is_complete=False)
        except sqlite3.Error as error:
            if not is_passing(error):
                _log.warning("the search index is damaged, and is made anew: %s", error)
                self._database.complain()
                self._begin_again()
            found = Found([], (), is_complete=False)
        return Found(found.hits, found.terms, found.is_complete and is_whole)

    def _look(self, query: Query, limit: int, is_given_up: Callable[[], bool]) -> Found:
        """Look for something, unless nobody waits for it any more."""
        if is_given_up():
            return Found([], (), is_complete=False)
        with self._database.reading(_BUSY_SECONDS) as connection:
            connection.set_progress_handler(lambda: int(is_given_up()), _STEPS)
            return seek(connection, self._data_dir, query, limit, is_given_up)

    def _begin_again(self) -> None:
        """Bring the index up to date from the beginning, if it is kept up to date at all."""
        if self._tasks and self._tasks[0].done():
            self._tasks[0] = asyncio.create_task(self._begin())

    async def _note(self, event: Event) -> None:
        """Note that a session has changed."""
        session_id = event.data.get("session_id")
        if isinstance(session_id, str):
            self._stale.add(session_id)
            self._news.set()

    async def _begin(self) -> None:
        """Bring the index up to date with everything."""
        for tries in itertools.count(1):
            try:
                found = await _in(self._writer, self._difference)
                if found.size <= AT_HAND:
                    await self._put(found.names)
                    self.progress = Progress(found.all, found.all)
                    return
                self._tell(found.all - found.size, found.all)
                if not await build(self._cache_dir, self._data_dir, self._tell):
                    await self._wait_for_other()
            except Exception as error:  # noqa: BLE001 - whatever a file or the index holds, it is tried again
                _log.warning("the search index is not up to date: %s", error)
                self.progress = Progress(self.progress.done, max(1, self.progress.all))
                await asyncio.sleep(min(TRY_AGAIN * tries, LONGEST_PAUSE))

    async def _wait_for_other(self) -> None:
        """Wait while another process builds the index."""
        before = None
        found = await _in(self._writer, self._difference)
        while found.size > AT_HAND and found.size != before:
            before = found.size
            self._tell(found.all - found.size, found.all)
            await asyncio.sleep(TRY_AGAIN)
            found = await _in(self._writer, self._difference)

    async def _follow(self) -> None:
        """Put in what changes."""
        while True:
            await self._news.wait()
            await asyncio.sleep(PAUSE)
            self._news.clear()
            self._putting, self._stale = self._stale, set()
            begun = time.monotonic()
            try:
                await self._put(self._putting)
            except Exception as error:  # noqa: BLE001 - whatever a file or the index holds, others are followed
                _log.warning("the search index lacks what has changed: %s", error)
                self._stale |= self._putting
                await asyncio.sleep(TRY_AGAIN)
                self._news.set()
            self._putting = set()
            await asyncio.sleep(min(REST * (time.monotonic() - begun), LONGEST_REST))

    async def _put(self, names: Iterable[str]) -> None:
        """Bring some sessions in the index up to date."""
        names = list(names)

        def put() -> list[str]:
            with closing(self._database.opened(_BUSY_SECONDS)) as connection:
                return update(connection, self._data_dir, names)

        if names and (torn := await _in(self._writer, put)):
            self._stale.update(torn)
            self._news.set()

    def _difference(self) -> Difference:
        """Return what is not in the index as it is."""
        try:
            with self._database.reading(_BUSY_SECONDS) as connection:
                return difference(connection, self._data_dir)
        except NotThereError:
            return difference(None, self._data_dir)
        except sqlite3.Error as error:
            if is_passing(error):
                raise
            self._database.complain()
            return difference(None, self._data_dir)

    def _catch_up(self) -> None:
        """Bring the index up to date."""
        with closing(self._database.opened(_BUSY_SECONDS)) as connection:
            found = difference(connection, self._data_dir)
            self._tell(found.all - found.size, found.all)

            def told(size: int) -> bool:
                self._tell(self.progress.done + size, found.all)
                return True

            update(connection, self._data_dir, found.names, told)

    def _tell(self, done: int, whole: int) -> None:
        """Note how far building is."""
        self.progress = Progress(done, whole, is_building=True)


async def _in(executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Do something in a thread."""
    return await asyncio.get_running_loop().run_in_executor(executor, work)
