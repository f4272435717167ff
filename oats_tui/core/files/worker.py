"""The threads in which everything is written: what was asked for first is done first."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal, TypeAlias, TypeVar

_log = logging.getLogger(__name__)

_R = TypeVar("_R")

Lane: TypeAlias = Literal["writer", "journal", "cleaner"]
"""Saves go one way; short appends to journals another, so that none waits behind a large save; tidying a third."""

_executors: dict[Lane, ThreadPoolExecutor] = {}
_executors_lock = threading.Lock()


def submit(job: Callable[[], _R], lane: Lane = "writer") -> Future[_R]:
    """Hand work to a writing thread, which does one thing after the other and is waited for at exit."""
    with _executors_lock:
        if lane not in _executors:
            _executors[lane] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"oats-tui-{lane}")
        return _executors[lane].submit(job)


async def finished(job: Future[_R]) -> _R:
    """The result of submitted work. Cancelling the caller ends the waiting, never the work."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        """Let the waiting caller go on."""
        if not waiter.done():
            waiter.set_result(None)

    def on_done(_: Future[_R]) -> None:
        """Called in the writing thread."""
        # A loop that has been closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(wake)

    job.add_done_callback(on_done)
    try:
        await waiter
    except asyncio.CancelledError:
        job.add_done_callback(_log_failure)
        raise
    return job.result()


def _log_failure(job: Future[_R]) -> None:
    """Log the failure of work for which nobody waits any more."""
    error = job.exception()
    if error is not None:
        _log.error("A save failed after its caller had gone: %s", error)
