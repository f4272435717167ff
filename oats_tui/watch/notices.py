"""The system's notices of changed files; the only user of watchfiles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Final

HEARTBEAT_SECONDS: Final = 1.0
"""A quiet time is interrupted so often, for what the system gives no notice of."""

# How long notices are collected: at least the one, at most the other, in milliseconds.
_STEP_MS = 10
_DEBOUNCE_MS = 100


class Notices:
    """The notices about some folders, batch by batch, from `start` to `stop`."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._batches: AsyncGenerator[set[Any], None] | None = None
        self._coming: asyncio.Task[set[Path] | None] | None = None

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

    async def next(self) -> set[Path]:
        """The paths that were touched, all at once; none when nothing was for a second."""
        assert self._coming is not None
        assert self._batches is not None
        # Shielded, because only the stop event ends the thread that waits for the batch.
        batch = await asyncio.shield(self._coming)
        self._coming = asyncio.create_task(_next(self._batches))
        return batch or set()

    async def stop(self) -> None:
        """End the watching, with its thread."""
        self._stop.set()
        if self._coming is not None and self._batches is not None:
            await asyncio.wait([self._coming])
            self._coming.exception()
            await self._batches.aclose()


async def _next(batches: AsyncGenerator[set[Any], None]) -> set[Path] | None:
    """The paths of the next batch, None at the end."""
    batch = await anext(batches, None)
    return None if batch is None else {Path(name) for _, name in batch}
