"""The line drops while somebody is answered: the answer goes on, and what was typed is kept."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, start, texts, until, wait_status
from tests.support.fake_service import FakeService, Reply, Silence, answer, chunk
from tests.support.launch import program_environment
from tests.support.terminal import Terminal

QUESTION = "What is the longest story?"
END = b"data: [DONE]\n\n"
STORY = (chunk({"content": "Once upon"}), Silence(), chunk({"content": " a time."}, "stop"), END)
WHOLE = [("user", QUESTION), ("assistant", "Once upon a time.")]
DEADLINE = 60.0


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(Reply(STORY), answer(["The second answer."])) as running:
        yield running


def answering(tmp_path: Path, service: FakeService) -> Terminal:
    """A program in the middle of an answer, with something typed for later."""
    terminal = start(tmp_path, services={"fake": service.url})
    ready(terminal)
    ask(terminal, QUESTION)
    terminal.wait_for("Once upon")
    terminal.send("a draft for later")
    terminal.wait_for("a draft for later")
    return terminal


def test_the_answer_goes_on_without_a_terminal_and_another_window_shows_it(
    tmp_path: Path, service: FakeService
) -> None:
    with answering(tmp_path, service) as terminal:
        terminal.signal(signal.SIGHUP)
        until(lambda: terminal.restored() == [], "it has given the terminal back")
        with start(tmp_path, "-r", "last") as later:
            later.wait_for("Once upon")
            later.wait_for("a draft for later")
            wait_status(later, "answering")
            service.release()
            later.wait_for("Once upon a time.")
            wait_status(later, "ready")
            quit_cleanly(later)
        assert terminal.wait_exit(30).code == 0
        assert terminal.restored() == []
        assert terminal.left_running() == []
    assert texts(saved(tmp_path)[0]) == WHOLE


def test_what_waits_behind_the_answer_is_answered_too(tmp_path: Path, service: FakeService) -> None:
    with answering(tmp_path, service) as terminal:
        terminal.send("\r")
        terminal.wait_for("1 waiting")
        terminal.signal(signal.SIGHUP)
        service.release()
        assert terminal.wait_exit(30).code == 0
    assert texts(saved(tmp_path)[0]) == [
        *WHOLE,
        ("user", "a draft for later"),
        ("assistant", "The second answer."),
    ]


def test_who_is_to_end_after_all_ends_within_a_second_and_keeps_what_came(
    tmp_path: Path, service: FakeService
) -> None:
    with answering(tmp_path, service) as terminal:
        terminal.signal(signal.SIGHUP)
        until(lambda: terminal.restored() == [], "it has given the terminal back")
        assert terminal.process.ended is None
        terminal.signal(signal.SIGTERM)
        ended = terminal.wait_exit()
        assert (ended.code, ended.seconds < 1) == (0, True)
        assert terminal.left_running() == []
    assert texts(saved(tmp_path)[0]) == [("user", QUESTION), ("assistant", "Once upon")]


def test_who_answers_nobody_ends_at_once(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        ready(terminal)
        terminal.signal(signal.SIGHUP)
        assert terminal.wait_exit().code == 0
        assert terminal.restored() == []


@pytest.mark.parametrize("is_leader", [True, False], ids=["told", "not-told"])
def test_a_terminal_that_is_gone_takes_no_answer_along(
    tmp_path: Path, service: FakeService, is_leader: bool
) -> None:
    environment = program_environment(tmp_path, {"fake": service.url})
    environment |= {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    master, slave = pty.openpty()
    # Whose controlling terminal it is gets SIGHUP when it goes; the others find out by writing to it.
    login = (lambda: os.login_tty(slave)) if is_leader else None
    argv = [sys.executable, "-m", "oats_tui"]
    with subprocess.Popen(
        argv, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=tmp_path, preexec_fn=login
    ) as process:
        os.close(slave)
        try:
            _read_until(master, b"sk anything")
            os.write(master, QUESTION.encode() + b"\r")
            _read_until(master, b"Once")
            os.close(master)
            service.release()
            process.wait(DEADLINE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert texts(saved(tmp_path)[0]) == WHOLE


def _read_until(master: int, wanted: bytes) -> None:
    """Read what a program writes until something is in it."""
    shown, deadline = b"", time.monotonic() + DEADLINE
    while wanted not in shown:
        assert select.select([master], [], [], deadline - time.monotonic())[0], shown
        shown += os.read(master, 1 << 16)
