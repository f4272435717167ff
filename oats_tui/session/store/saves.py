"""Saves on their way to the writer thread: of one Session object only the newest state is written."""

from __future__ import annotations

import asyncio
import itertools
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from oats_tui.core.files import finished, submit
from oats_tui.session.models import Session
from oats_tui.session.store.draft import Draft, capture_in_steps
from oats_tui.session.store.places import Places
from oats_tui.session.store.saving import Must, save

_numbers = itertools.count()


class Capture:
    """A session that is being captured; one of usual size is so at once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.number = next(_numbers)
        self._steps = capture_in_steps(session)
        self._draft: Draft | None = None
        self._step()

    async def draft(self) -> Draft:
        """The session as it was; other tasks have their turn while a large one is captured."""
        while self._draft is None:
            await asyncio.sleep(0)
            self._step()
        return self._draft

    def _step(self) -> None:
        """Capture a little more."""
        try:
            next(self._steps)
        except StopIteration as done:
            self._draft = done.value


@dataclass(eq=False)
class _Waiting:
    """A save that has not begun."""

    places: Places
    session: Session
    draft: Draft
    number: int
    must: Must
    result: Future[Session]


class Saves:
    """Hands sessions to the writer thread, in the order in which they come."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Waiting] = {}
        self._lock = threading.Lock()
        self._capturing: dict[int, asyncio.Event] = {}

    async def save(self, places: Places, capture: Capture, must: Must) -> Session:
        """Have a captured session saved.

        While an earlier save of the same object waits, that one saves the newer state.

        Returns:
            The session as it is on disk then: the same object, or another one where disk has more.

        Raises:
            StorageError: It could not be saved.
        """
        key = id(capture.session)
        while (earlier := self._capturing.get(key)) is not None:
            await earlier.wait()
        captured = self._capturing[key] = asyncio.Event()
        try:
            result = self._hand_over(places, capture, await capture.draft(), must)
        finally:
            del self._capturing[key]
            captured.set()
        return await finished(result)

    def _hand_over(self, places: Places, capture: Capture, draft: Draft, must: Must) -> Future[Session]:
        """Give a draft to the save that waits, or to a new one."""
        with self._lock:
            session = capture.session
            waiting = self._waiting.get(id(session))
            if waiting is not None and waiting.places == places and waiting.must == must == "be either":
                if capture.number > waiting.number:
                    waiting.draft, waiting.number = draft, capture.number
                return waiting.result
            waiting = _Waiting(places, session, draft, capture.number, must, Future())
            self._waiting[id(session)] = waiting
            waiting.result = submit(lambda: self._save(waiting))
        return waiting.result

    def _save(self, waiting: _Waiting) -> Session:
        """Save what has waited; runs in the writer thread."""
        with self._lock:
            if self._waiting.get(id(waiting.session)) is waiting:
                del self._waiting[id(waiting.session)]
            draft = waiting.draft
        if waiting.session._held is not draft.base:
            draft = draft.rebased(waiting.session._held)
        saved = save(waiting.places, draft, waiting.must)
        waiting.session._held = saved.held
        return saved.session or waiting.session
