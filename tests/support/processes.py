"""The processes below one, and what they cost, as the kernel counts it in /proc.

Where there is no /proc (macOS), trees are empty and costs unknown (None).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program has used since it was started.

    Attributes:
        cpu: Seconds of processor time of the whole tree, and of children that have ended.
        rss: Resident memory of the program's own process, in MiB. 0 once it has ended.
        tree_rss: The same, of all processes of the tree added up.
        processes: How many processes are running.
    """

    cpu: float | None
    rss: float | None
    tree_rss: float | None
    processes: int | None


UNKNOWN = Cost(None, None, None, None)


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the kernel's table of processes.

    Attributes:
        pid: Number of the process.
        parent: Number of the process it belongs to.
        session: Number of the session (the terminal's) it belongs to.
        started: When it was started, in clock ticks since boot; with `pid` it names a process for good.
        ticks: Processor time, in clock ticks.
        pages: Resident memory, in pages.
    """

    pid: int
    parent: int
    session: int
    started: int
    ticks: int
    pages: int

    @property
    def key(self) -> tuple[int, int]:
        """What no other process has: numbers are used again, starting times with them are not."""
        return self.pid, self.started


def available() -> bool:
    """Whether this system tells about processes in /proc."""
    return (_PROC / "self" / "stat").exists()


def read_process(pid: int) -> Process | None:
    """The process with this number, or None if there is none, or only what waits to be collected of it."""
    try:
        line = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name stands in brackets and may itself hold blanks and brackets.
    fields = line[line.rindex(b")") + 2 :].split()
    if fields[0] in (b"Z", b"X"):
        return None
    return Process(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        started=int(fields[19]),
        ticks=sum(int(field) for field in fields[11:15]),
        pages=int(fields[21]),
    )


def tree(root: int) -> list[Process]:
    """The process `root`, all below it, and all of its session. Empty where there is no /proc."""
    if not available():
        return []
    found = [read_process(int(name)) for name in os.listdir(_PROC) if name.isdigit()]
    everything = [process for process in found if process is not None]
    members = {process.pid for process in everything if root in (process.pid, process.session)}
    grown = True
    while grown:
        below = {process.pid for process in everything if process.parent in members}
        grown = not below <= members
        members |= below
    return [process for process in everything if process.pid in members]


def cost_of(root: int, processes: list[Process]) -> Cost:
    """What the processes of the tree below `root` cost together."""
    if not available():
        return UNKNOWN
    megabytes = {process.pid: process.pages * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE for process in processes}
    return Cost(
        cpu=sum(process.ticks for process in processes) / os.sysconf("SC_CLK_TCK"),
        rss=megabytes.get(root, 0.0),
        tree_rss=sum(megabytes.values()),
        processes=len(processes),
    )
