"""Windows of the program on a folder in a storm: what they measure, and whether they show what is true."""

from __future__ import annotations

import difflib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.launch import READY, program_environment
from tests.support.processes import read_process
from tests.support.terminal import Terminal

_STARTER = Path(__file__).with_name("watching_window.py")
COLUMNS, ROWS = 120, 40
#: Columns of the list at that width.
LIST = 33
REGIONS = ("list", "messages", "status")
_TO_THE_LIST, _HOME = "\x13", "\x1b[H"
_PATIENCE = 30.0
_SILENCE = 1.0
_REDRAWN_SECONDS = 0.3
_POLL_SECONDS = 0.01
_MEBIBYTE = 1 << 20
_TROUBLE = re.compile(r" (?:ERROR|CRITICAL) |Traceback")


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the timers of a window's event loop were, in ms.

    Attributes:
        count: How many there were.
        worst: The latest.
        p999: The 99.9th percentile.
    """

    count: int
    worst: float
    p999: float


class Window(Terminal):
    """A running window with a meter in its event loop.

    Args:
        tmp_path: The folder given to `launch`.
        session_id: The session that it shows.
        name: What no other window of the folder is called.
    """

    def __init__(self, tmp_path: Path, session_id: str, name: str) -> None:
        self.session_id = session_id
        self._meter = tmp_path / f"meter-{name}.jsonl"
        environment = program_environment(tmp_path)
        argv = [sys.executable, "-P", str(_STARTER), str(self._meter), "--", "-r", session_id]
        super().__init__(argv, environment, environment["HOME"], columns=COLUMNS, rows=ROWS)

    def ready(self) -> None:
        """Wait until it shows the list and the session."""
        self.wait_for(READY)
        self.wait_gone("loading…")
        self.wait_gone("Opening the conversation…")

    def lateness(self) -> Lateness:
        """How late its event loop was since this was asked last, or since its start."""
        before = self._told()
        os.kill(self.pid, signal.SIGUSR1)
        deadline = time.monotonic() + _PATIENCE
        while len(told := self._told()) == len(before):
            assert time.monotonic() < deadline, self.describe("waited for the meter")
            time.sleep(_POLL_SECONDS)
        return Lateness(**json.loads(told[-1]))

    def memory(self) -> float:
        """Resident memory of its process, in MiB."""
        process = read_process(self.pid)
        assert process is not None, self.describe("there is no process")
        return process.pages * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE

    def descriptors(self) -> int:
        """How many file descriptors its process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def settled(self) -> float:
        """Wait until it has been silent for a while; returns the monotonic time of the last output, in seconds."""
        return self.quiet(_SILENCE, _PATIENCE)

    def regions(self) -> dict[str, list[str]]:
        """The list, the messages with the input, and the status bar, each as its lines.

        Without the mark of the position at the right edge: it goes by the heights of messages that nobody has
        looked at yet, and these are estimates.
        """
        *body, status = self.lines
        return {
            "list": [line[:LIST].rstrip() for line in body],
            "messages": [line[LIST : COLUMNS - 1].rstrip() for line in body],
            "status": [status],
        }

    def _told(self) -> list[str]:
        """The lines of the meter so far."""
        return self._meter.read_text("utf-8").splitlines() if self._meter.exists() else []


def differences(one: Window, other: Window, regions: Sequence[str] = REGIONS) -> str:
    """How the screens of two windows differ, region by region, as a diff; empty if they show the same."""
    ours, others = one.regions(), other.regions()
    found = []
    for region in regions:
        lines = ours[region]
        diff = difflib.unified_diff(
            others[region], lines, f"{region}, fresh", f"{region}, watching", "", "", 1, ""
        )
        found += list(diff)
    return "\n".join(found)


def wait_equal(one: Window, fresh: Window, what: str, regions: Sequence[str] = REGIONS) -> None:
    """Wait until two windows show the same. Raises AssertionError, with the difference, if they do not."""
    deadline = time.monotonic() + _PATIENCE
    while difference := differences(one, fresh, regions):
        assert time.monotonic() < deadline, f"{what}, after {_PATIENCE:g} s:\n{difference}"
        for window in (one, fresh):
            window.pump(time.monotonic() + 0.1)


def compare(tmp_path: Path, window: Window, sessions: int, name: str) -> None:
    """See that a window shows what a freshly started one shows: as it is, and with a screen as high as the list.

    Where a list is scrolled to is its reader's business, so both are brought to their top.

    Args:
        tmp_path: The folder given to `launch`.
        window: The window, after it has settled.
        sessions: How many sessions there are.
        name: What no window of the folder was called yet.

    Raises:
        AssertionError: It does not; with the difference.
    """
    with Window(tmp_path, window.session_id, name) as fresh:
        fresh.ready()
        fresh.settled()
        wait_equal(window, fresh, f"{name}: what is read differs", ("messages", "status"))
        for each in (window, fresh):
            each.send(_TO_THE_LIST)
            # A key that comes before the list has been reached is another's; after it there is something to draw.
            each.quiet(_REDRAWN_SECONDS, _PATIENCE)
            each.send(_HOME)
        wait_equal(window, fresh, f"{name}: the screens differ")
        for each in (window, fresh):
            each.resize(COLUMNS, sessions + ROWS)
            each.quiet(_REDRAWN_SECONDS, _PATIENCE)
        wait_equal(window, fresh, f"{name}: the whole list or the whole conversation differs")
        assert _shown(fresh) == sessions, fresh.describe("rows are missing in the list")
        window.resize(COLUMNS, ROWS)
        end(fresh)


def _shown(window: Window) -> int:
    """How many lines of the list hold a session."""
    return sum(bool(line.strip()) for line in window.regions()["list"])


def end(window: Window) -> None:
    """Quit by ctrl+q, and see that nothing is amiss: no code, no changed terminal, no process."""
    window.send("\x11")
    assert window.wait_exit(30).code == 0, window.describe("did not end as it should")
    assert window.restored() == []
    assert window.left_running() == []


def log_of(tmp_path: Path) -> list[str]:
    """The lines of the program's log, in a home that `launch` made, the older part first."""
    folder = tmp_path / "home" / ".local" / "state" / "oats-tui" / "log"
    found = sorted(folder.glob("oats-tui.log*"), reverse=True)
    assert found, "there is no log"
    return [line for path in found for line in path.read_text("utf-8").splitlines()]


def troubles(tmp_path: Path) -> list[str]:
    """The lines of the log that tell of an exception or of worse."""
    return [line for line in log_of(tmp_path) if _TROUBLE.search(line)]


def all_alive(windows: Sequence[Window]) -> None:
    """See that every window is running."""
    for window in windows:
        assert window.process.ended is None, window.describe("a window has ended")
