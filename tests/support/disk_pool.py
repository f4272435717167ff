"""Several programs that do plans at the same time, and a folder in memory for what they save."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

from tests.support.disk import Side

_T = TypeVar("_T")

_MEMORY = Path("/dev/shm")
_COUNT = 2
_TOLD = 5


class Sides:
    """Some programs that do plans; they end with the block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._free: SimpleQueue[Side] = SimpleQueue()
        for _ in range(_COUNT):
            self._free.put(self._stack.enter_context(Side()))

    def each(self, work: Callable[[Side, _T], None], items: Iterable[_T]) -> None:
        """Do some work for each item, with whichever program is free.

        Raises:
            ExceptionGroup: It failed for some; the first few are told.
        """

        def one(item: _T) -> None:
            """Do it for one."""
            side = self._free.get()
            try:
                work(side, item)
            finally:
                self._free.put(side)

        with ThreadPoolExecutor(_COUNT) as threads:
            jobs = [threads.submit(one, item) for item in items]
        errors = [error for error in (job.exception() for job in jobs) if isinstance(error, Exception)]
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(jobs)} failed", errors[:_TOLD])

    @contextmanager
    def one(self) -> Iterator[Side]:
        """One of the programs, for the length of a block."""
        side = self._free.get()
        try:
            yield side
        finally:
            self._free.put(side)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is on the disk is not asked, and syncs take no time."""
    above = _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(dir=above) as name:
        yield Path(os.path.realpath(name))
