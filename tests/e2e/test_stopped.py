"""A program that was stopped goes on as it was, and one whose terminal is gone ends."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.driving import quit_cleanly, ready, start, until, write_session
from tests.support.launch import program_environment

DEADLINE = 60.0

TYPED = "abcdefghijklmnopqrstuvwxyz"


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def is_stopped(pid: int) -> bool:
    """Whether a process has been stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


def test_who_was_stopped_and_goes_on_reads_each_key_once(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, "A session", [("user", "Words to be seen")])
    with start(tmp_path, "-r", identifier) as window:
        ready(window)
        window.wait_for("Words to be seen")
        # The index has threads of its own, which come once the list is there.
        window.quiet(1.5)
        before = threads(window.pid)
        for _ in range(3):
            window.signal(signal.SIGSTOP)
            until(lambda: is_stopped(window.pid), "it has stopped")
            window.signal(signal.SIGCONT)
            window.send("x")
            window.wait_for("x")
            window.send("\x7f")
        window.wait_for("Words to be seen")
        window.send(TYPED)
        window.wait_for(TYPED)
        until(lambda: threads(window.pid) <= before + 1, "no thread was left behind")
        # Until the terminal is taken again, the system itself echoes letters, and keeps ctrl+q to itself.
        window.quiet(0.5)
        quit_cleanly(window)


def test_who_has_no_terminal_any_more_ends_although_nobody_tells_it(tmp_path: Path) -> None:
    environment = program_environment(tmp_path)
    master, slave = pty.openpty()
    argv = [sys.executable, "-m", "oats_tui"]
    # Not its controlling terminal, so the system sends no SIGHUP when it goes.
    with subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=tmp_path) as process:
        os.close(slave)
        shown, deadline = b"", time.monotonic() + DEADLINE
        while b"sk anything" not in shown:  # the cursor is drawn over the first letter
            assert select.select([master], [], [], deadline - time.monotonic())[0], shown
            shown += os.read(master, 1 << 16)
        os.close(master)
        try:
            process.wait(DEADLINE)
        finally:
            process.kill()
    assert process.returncode is not None
    assert process.returncode >= 0, "it was killed by the test"
