"""The system's notices of changed files; the only user of watchfiles."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

HEARTBEAT_SECONDS: Final = 1.0
"""A quiet time is interrupted so often, for what the system gives no notice of."""

# How long notices are collected: at least the one, at most the other, in milliseconds.
_STEP_MS = 10
_DEBOUNCE_MS = 100

# How watchfiles names the limits of what is watched, and of who watches; the number of the error is not kept.
_LIMITS = ("MaxFilesWatch", *(f"(os error {number})" for number in (errno.EMFILE, errno.ENFILE, errno.ENOSPC)))


class Touched(NamedTuple):
    """What notices tell of.

    Attributes:
        paths: What was made, changed or removed.
        gone: What of it was removed or moved away; it may be there again by now.
    """

    paths: frozenset[Path] = frozenset()
    gone: frozenset[Path] = frozenset()


class Notices:
    """The notices about some folders, batch by batch, from `start` to `stop`."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._batches: AsyncGenerator[set[Any], None] | None = None
        self._coming: asyncio.Task[Touched | None] | None = None

    async def start(self, folders: Sequence[Path]) -> None:
        """Begin: what changes after this is noticed.

        Raises:
            OSError: A folder is missing, or the system's limit of what is watched has been reached.
            RuntimeError: The system's limit of programs that watch has been reached, or notices cannot be had.
        """
        from watchfiles import awatch

        self._batches = awatch(
            *folders,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=self._stop,
            recursive=False,
            rust_timeout=round(HEARTBEAT_SECONDS * 1000),
            yield_on_timeout=True,
            # Said here, since variables of the environment would say something else.
            force_polling=False,
        )
        self._coming = asyncio.create_task(_next(self._batches))
        # The first step of the task begins the watching, or fails.
        await asyncio.sleep(0)
        if self._coming.done():
            self._coming.result()

    async def next(self) -> Touched:
        """What was touched, all at once; nothing when nothing was for a second.

        Raises:
            OSError: There will be no more, because there were none from the start.
            RuntimeError: There will be no more.
        """
        assert self._coming is not None
        assert self._batches is not None
        # Shielded, because only the stop event ends the thread that waits for the batch.
        batch = await asyncio.shield(self._coming)
        self._coming = asyncio.create_task(_next(self._batches))
        return batch or Touched()

    async def stop(self) -> None:
        """End the watching, with its thread."""
        self._stop.set()
        if self._coming is not None and self._batches is not None:
            await asyncio.wait([self._coming])
            self._coming.exception()
            await self._batches.aclose()


def is_limit(error: Exception) -> bool:
    """Whether notices could not be had because a limit of the system has been reached."""
    return any(name in str(error) for name in _LIMITS)


def try_notices(folder: Path) -> Exception | None:
    """Find out whether notices about a folder can be had at this moment; returns why not, None if they can."""
    over = threading.Event()
    over.set()
    try:
        from watchfiles import watch

        for _ in watch(folder, stop_event=over, recursive=False, force_polling=False):
            pass
    except (OSError, RuntimeError, ImportError) as error:
        return error
    return None


async def _next(batches: AsyncGenerator[set[Any], None]) -> Touched | None:
    """The next batch, None at the end.

    Raises:
        RuntimeError: Notices have ended; one of them may be about a name that is no text.
    """
    try:
        batch = await anext(batches, None)
    except ExceptionGroup as errors:  # watchfiles' group of tasks makes one of every error
        raise RuntimeError(str(errors.exceptions[0])) from errors
    if batch is None:
        return None
    gone = frozenset(Path(name) for change, name in batch if change.name == "deleted")
    return Touched(gone | {Path(name) for _, name in batch}, gone)
