"""What every measured process does alike: take the time, the memory, the stalls, and tell what it found.

Imported by all interpreters that take part, so it needs nothing but the standard library.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

Sample = dict[str, float | None]
"""What was measured once, by name; None where the system does not tell it."""

_R = TypeVar("_R")

_STATUS = Path("/proc/self/status")
_KIBIBYTES = 1024
_TICK_SECONDS = 0.0005


def report(tasks: Mapping[str, Callable[..., Sample]]) -> None:
    """Do the task that the command line names, with its arguments as JSON, and write what came of it."""
    name, arguments = sys.argv[-2:]
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the measured program prints must not come between.
    os.dup2(2, 1)
    found = tasks[name](**json.loads(arguments))
    out.write(json.dumps(found))
    out.close()


def timed(action: Callable[[], _R]) -> tuple[_R, float]:
    """What an action gives, and the seconds it took."""
    began = time.perf_counter()
    result = action()
    return result, time.perf_counter() - began


async def awaited(action: Coroutine[Any, Any, _R]) -> tuple[_R, float]:
    """The same for what has to be awaited."""
    began = time.perf_counter()
    result = await action
    return result, time.perf_counter() - began


def memory() -> float | None:
    """Resident memory of this process in MiB; None where the system does not tell it."""
    return _status("VmRSS:")


def peak_memory() -> float:
    """The most resident memory that this process has had, in MiB."""
    peak = _status("VmHWM:")
    if peak is not None:
        return peak
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (_KIBIBYTES**2 if sys.platform == "darwin" else _KIBIBYTES)


def growth(before: float | None, after: float | None) -> float | None:
    """How much more the second is; None if one is not known."""
    return None if before is None or after is None else after - before


def replace(path: Path, data: bytes) -> None:
    """Put bytes in the place of a file and on the disk, and nothing else."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)
    os.close(handle)
    temporary.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def append(path: Path, data: bytes) -> None:
    """Put bytes at the end of a file and on the disk, and nothing else."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, data)
    # What macOS does not have: its fsync does no more than this.
    getattr(os, "fdatasync", os.fsync)(handle)
    os.close(handle)


class Ticker:
    """Wakes every 500 µs of an event loop, and notes by how much it is late.

    Attributes:
        late: The lateness of each wake-up so far, in ms.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Ticker:
        """Start; measuring begins with the next wake-up."""
        self._task = asyncio.create_task(self._run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, but not before what was held up last has been noted."""
        assert self._task is not None
        await asyncio.sleep(2 * _TICK_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        """Note the lateness of each wake-up."""
        while True:
            due = time.perf_counter() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            self.late.append(max(0.0, time.perf_counter() - due) * 1000)


def worst(late: list[float]) -> tuple[float, float]:
    """The 99.9th percentile and the largest of some figures."""
    late = sorted(late)
    return late[math.ceil(0.999 * len(late)) - 1], late[-1]


def _status(field: str) -> float | None:
    """A size that the kernel tells about this process, in MiB."""
    try:
        lines = _STATUS.read_text("ascii").splitlines()
    except OSError:
        return None
    found = (line.split() for line in lines if line.startswith(field))
    return next((int(words[1]) / _KIBIBYTES for words in found), None)
