"""A line that carries nothing any more, and tells nobody: the answer comes to its end, and no process is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, until, wait_status
from tests.ssh.logins import login, none_left, programs
from tests.ssh.test_drops import WHOLE, answers_to
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import FIRST, LAST
from tests.support.line import Line
from tests.support.processes import cost_of, tree
from tests.support.sshd import Sshd

QUESTION = "Tell me all of it. STREAM400"
PATIENCE = 2


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AnswerServer]:
    with AnswerServer(tmp_path / "events") as running:
        yield running


def processor_time(pid: int) -> float:
    """The seconds that a program and what it started have computed."""
    return cost_of(pid, tree(pid)).cpu or 0.0


def test_the_answer_goes_on_and_is_shown_once_the_line_carries_again(
    sshd: Sshd, home: Path, server: AnswerServer
) -> None:
    services = {"fake": server.base_url}
    with Line(sshd.port) as line, login(sshd, home, port=line.port, services=services) as terminal:
        ready(terminal)
        ask(terminal, QUESTION)
        terminal.wait_for(FIRST)
        line.hold()
        terminal.send("typed into the silence")
        until(lambda: answers_to(home, QUESTION) == [WHOLE], "the answer is on the disk")
        (pid,) = programs(home)
        before = processor_time(pid)
        terminal.pump(time.monotonic() + 3)
        assert processor_time(pid) - before < 0.5
        line.go_on()
        terminal.wait_for("typed into the silence")
        terminal.wait_for(LAST)
        wait_status(terminal, "ready")
        terminal.send("\x15\x0b")
        quit_cleanly(terminal)
    none_left(home)


def test_the_answer_goes_on_where_the_server_gives_the_line_up(home: Path, server: AnswerServer) -> None:
    folder = home / "sshd"
    folder.mkdir()
    services = {"fake": server.base_url}
    with (
        Sshd(folder, PATIENCE) as sshd,
        Line(sshd.port) as line,
        login(sshd, home, port=line.port, services=services) as terminal,
    ):
        ready(terminal)
        ask(terminal, QUESTION)
        terminal.wait_for(FIRST)
        terminal.send("the draft")
        terminal.wait_for("the draft")
        line.hold()
        until(lambda: answers_to(home, QUESTION) == [WHOLE], "the answer is on the disk")
        none_left(home)
        with login(sshd, home, "-r", "last") as later:
            later.wait_for("the draft")
            wait_status(later, "ready")
            quit_cleanly(later)
