"""What goes on beside the screen: watching the folder, recovering, keeping the index."""

from __future__ import annotations

import asyncio
import logging

from oats_tui.core.bus import Event, bus
from oats_tui.core.config import get_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.core.topics import WATCHING_CHANGED
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.search import SearchIndex

INDEX_AFTER = 1.0
"""Seconds after which the index is looked at: until then the list has the processor."""

_log = logging.getLogger(__name__)


class Background:
    """The watcher and the index while the screen is up; and once, at the start, the recovery.

    Args:
        answers: What a kill may have left half written.
        search: The index of all sessions.
    """

    def __init__(self, answers: AnswerStorage, search: SearchIndex) -> None:
        self.search = search
        self._answers = answers
        self._watching: asyncio.Task[None] | None = None
        self._others: list[asyncio.Task[object]] = []

    async def start(self) -> None:
        """Begin; changes by others are noticed when this returns. Raises OatsError if not."""
        from oats_tui.watch.folder import FolderWatcher

        watcher = FolderWatcher(get_data_dir(), bus)
        self._watching = asyncio.create_task(watcher.run())
        self._watching.add_done_callback(_tell_end)
        await watcher.ready()
        self._others = [
            asyncio.create_task(self._answers.recover_all()),
            asyncio.create_task(self._keep_index()),
        ]
        await asyncio.sleep(0)
        if self._watching.done() and not self._watching.cancelled() and (error := self._watching.exception()):
            raise OatsError(
                "What others write is not noticed.",
                str(error),
                "Start again to see the newest state of everything.",
            )

    async def _keep_index(self) -> None:
        """Begin with the index once the screen has come up."""
        await asyncio.sleep(INDEX_AFTER)
        await self.search.start()

    async def stop(self) -> None:
        """End all of it."""
        tasks = [task for task in (self._watching, *self._others) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.search.stop()


def _tell_end(watching: asyncio.Task[None]) -> None:
    """Tell that nothing is noticed any more, where the watching has ended by itself."""
    if not watching.cancelled() and (error := watching.exception()) is not None:
        _log.error("the folder is not watched any more", exc_info=error)
        why = "what others write is not noticed until the next start"
        bus.publish_sync(Event(WATCHING_CHANGED, {"how": "off", "why": why}))
