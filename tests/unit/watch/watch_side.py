"""A watcher in a process of its own, which is stopped and given limits: `watch_side.py DATA_DIR LEAST MOST IDLE`.

Each event is a line of JSON, its type and its data; the first line says that the watcher is ready. A line of input
is the name of one of the system's limits for users, and a number; it holds within the process's user namespace.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from oats_tui.core.bus import Event, EventBus
from oats_tui.watch.folder import FolderWatcher, Pace


def _say(*words: Any) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def _hear(event: Event) -> None:
    """Pass an event on."""
    _say(getattr(event.type, "value", event.type), event.data)


def _limit(line: str) -> None:
    """Set one of the limits."""
    name, number = line.split()
    Path("/proc/sys/user", name).write_text(number)
    _say("limit", {"name": name})


async def _main(data_dir: str, *pace: str) -> None:
    """Watch until the process is ended; the input is obeyed before that begins, up to the first empty line."""
    while line := sys.stdin.readline().strip():
        _limit(line)
    bus = EventBus()
    bus.subscribe_all(_hear)
    watcher = FolderWatcher(Path(data_dir), bus, pace=Pace(*map(float, pace)))
    watching = asyncio.create_task(watcher.run())
    await watcher.ready()
    _say("ready", {})
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: _limit(sys.stdin.readline()))
    await watching


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
