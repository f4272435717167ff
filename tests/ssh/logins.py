"""Logging in over ssh, as a person does who has the program on another machine."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.driving import until
from tests.support.launch import program_environment
from tests.support.replies import KNOWN
from tests.support.sshd import Sshd, on_other_side
from tests.support.terminal import Terminal

ON_OTHER_SIDE = {"LANG": "C.UTF-8", "COLORTERM": "truecolor", "TZ": "UTC"}
_SECONDS = 30.0


def command(
    sshd: Sshd,
    tmp_path: Path,
    *args: str,
    port: int | None = None,
    before: tuple[str, ...] = (),
    services: Mapping[str, str] | None = None,
) -> list[str]:
    """The command that logs in and starts oats-tui there, in a home of its own.

    Args:
        sshd: The server.
        tmp_path: See `launch`.
        *args: See `launch`.
        port: Where the line to the server begins; None without one.
        before: What stands before the program on its command line, such as `nohup`.
        services: See `launch`.
    """
    environment = program_environment(tmp_path, services) | ON_OTHER_SIDE
    argv = [*before, sys.executable, "-m", "oats_tui", *args]
    return sshd.client(on_other_side(environment["HOME"], environment, *argv), port=port)


def login(
    sshd: Sshd,
    tmp_path: Path,
    *args: str,
    port: int | None = None,
    before: tuple[str, ...] = (),
    services: Mapping[str, str] | None = None,
    known: Collection[int] = KNOWN,
) -> Terminal:
    """Log in and start oats-tui there; see `command` and `Terminal`."""
    argv = command(sshd, tmp_path, *args, port=port, before=before, services=services)
    return Terminal(argv, {}, tmp_path, known=known)


def login_twice(sshd: Sshd, tmp_path: Path, port: int, services: Mapping[str, str]) -> Terminal:
    """Log in over a line, and once that has dropped, again without it and with `-r last`, in one terminal."""
    first = command(sshd, tmp_path, port=port, services=services)
    again = command(sshd, tmp_path, "-r", "last")
    return Terminal(["sh", "-c", f"{shlex.join(first)}; exec {shlex.join(again)}"], {}, tmp_path)


def running(tmp_path: Path) -> list[int]:
    """The numbers of the living processes that were started with the home below a folder."""
    mark = f"HOME={tmp_path / 'home'}".encode()
    found = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and mark in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                found.append(int(name))
    return sorted(found)


def programs(tmp_path: Path) -> list[int]:
    """Those of the running processes that are oats-tui."""
    found = []
    for pid in running(tmp_path):
        with contextlib.suppress(OSError):
            if Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")[1:3] == [b"-m", b"oats_tui"]:
                found.append(pid)
    return found


def none_left(tmp_path: Path, seconds: float = _SECONDS) -> None:
    """Wait until nothing runs any more. Raises AssertionError if something does."""
    until(lambda: running(tmp_path) == [], "no process is left", seconds)


@contextmanager
def tidied(tmp_path: Path) -> Iterator[Path]:
    """Kill in the end what still runs with the home below a folder."""
    try:
        yield tmp_path
    finally:
        deadline = time.monotonic() + _SECONDS
        while (left := running(tmp_path)) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
