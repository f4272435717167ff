"""The least a program can do to know of changes in a folder: it waits for notices and reads what has changed.

`python -m tests.benchmarks.live_floor FOLDER` writes `WATCHING` once it will see every change, and then a line
with the newest marker in each session's file that changes.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from watchfiles import awatch

WATCHING = "watching"
# As the program itself has its notices collected.
_STEP_MS = 10
_DEBOUNCE_MS = 100
_MARKER = re.compile(rb"zq[0-9]{5}")


def marker(number: int) -> str:
    """A text that stands nowhere else."""
    return f"zq{number:05}"


async def _watch(folder: Path) -> None:
    """Tell of changes until the program is ended."""
    batches = awatch(folder, watch_filter=None, step=_STEP_MS, debounce=_DEBOUNCE_MS, recursive=False)
    coming = asyncio.ensure_future(anext(batches))
    # The first step begins the watching.
    await asyncio.sleep(0)
    _say(WATCHING)
    while True:
        for _, name in await coming:
            if name.endswith(".json"):
                _say(_newest(Path(name)))
        coming = asyncio.ensure_future(anext(batches))


def _newest(path: Path) -> str:
    """The newest marker in a file."""
    return max(_MARKER.findall(path.read_bytes()), default=b"").decode()


def _say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_watch(Path(sys.argv[1])))
