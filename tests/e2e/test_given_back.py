"""However the program ends, the terminal is as it was, and a report tells what nobody foresaw."""

from __future__ import annotations

import signal
import stat
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.driving import ready, start, until
from tests.support.breaking import SECRET
from tests.support.launch import QUIT, program_environment
from tests.support.terminal import Terminal

BREAKING = Path(__file__).parents[1] / "support" / "breaking.py"
F9 = "\x1b[20~"
DRAFT = "a draft of mine"
TOLD = "oats-tui: An error happened that nobody foresaw. Your conversations are kept. The report: "


def breaking(tmp_path: Path, what: str, **env: str) -> Terminal:
    """The program with something that goes wrong in it."""
    environment = program_environment(tmp_path) | {"XDG_STATE_HOME": str(tmp_path / "state")} | env
    argv = [sys.executable, "-P", str(BREAKING), what, "--"]
    return Terminal(argv, environment, environment["HOME"])


def reports(tmp_path: Path) -> list[Path]:
    """The reports that were written."""
    return sorted((tmp_path / "state" / "oats-tui" / "crash").glob("*"))


def last_line(terminal: Terminal) -> str:
    """The last line that was written, however the terminal broke it."""
    return terminal.raw.decode().replace("\r", "").rstrip("\n").rpartition("\n")[2].rpartition("\x1b")[2]


def check_report(tmp_path: Path, terminal: Terminal, *said: str) -> None:
    """One report, private, named on one line, with where it happened and nothing that is private."""
    (path,) = reports(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert [part for part in (*said, "python ", "textual ", "TERM=xterm-256color") if part not in text] == []
    assert [part for part in (SECRET, DRAFT, "a-token", str(tmp_path)) if part in text] == []
    line = last_line(terminal)
    assert (TOLD + str(path)).endswith(line[line.find("oats-tui: ") :])
    assert terminal.raw.count(TOLD.encode()) == 1
    assert SECRET.encode() not in terminal.raw
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("what", ["handler", "worker"])
def test_an_unforeseen_error_ends_it_in_good_order(tmp_path: Path, what: str) -> None:
    with breaking(tmp_path, what, OPENAI_API_KEY="a-token") as terminal:
        ready(terminal)
        terminal.send(DRAFT)
        terminal.wait_for(DRAFT)
        terminal.send(F9)
        assert terminal.wait_exit(30).code == 1
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "ZeroDivisionError", "breaking.py", "in fail")


def test_an_error_at_the_start(tmp_path: Path) -> None:
    with breaking(tmp_path, "start") as terminal:
        assert terminal.wait_exit(30).code == 1
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "ZeroDivisionError", "compose.py")


def test_an_error_in_a_thread_is_told_at_the_end(tmp_path: Path) -> None:
    with breaking(tmp_path, "thread") as terminal:
        ready(terminal)
        terminal.send(F9)
        until(lambda: len(reports(tmp_path)) == 1, "the report is written")
        terminal.send(DRAFT)
        terminal.wait_for(DRAFT)
        assert "Traceback" not in terminal.screen()
        terminal.send(QUIT)
        assert terminal.wait_exit(30).code == 0
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "ZeroDivisionError", "in: the thread of-the-test")


def test_the_end_of_the_thread_that_writes_ends_the_program(tmp_path: Path) -> None:
    with breaking(tmp_path, "output") as terminal:
        ready(terminal)
        terminal.send(F9)
        until(lambda: len(reports(tmp_path)) == 1, "the report is written")
        assert terminal.wait_exit(30).code == 1
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "in: the thread textual-output")


def test_the_end_of_the_thread_that_reads_ends_the_program(tmp_path: Path) -> None:
    with breaking(tmp_path, "input") as terminal:
        ready(terminal)
        terminal.send(F9)
        terminal.pump(time.monotonic() + 0.5)
        terminal.send("x")
        until(lambda: len(reports(tmp_path)) == 1, "the report is written")
        assert terminal.wait_exit(30).code == 1
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "ZeroDivisionError", "in: the thread textual-input")


@pytest.mark.parametrize("what", ["memory", "memory lost"])
def test_without_memory_it_ends_in_good_order(tmp_path: Path, what: str) -> None:
    with breaking(tmp_path, what) as terminal:
        ready(terminal)
        terminal.send(F9)
        assert terminal.wait_exit(60).code == 1
        assert terminal.restored() == []
        check_report(tmp_path, terminal, "MemoryError")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT, signal.SIGUSR1])
def test_signals(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")}) as terminal:
        ready(terminal)
        terminal.send(DRAFT)
        terminal.wait_for(DRAFT)
        terminal.signal(number)
        assert terminal.wait_exit(30).code == 0
        assert terminal.restored() == []
        assert terminal.left_running() == []
        assert reports(tmp_path) == []
        assert b"Traceback" not in terminal.raw
    with start(tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")}) as terminal:
        terminal.wait_for(DRAFT)


def test_a_signal_while_it_starts(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        terminal.wait_for(lambda _: b"\x1b[?1049h" in terminal.raw)
        terminal.signal(signal.SIGINT)
        terminal.wait_exit(30)
        assert terminal.restored() == []
        assert b"Traceback" not in terminal.raw
