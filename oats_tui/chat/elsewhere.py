"""What other programs answer in sessions that this one shows as well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from oats_tui.chat.pace import Pace
from oats_tui.chat.state import TURN_CHANGED
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.errors import OatsError
from oats_tui.core.topics import JOURNAL_CHANGED, STOP_REQUESTED
from oats_tui.session.activity import NOBODY, Activity
from oats_tui.session.answers import AnswerStorage

LOOK_AGAIN = 1.0
"""Seconds between two looks whether a program that answers is still there; a killed one gives no notice."""

_log = logging.getLogger(__name__)


class Elsewhere:
    """Follows the answers that come in other programs, and tells of them as of our own, with the source "watch".

    What a program leaves behind that ends in the middle of an answer is brought to its end.

    Args:
        answers: Where answers are written down.
        bus: Where the watcher tells that a journal has grown, and where everything is told.
        stop: Stops our own answer in a session if its message has this id; returns whether it has.
        pace: Time.
    """

    def __init__(
        self, answers: AnswerStorage, bus: EventBus, stop: Callable[[str, str], bool], pace: Pace
    ) -> None:
        self._answers = answers
        self._bus = bus
        self._stop = stop
        self._pace = pace
        self._active: dict[str, Activity] = {}
        self._stale: set[str] = set()
        self._suspects: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking = self._watching = False
        bus.subscribe(JOURNAL_CHANGED, self._hear)
        bus.subscribe(STOP_REQUESTED, self._hear)

    def activity(self, session_id: str) -> Activity:
        """What other programs are doing in a session, as far as it is known."""
        return self._active.get(session_id, NOBODY)

    async def look_everywhere(self) -> None:
        """Find out where others are answering already."""
        for session_id in await self._answers.active_sessions():
            self.look(session_id)

    def look(self, session_id: str) -> None:
        """Find out soon what others do in a session; many calls at once cost one look."""
        self._stale.add(session_id)
        if not self._looking:
            self._looking = True
            self._start(self._look())

    async def stop(self, session_id: str) -> bool:
        """Ask the program that answers in a session to stop; returns whether there is one.

        Raises:
            StorageError: It could not be asked.
        """
        running = self.activity(session_id).running
        if running is not None:
            await self._answers.request_stop(session_id, running.message.id)
        return running is not None

    async def close(self) -> None:
        """Follow nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hear(self, event: Event) -> None:
        """A journal has grown, or somebody asks for something."""
        session_id = str(event.data["session_id"])
        if event.type == STOP_REQUESTED:
            self._start(self._take_request(session_id))
        else:
            self.look(session_id)

    async def _take_request(self, session_id: str) -> None:
        """Do what others ask for in a session, if it is this program's affair."""
        stop = await self._answers.requested_stop(session_id)
        if stop is not None and self._stop(session_id, stop):
            await self._answers.forget_request(session_id)

    async def _look(self) -> None:
        """Look at what is stale until nothing is."""
        try:
            while self._stale:
                session_id = self._stale.pop()
                try:
                    await self._take_in(session_id, await self._answers.activity(session_id))
                except OatsError as error:
                    _log.warning("what others do in session %s cannot be told: %s", session_id, error)
        finally:
            self._looking = False

    async def _take_in(self, session_id: str, now: Activity) -> None:
        """Tell what is new about a session."""
        before = self._active.get(session_id, NOBODY)
        if not now.is_cut_off:
            self._suspects.discard(session_id)
        elif await self._is_over(session_id):
            now = Activity(waiting=now.waiting)
        else:
            now = before
        if now or session_id in self._suspects:
            self._active[session_id] = now
            self._watch()
        else:
            self._active.pop(session_id, None)
        await self._tell(session_id, before, now)

    async def _is_over(self, session_id: str) -> bool:
        """Bring an answer to its end whose program is gone; returns False at the first sign of that.

        The sign may be mistaken: there is a moment between the turn that is given back and the look at it.
        """
        if session_id not in self._suspects:
            self._suspects.add(session_id)
            return False
        self._suspects.discard(session_id)
        await self._answers.recover(session_id)
        return True

    async def _tell(self, session_id: str, before: Activity, now: Activity) -> None:
        """Tell how an answer goes on, or that one has begun or ended."""
        if _said(now) == _said(before):
            return
        ids = [each.running.message.id if each.running else None for each in (before, now)]
        kind: EventType | str = TURN_CHANGED
        data: dict[str, object] = {"session_id": session_id}
        if now.running is not None and ids[0] == ids[1] and now.waiting == before.waiting:
            kind = EventType.MESSAGE_PART_UPDATED
            data |= {"message_id": ids[1], "text": now.running.message.get_text_content()}
        await self._bus.publish(Event(kind, data, source="watch"))

    def _watch(self) -> None:
        """Look again every second as long as others are active somewhere."""
        if not self._watching:
            self._watching = True
            self._start(self._keep_watching())

    async def _keep_watching(self) -> None:
        """Look at the active sessions every second."""
        try:
            while self._active:
                await self._pace.sleep(LOOK_AGAIN)
                for session_id in list(self._active):
                    self.look(session_id)
        finally:
            self._watching = False

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something that goes on while others work."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _said(activity: Activity) -> tuple[object, ...]:
    """What there is to tell of an activity; the parts of an answer have other ids each time it is read."""
    running = activity.running
    message = running.message.model_dump(exclude={"parts": {"__all__": {"id"}}}) if running else None
    return activity.holder, activity.waiting, message
