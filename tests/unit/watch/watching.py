"""A watcher at work, another program beside it, and what the watcher told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.watch.folder import FolderWatcher
from tests.unit.watch import foreign

DEADLINE_S = 20.0
PATIENCE_S = 2.0


def session_text(session_id: str, title: str = "A title", **more: str) -> str:
    """The text of a session's file, as another program may write it."""
    info = {"id": session_id, "title": title, "project_dir": "/p", "working_dir": "/p", **more}
    return json.dumps({"info": info, "messages": []}, indent=2)


class Foreign:
    """The other program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, verb: str, *arguments: object) -> int:
        """Let it change something; returns the moment in nanoseconds, see `foreign`."""
        await self.say(verb, *arguments)
        return int(await self.hear())

    async def say(self, verb: str, *arguments: object) -> None:
        """Tell it what to do without waiting."""
        assert self._process.stdin is not None
        words = [str(word) if isinstance(word, Path) else word for word in arguments]
        self._process.stdin.write(json.dumps([verb, *words]).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self) -> str:
        """Its next answer."""
        assert self._process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            return (await self._process.stdout.readline()).decode().strip()


class Watching:
    """The watcher's bus, heard by the test.

    Attributes:
        events: All events so far.
        moments: When each came, on the system's monotonic clock in nanoseconds.
    """

    def __init__(self, data_dir: Path, other: Foreign) -> None:
        self.sessions = data_dir / "sessions"
        self.meta = data_dir / "oats_tui" / "meta"
        self.other = other
        self.events: list[Event] = []
        self.moments: list[int] = []
        self._news = asyncio.Event()
        self._markers = 0

    async def hear(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)
        self.moments.append(time.monotonic_ns())
        self._news.set()

    def path(self, session_id: str) -> Path:
        """The file of a session."""
        return self.sessions / f"{session_id}.json"

    def told(self, session_id: str) -> list[str]:
        """The types of the events about a session so far."""
        return [EventType(event.type).value for event in self.events if event.data["session_id"] == session_id]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the events so far fulfil a condition."""
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def settle(self) -> None:
        """Wait until everything that was done before has been told.

        The second change of the marker is told only after the whole batch that held its first.
        """
        self._markers += 1
        marker = f"marker-{self._markers}"
        await self.other.do("replace", self.path(marker), session_text(marker))
        await self.until(lambda: len(self.told(marker)) == 1)
        await self.other.do("replace", self.path(marker), session_text(marker, "Another"))
        await self.until(lambda: len(self.told(marker)) == 2)
        kept = [index for index, event in enumerate(self.events) if event.data["session_id"] != marker]
        self.events = [self.events[index] for index in kept]
        self.moments = [self.moments[index] for index in kept]


@contextlib.asynccontextmanager
async def other_program() -> AsyncIterator[Foreign]:
    """Start the other program, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(foreign.__file__)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Foreign(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        except TimeoutError:
            # A failed test may have left it waiting for a change that never comes.
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def watching(data_dir: Path) -> AsyncIterator[Watching]:
    """Run a watcher over a data directory, with another program beside it."""
    async with other_program() as other:
        seen = Watching(data_dir, other)
        bus = EventBus()
        bus.subscribe_all(seen.hear)
        watcher = FolderWatcher(data_dir, bus)
        task = asyncio.create_task(watcher.run())
        try:
            await watcher.ready()
            yield seen
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
