"""A real program in a real pseudo-terminal, driven by keys and read off its screen.

    with Terminal([sys.executable, "-m", "oats_tui"], env={"HOME": str(home)}, cwd=home) as terminal:
        terminal.wait_for("Ask anything")
        terminal.type("What is a sieve?")
        terminal.send("\r")

Whatever happens in the block, nothing of the program is left running after it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from tests.support.display import Display
from tests.support.processes import Cost
from tests.support.pty_process import PtyProcess
from tests.support.replies import KNOWN

# What a program may inherit from the test's own environment.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "USER", "LOGNAME")
_FIXED = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TZ": "UTC"}


class Exit(NamedTuple):
    """How a program ended.

    Attributes:
        code: Its exit code, or minus the number of the signal that ended it.
        seconds: Time from the last keys or signal it was sent to its end.
    """

    code: int
    seconds: float


class Terminal(Display):
    """Runs a program until the block ends; then kills what is left of it.

    Args:
        argv: The program and its arguments.
        env: Variables beside `PATH` and what a terminal sets itself (`TERM`, `COLORTERM`, `LANG`, `TZ`).
        cwd: The folder it starts in.
        columns: Width of the terminal in cells.
        rows: Height of the terminal in cells.
        known: The private modes that the terminal says it knows.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | os.PathLike[str],
        columns: int = 120,
        rows: int = 40,
        known: Collection[int] = KNOWN,
    ) -> None:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        process = PtyProcess(
            argv, inherited | _FIXED | dict(env), os.fspath(cwd), columns=columns, rows=rows, known=known
        )
        super().__init__(process, columns, rows)
        self._last_sent = process.started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The number of the program's process."""
        return self.process.pid

    @property
    def started(self) -> float:
        """The monotonic time at which the program was started, in seconds."""
        return self.process.started

    def send(self, keys: str | bytes) -> float:
        """Press keys: what a terminal would send for them, in one piece.

        Returns:
            The monotonic time just before they were written, in seconds.
        """
        data = keys.encode() if isinstance(keys, str) else keys
        self._last_sent = time.monotonic()
        self.process.write(data)
        return self._last_sent

    def type(self, text: str, pause: float = 0.0) -> None:
        """Press the keys of `text` one by one, with `pause` seconds after each."""
        for character in text:
            pressed = self.send(character)
            self.pump(pressed + pause)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size in cells, as a person does who pulls at the window's corner."""
        self._draw_all()
        self.emulator.resize(columns, rows)
        self.process.set_size(columns, rows)

    def signal(self, number: int) -> None:
        """Send the program's own process a signal."""
        self._last_sent = time.monotonic()
        os.kill(self.pid, number)

    def cost(self) -> Cost:
        """What the program's processes have used so far."""
        return self.process.cost()

    def wait_exit(self, timeout: float = 10.0) -> Exit:
        """Wait for the program's end.

        Raises:
            AssertionError: It still runs after `timeout` seconds. Shows the screen.
        """
        self.process.processes()  # remember them: what outlives the program is recognised by this
        deadline = time.monotonic() + timeout
        self.pump(deadline)
        ended = self.process.ended
        if ended is None:
            raise AssertionError(self.describe(f"waited {timeout:g} s for its end"))
        return Exit(ended.code, ended.time - self._last_sent)

    def restored(self) -> list[str]:
        """What the program has changed of the terminal and not changed back, in words; empty if nothing."""
        self._draw_all()
        return self.emulator.changed_modes() + self.process.changed_settings()

    def left_running(self) -> list[int]:
        """Numbers of the processes the program has started, other than itself, that are running."""
        return sorted(process.pid for process in self.process.processes() if process.pid != self.pid)

    def close(self) -> None:
        """Kill what is left of the program and give the terminal back. May be called again."""
        self.process.close()
