"""A watcher at work, another program beside it, and what the watcher told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.mounts import mount_of
from oats_tui.core.topics import WATCHING_CHANGED
from oats_tui.watch.folder import FolderWatcher, Pace
from tests.unit.watch import foreign

DEADLINE_S = 20.0
PATIENCE_S = 2.0


def kind(event: Event) -> str:
    """The type of an event as a string."""
    return event.type.value if isinstance(event.type, EventType) else event.type


async def until_true(condition: Callable[[], bool]) -> None:
    """Wait until something is so that no event tells of."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.02)


def scanning(folder: Path) -> dict[str, Any]:
    """How a watcher is made that takes everything for a network mount, and looks at it often.

    Args:
        folder: Where the table of mounts is written, outside of what is watched.
    """
    table = folder / "mounts"
    table.write_text("27 1 254:0 / / rw,relatime - nfs4 server:/x rw\n")
    return {"mount": partial(mount_of, table=table), "pace": Pace(0.2, 0.5)}


How: TypeAlias = Callable[[Path], dict[str, Any]]
"""How a watcher is made, for a folder outside of what is watched."""

both_ways = pytest.mark.parametrize(
    "how", [pytest.param(lambda _: {}, id="notices"), pytest.param(scanning, id="scan")]
)
"""The test is run where the system gives notices, and where it does not."""


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
        events: All events about sessions so far.
        sentences: What was told about how changes are noticed: how, and why.
        moments: When each came, on the system's monotonic clock in nanoseconds.
    """

    def __init__(self, data_dir: Path, other: Foreign) -> None:
        self.sessions = data_dir / "sessions"
        self.ours = data_dir / "oats_tui"
        self.meta = self.ours / "meta"
        self.journals = self.ours / "journal"
        self.other = other
        self.events: list[Event] = []
        self.sentences: list[tuple[str, str]] = []
        self.moments: list[int] = []
        self._news = asyncio.Event()
        self._markers = 0
        self._has_ended = False

    async def hear(self, event: Event) -> None:
        """Keep an event."""
        if kind(event) == WATCHING_CHANGED:
            self.sentences.append((event.data["how"], event.data["why"]))
            self._news.set()
            return
        self.events.append(event)
        self.moments.append(time.monotonic_ns())
        self._news.set()

    def path(self, session_id: str) -> Path:
        """The file of a session."""
        return self.sessions / f"{session_id}.json"

    def told(self, session_id: str) -> list[str]:
        """The types of the events about a session so far."""
        return [kind(event) for event in self.events if event.data["session_id"] == session_id]

    def titles(self) -> dict[str, str]:
        """The titles of the sessions that were told to be new."""
        return {event.data["session_id"]: event.data["title"] for event in self.events if "title" in event.data}

    def end(self, _: asyncio.Task[None]) -> None:
        """Note that the watcher has ended: nothing more is to be waited for."""
        self._has_ended = True
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the events so far fulfil a condition."""
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                assert not self._has_ended, "the watcher has ended"
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
async def other_program(script: Path = Path(foreign.__file__), **environment: str) -> AsyncIterator[Foreign]:
    """Start the other program, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        str(script),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **environment},
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
async def watching(data_dir: Path, **how: Any) -> AsyncIterator[Watching]:
    """Run a watcher over a data directory, with another program beside it.

    Args:
        data_dir: The data directory.
        how: Further arguments of the watcher.
    """
    async with other_program() as other:
        seen = Watching(data_dir, other)
        bus = EventBus()
        bus.subscribe_all(seen.hear)
        watcher = FolderWatcher(data_dir, bus, **how)
        task = asyncio.create_task(watcher.run())
        task.add_done_callback(seen.end)
        try:
            await watcher.ready()
            yield seen
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
