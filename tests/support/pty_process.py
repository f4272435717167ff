"""A program running in a pseudo-terminal: its bytes with the moment each was read, its processes, its end."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tests.support.processes import Cost, Process, cost_of, read_process, tree
from tests.support.replies import LONGEST_QUESTION, answers

# How long an answer waits for room, in seconds.
_PATIENCE = 0.5
_READ_SIZE = 1 << 16
_KILL_SECONDS = 5.0
_CELL_PIXELS = (9, 18)
# Signals a test runner may have set aside for itself and a program must find as they are in a fresh terminal.
_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP, signal.SIGPIPE)
_CHANGE_FOLDER = 'cd -- "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that one read brought, and the monotonic time in seconds at which it returned."""

    time: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """Monotonic time of a program's end, its code (or minus the signal), and its CPU seconds."""

    time: float
    code: int
    cpu: float


class PtyProcess:
    """A program that leads a session of its own with a pseudo-terminal as its controlling terminal.

    One thread only reads, notes the time and answers what a terminal answers; another waits for the end.

    Args:
        argv: The program and its arguments.
        env: Its whole environment.
        cwd: The folder it starts in.
        columns: Width of the terminal in cells.
        rows: Height of the terminal in cells.
        known: The private modes that the terminal says it knows.

    Attributes:
        pid: The number of the program's process.
        started: The monotonic time of its start, in seconds.
        chunks: What was read so far. Only grows.
        changed: Notified when `chunks` has grown and when the program has ended.
        ended: How it ended; None while it runs.
    """

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str,
        *,
        columns: int,
        rows: int,
        known: Collection[int],
    ) -> None:
        self.chunks: list[Chunk] = []
        self._known = known
        self.changed = threading.Condition()
        self.ended: Ended | None = None
        self._seen: set[tuple[int, int]] = set()
        self._closed = False
        self._master, self._slave = os.openpty()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._master, False)
        self.set_size(columns, rows)
        self._settings = termios.tcgetattr(self._slave)
        name = os.ttyname(self._slave)
        self.started = time.monotonic()
        # The new session comes before the files: opening its first terminal makes that the controlling one.
        self.pid = os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", _CHANGE_FOLDER, cwd, *argv],
            dict(env),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=_SIGNALS,
        )
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._wait)]
        for thread in self._threads:
            thread.start()

    def write(self, data: bytes, *, seconds: float = 10.0) -> None:
        """Give the program `data` to read.

        Raises:
            TimeoutError: It did not read enough of it for the rest to fit in the terminal's queue.
        """
        deadline = time.monotonic() + seconds
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(f"the program left {len(data)} bytes of its input unread") from None
                select.select([], [self._master], [], remaining)

    def set_size(self, columns: int, rows: int) -> None:
        """Set the terminal's size in cells; the kernel tells the program by SIGWINCH."""
        width, height = _CELL_PIXELS
        size = struct.pack("HHHH", rows, columns, columns * width, rows * height)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def changed_settings(self) -> list[str]:
        """Which settings of the terminal driver are not as they were at the start."""
        now = termios.tcgetattr(self._slave)
        names = (
            "input flags",
            "output flags",
            "control flags",
            "local flags",
            "speed",
            "speed",
            "special keys",
        )
        return sorted({name for name, a, b in zip(names, self._settings, now, strict=True) if a != b})

    def processes(self) -> list[Process]:
        """The program's living processes, also those that have left its tree since the last call."""
        found: dict[tuple[int, int], Process] = {}
        # Once the program has been waited for, its number may be another's.
        if self.ended is None or read_process(self.pid) is None:
            found = {process.key: process for process in tree(self.pid)}
        for key in self._seen - found.keys():
            process = read_process(key[0])
            if process is not None and process.key == key:
                found[key] = process
        self._seen.update(found)
        return list(found.values())

    def cost(self) -> Cost:
        """What the program has used until now, or until its end."""
        cost = cost_of(self.pid, self.processes())
        ended = self.ended
        if ended is None or cost.cpu is None:
            return cost
        return Cost(cost.cpu + ended.cpu, 0.0, cost.tree_rss, cost.processes)

    def close(self) -> None:
        """Kill what is left of the program and give the terminal back. May be called again."""
        if self._closed:
            return
        self._closed = True
        self._kill()
        os.write(self._waker, b"x")
        for thread in self._threads:
            thread.join(_KILL_SECONDS)
        for descriptor in (self._master, self._slave, self._wake, self._waker):
            os.close(descriptor)

    def _kill(self) -> None:
        """Kill the tree until nothing of it lives: what is dying may have started another process."""
        deadline = time.monotonic() + _KILL_SECONDS
        while time.monotonic() < deadline:
            living = self.processes()
            if self.ended is not None and not living:
                return
            for pid in {process.pid for process in living} | ({self.pid} if self.ended is None else set()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            with self.changed:
                self.changed.wait(0.02)

    def _read(self) -> None:
        """Read until told to stop; note the time of each read before anything else is done."""
        tail = b""
        while True:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                data = os.read(self._master, _READ_SIZE)
            except BlockingIOError:
                continue
            now = time.monotonic()
            with self.changed:
                self.chunks.append(Chunk(now, data))
                self.changed.notify_all()
            self.answer(answers(tail + data, len(tail), self._known))
            tail = (tail + data)[-LONGEST_QUESTION:]

    def answer(self, data: bytes) -> None:
        """Send what a terminal says by itself. It is lost if the input stays full: the reader cannot wait long."""
        deadline = time.monotonic() + _PATIENCE
        while data and select.select([], [self._master], [], max(0.0, deadline - time.monotonic()))[1]:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return

    def _wait(self) -> None:
        """Wait for the program's end."""
        _, status, usage = os.wait4(self.pid, 0)
        now = time.monotonic()
        with self.changed:
            self.ended = Ended(now, os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime)
            self.changed.notify_all()
