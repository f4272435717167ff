"""What other programs drop when they write an old copy back is put back into the file, once they are quiet."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from oats_tui.chat.pace import Pace
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.errors import OatsError
from oats_tui.core.topics import SESSION_MERGED
from oats_tui.session.answers import AnswerStorage

QUIET = 1.0
"""Seconds without another change of a session, until it is mended: who writes in bursts is left alone."""

_log = logging.getLogger(__name__)


class Mender:
    """Brings sessions up to date that other programs have changed, and tells what was put back.

    Until then nothing is missing on the screen either: a session is read together with its journal.

    Args:
        answers: What brings a session up to date.
        bus: Where the watcher tells of changes, and where `session.merged` is told.
        is_answering: Whether this program answers in a session; the end of the answer saves it anyway.
        pace: Time.
    """

    def __init__(
        self, answers: AnswerStorage, bus: EventBus, is_answering: Callable[[str], bool], pace: Pace
    ) -> None:
        self._answers = answers
        self._bus = bus
        self._is_answering = is_answering
        self._pace = pace
        self._changed: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None
        bus.subscribe(EventType.SESSION_UPDATED, self._hear)
        bus.subscribe(EventType.SESSION_CREATED, self._hear)

    async def close(self) -> None:
        """Mend nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _hear(self, event: Event) -> None:
        """A session was changed, by another program where there is a source."""
        if event.source is None:
            return
        session_id = str(event.data["session_id"])
        # Put last: the first is always the one that has been quiet longest.
        self._changed.pop(session_id, None)
        self._changed[session_id] = self._pace.clock()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._mend_all())

    async def _mend_all(self) -> None:
        """Mend what has been quiet for a while, until nothing is left."""
        while self._changed:
            first = next(iter(self._changed))
            wait = self._changed[first] + QUIET - self._pace.clock()
            if wait > 0:
                await self._pace.sleep(wait)
            else:
                del self._changed[first]
                await self._mend(first)

    async def _mend(self, session_id: str) -> None:
        """Mend one session."""
        if self._is_answering(session_id):
            return
        try:
            recovered = await self._answers.recover(session_id)
        except OatsError as error:
            _log.warning("session %s could not be brought up to date: %s", session_id, error)
            return
        if recovered.restored:
            data = {"session_id": session_id, "restored": recovered.restored}
            await self._bus.publish(Event(SESSION_MERGED, data))
