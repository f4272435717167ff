"""oats-tui with a meter in its event loop: `python -P watching_window.py FILE -- ARGUMENTS`.

A timer of the loop is due every 5 ms, and it is noted by how much it is late. At each SIGUSR1 the loop adds a line
of JSON to the file, which tells how often it was due since the line before, how late it was in the worst case and
how late in 999 of 1,000 cases, in ms; then it begins anew.

It is run by its path and imports nothing of the tests, so that it works wherever the program is installed.
"""

from __future__ import annotations

import asyncio
import json
import math
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

_TICK_SECONDS = 0.005


class Meter:
    """Notes how late the timers of an event loop are.

    Args:
        file: Where the lines go.
        loop: The loop.
    """

    def __init__(self, file: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._file = file
        self._loop = loop
        self._late: list[float] = []
        loop.add_signal_handler(signal.SIGUSR1, self._tell)
        self._timer = loop.call_later(_TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Note how late it is, and wait for the next time."""
        self._late.append(max(0.0, self._loop.time() - self._timer.when()) * 1000)
        self._timer = self._loop.call_later(_TICK_SECONDS, self._tick)

    def _tell(self) -> None:
        """Add a line to the file, and begin anew; what that costs is not noted."""
        # What is holding the loop up now belongs to this line: the timer may be due, and its turn still to come.
        self._late.append(max(0.0, self._loop.time() - self._timer.when()) * 1000)
        self._timer.cancel()
        late, self._late = sorted(self._late), []
        told = {"count": len(late), "worst": late[-1], "p999": late[math.ceil(0.999 * len(late)) - 1]}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        self._timer = self._loop.call_later(_TICK_SECONDS, self._tick)


def metered(file: Path) -> None:
    """Have every loop that `asyncio.run` runs metered."""
    run = asyncio.run

    async def main_with_meter(main: Coroutine[Any, Any, Any]) -> Any:
        meter = Meter(file, asyncio.get_running_loop())
        try:
            return await main
        finally:
            meter._timer.cancel()

    def run_with_meter(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
        return run(main_with_meter(main), **options)

    asyncio.run = run_with_meter


def main() -> int:
    """Run the program with the meter."""
    end = sys.argv.index("--")
    metered(Path(sys.argv[end - 1]))
    from oats_tui.cli import main as run

    return run(sys.argv[end + 1 :])


if __name__ == "__main__":
    sys.exit(main())
