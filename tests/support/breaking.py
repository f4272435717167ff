"""oats-tui with something that goes wrong in it: `python -P breaking.py WHAT -- ARGUMENTS`.

`start`: before the screen is up. `handler`: at the key F9. `worker`, `thread`: likewise, in one. `output`: the
thread that writes to the terminal. `input`: the one that reads from it, at the next key. `memory`: at F9 no more
memory is to be had, and much is asked for. `memory lost`: nor is any given up again.

It is run by its path and imports nothing of the tests, so that it works wherever the program is installed.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

SECRET = "sk-the-secret-key"
"""Words of an error and the value of a variable, which no report may hold."""

_ROOM = 24 << 20
_PIECE = 1 << 12
_LOST: list[bytearray] = []


def fail() -> None:
    """Raise what nobody foresaw, with a key among the local variables."""
    key = SECRET
    raise ZeroDivisionError(f"asked with {key}")


def at_start() -> None:
    """Have the screen fail before it is up."""
    from oats_tui import compose

    def app(*_: object) -> Any:
        fail()

    compose._app = app  # type: ignore[assignment] # it never returns


def at_key(work: str) -> None:
    """Have something fail at the key F9."""
    from oats_tui.ui.screens.chat import ChatScreen

    typed = ChatScreen.on_key

    def on_key(self: ChatScreen, event: Any) -> None:
        if event.key == "f9":
            WORKS[work](self)
        else:
            typed(self, event)

    ChatScreen.on_key = on_key  # type: ignore[method-assign]


def in_worker(screen: Any) -> None:
    """Fail in a worker."""

    async def work() -> None:
        fail()

    screen.run_worker(work())


def in_thread(_: Any) -> None:
    """Fail in a thread."""
    threading.Thread(target=fail, name="of-the-test").start()


def without_memory(screen: Any) -> None:
    """Ask for more memory than there is from now on."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + _ROOM, used + _ROOM))
    held = screen if isinstance(screen, list) else []
    while True:
        held.append(bytearray(_PIECE))


def with_memory_lost(_: Any) -> None:
    """Likewise, and what was taken stays taken."""
    without_memory(_LOST)


def in_output(screen: Any) -> None:
    """Have the thread fail that writes to the terminal."""
    screen.app._driver._writer_thread._file = None
    screen.app._driver._writer_thread._queue.put(7)


def in_input(screen: Any) -> None:
    """Have the thread fail that reads from the terminal."""

    def read() -> bytes:
        fail()
        return b""

    screen.app._driver._read = read


WORKS = {
    "input": in_input,
    "handler": lambda _: fail(),
    "worker": in_worker,
    "thread": in_thread,
    "memory": without_memory,
    "memory lost": with_memory_lost,
    "output": in_output,
}


def main() -> int:
    """Have something go wrong, and run the program."""
    what, _, *arguments = sys.argv[1:]
    if what == "start":
        at_start()
    else:
        at_key(what)
    from oats_tui.cli import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
