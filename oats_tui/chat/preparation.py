"""The fetching of a model, once for all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from oats_tui.chat.state import PREPARING_CHANGED, Preparing, TurnState
from oats_tui.core.bus import Event, EventBus
from oats_tui.core.errors import OatsError
from oats_tui.provider.names import ModelRef
from oats_tui.provider.registry import Models

_TICK = 1.0
"""Seconds between two tellings while the package client says nothing."""


class Preparation:
    """Fetches what a model lacks, in the background, and tells how far it is.

    Args:
        models: Where the models are.
        bus: Gets ``preparing.changed``.
        clock: Seconds, monotonic.
    """

    def __init__(self, models: Models, bus: EventBus, clock: Callable[[], float]) -> None:
        self._models = models
        self._bus = bus
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._latest: dict[str, Preparing] = {}
        self._warming: set[asyncio.Task[None]] = set()

    def start(self, ref: ModelRef) -> asyncio.Task[None]:
        """Begin to fetch what the model lacks, unless that runs already or is done."""
        task = self._tasks.get(ref.name)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._tasks[ref.name] = asyncio.create_task(self._fetch(ref))
            task.add_done_callback(_seen)
        return task

    def warm_up(self, ref: ModelRef) -> None:
        """Load ahead of time what the first answer would have to wait for."""
        task = asyncio.create_task(self._models.provider(ref).warm_up(ref.model_id))
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)

    async def fetched(self, ref: ModelRef) -> AsyncIterator[TurnState]:
        """Wait until the model is there, telling how far it is about once a second.

        Raises OatsError where it could not be fetched.
        """
        task = self.start(ref)
        while not task.done():
            await asyncio.wait({task}, timeout=_TICK)
            latest = self._latest.get(ref.name)
            if latest is not None and not task.done():
                yield TurnState("fetching", latest.done, latest.total)
        await task

    async def close(self) -> None:
        """Give up what still runs."""
        tasks = [*self._tasks.values(), *self._warming]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, ref: ModelRef) -> None:
        """Fetch, telling each step."""
        begun = self._clock()
        try:
            async for progress in self._models.provider(ref).prepare(ref.model_id):
                seconds = self._clock() - begun
                self._tell(Preparing(ref.name, progress.done, progress.total, seconds))
        except OatsError as error:
            self._tell(Preparing(ref.name, problem=str(error)))
            raise
        if ref.name in self._latest:
            self._tell(None)

    def _tell(self, preparing: Preparing | None) -> None:
        """Remember and publish how far it is; None when all is there."""
        if preparing is not None:
            self._latest[preparing.model] = preparing
        self._bus.publish_sync(Event(PREPARING_CHANGED, {"preparing": preparing}))


def _seen(task: asyncio.Task[None]) -> None:
    """Take note of a failure, which has been told already."""
    if not task.cancelled():
        task.exception()
