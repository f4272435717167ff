"""oats-tui with one of its parts taken away: `python -P hooked.py PART… -- ARGUMENTS`.

`engine`: the engine of the embedded model is not installed. `watcher`: nobody watches the folder, and SIGUSR1
makes the program publish `session.updated` for every session that is there, from a callback of its own loop.
`rights`: being root opens no file that others may not open.

It is run by its path and imports nothing of the tests, so that it works wherever the program is installed.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib.util
import os
import signal
import sys
from importlib.machinery import ModuleSpec

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def without_engine() -> None:
    """Have the engine found nowhere."""
    find_spec = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name.partition(".")[0] == "xllamacpp" else find_spec(name, package)

    importlib.util.find_spec = find


def without_watcher() -> None:
    """Have the watcher only say that it is ready."""
    from oats_tui.core.bus import Event, EventType, bus
    from oats_tui.session.session import list_sessions
    from oats_tui.watch.folder import FolderWatcher

    running: set[asyncio.Task[None]] = set()

    async def publish() -> None:
        for info in await list_sessions():
            await bus.publish(Event(EventType.SESSION_UPDATED, {"session_id": info.id}, source="test"))

    async def run(self: FolderWatcher) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, lambda: running.add(loop.create_task(publish())))
        self._ready.set()
        await asyncio.Event().wait()

    FolderWatcher.run = run  # type: ignore[method-assign]


def without_rights() -> None:
    """Have the program started anew, without what lets root pass over the modes of files."""
    if os.geteuid() != 0 or "OATS_TUI_TEST_RIGHTS" in os.environ:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "the rights of root could not be given up")
    # They go with the next program that is started in this process.
    environment = {**os.environ, "OATS_TUI_TEST_RIGHTS": "given up"}
    os.execve(sys.executable, [sys.executable, "-P", *sys.argv], environment)


PARTS = {"rights": without_rights, "engine": without_engine, "watcher": without_watcher}


def main() -> int:
    """Take the parts away, then run the program."""
    end = sys.argv.index("--")
    for part in sys.argv[1:end]:
        PARTS[part]()
    from oats_tui.cli import main as run

    return run(sys.argv[end + 1 :])


if __name__ == "__main__":
    sys.exit(main())
