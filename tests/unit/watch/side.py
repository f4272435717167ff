"""A watcher in a process of its own, from the test's side of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from tests.checks.checkout import ROOT
from tests.unit.watch import watch_side
from tests.unit.watch.watching import DEADLINE_S


class WatchingProcess:
    """The watching process.

    Attributes:
        told: The types and the data of the events so far.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[tuple[str, dict[str, Any]]] = []

    async def say(self, line: str = "") -> None:
        """Give it a line of input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()

    async def until(self, kind: str, **data: str) -> None:
        """Wait until it tells something."""
        assert self.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while not any(told == kind and data.items() <= facts.items() for told, facts in self.told):
                line = await self.process.stdout.readline()
                assert line, "the watching process has ended"
                told, facts = json.loads(line)
                self.told.append((told, facts))


@contextlib.asynccontextmanager
async def watching_process(
    data: Path, pace: Sequence[float] = (2, 5, 60), prefix: Sequence[str] = (), limits: Sequence[str] = ()
) -> AsyncIterator[WatchingProcess]:
    """Start the watching process, and end it."""
    process = await asyncio.create_subprocess_exec(
        *(*prefix, sys.executable, "-P", watch_side.__file__, str(data), *map(str, pace)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    side = WatchingProcess(process)
    try:
        for line in (*limits, ""):
            await side.say(line)
        await side.until("ready")
        yield side
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
