"""Inside a real tmux at the other end of ssh: detached, attached, and its client or server killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, ready, saved, status, texts, until
from tests.ssh.logins import ON_OTHER_SIDE, login, none_left, programs
from tests.support.fake_service import FakeService, Reply, Silence, chunk
from tests.support.launch import program_environment
from tests.support.line import Line
from tests.support.sshd import Sshd, on_other_side
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="not installed: tmux")

DETACH = "\x02d"
QUESTION = "What is the longest story?"
DRAFT = "a draft for later"
DONE = b"data: [DONE]\n\n"
STORY = (chunk({"content": "Once upon"}), Silence(), chunk({"content": " a time."}, "stop"), DONE)
WHOLE = [("user", QUESTION), ("assistant", "Once upon a time.")]


class Tmux:
    """A tmux server that every login attaches to.

    Args:
        sshd: Where to log in.
        home: See `login`.
        folder: For its socket, whose path must be short.
    """

    def __init__(self, sshd: Sshd, home: Path, folder: Path) -> None:
        self._sshd = sshd
        self._home = home
        self._socket = folder / "socket"

    def login(self, service: FakeService, port: int | None = None) -> Terminal:
        """Log in and attach to the session; where there is none, begin it with the program."""
        environment = program_environment(self._home, {"fake": service.url}) | ON_OTHER_SIDE
        words = ("-u", "-S", str(self._socket), "-f", "/dev/null", "new-session", "-A", "-s", "chat")
        argv = ["tmux", *words, f"{sys.executable} -m oats_tui"]
        there = on_other_side(environment["HOME"], environment, *argv)
        return Terminal(self._sshd.client(there, port=port), {}, self._home)

    def do(self, *arguments: str) -> str:
        """Run a command of tmux; returns what it prints."""
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(Reply(STORY)) as running:
        yield running


@pytest.fixture
def tmux(sshd: Sshd, home: Path) -> Iterator[Tmux]:
    with tempfile.TemporaryDirectory(prefix="tmux-") as folder:
        server = Tmux(sshd, home, Path(folder))
        yield server
        with contextlib.suppress(subprocess.CalledProcessError):
            server.do("kill-server")


def answering(terminal: Terminal) -> None:
    """Have a question answered, and type something meanwhile."""
    ready(terminal)
    ask(terminal, QUESTION)
    terminal.wait_for("Once upon")
    terminal.send(DRAFT)
    terminal.wait_for(DRAFT)


def attached_again(tmux: Tmux, home: Path, service: FakeService, left: list[int]) -> None:
    """Attach again: the same program shows the answer that has come meanwhile, and quits in good order."""
    service.release()
    until(lambda: bool(saved(home)) and texts(saved(home)[0]) == WHOLE, "the answer is on disk")
    assert programs(home) == left
    with tmux.login(service) as later:
        later.wait_for("Once upon a time.")
        later.wait_for(DRAFT)
        assert "ready" in status(later) or later.wait_for("ready")
        later.send("\x11")
        assert later.wait_exit().code == 0
        assert later.restored() == []
    none_left(home)


def test_who_is_detached_answers_on_and_is_attached_again(tmux: Tmux, home: Path, service: FakeService) -> None:
    with tmux.login(service) as terminal:
        answering(terminal)
        left = programs(home)
        terminal.send(DETACH)
        assert terminal.wait_exit().code == 0
        assert terminal.restored() == []
    attached_again(tmux, home, service, left)


def test_a_line_that_drops_takes_no_tmux_along(sshd: Sshd, tmux: Tmux, home: Path, service: FakeService) -> None:
    with Line(sshd.port) as line, tmux.login(service, line.port) as terminal:
        answering(terminal)
        left = programs(home)
        line.cut()
        assert terminal.wait_exit().code == 255
    attached_again(tmux, home, service, left)


def test_a_client_that_is_killed_takes_no_program_along(tmux: Tmux, home: Path, service: FakeService) -> None:
    with tmux.login(service) as terminal:
        answering(terminal)
        left = programs(home)
        os.kill(int(tmux.do("list-clients", "-F", "#{client_pid}")), signal.SIGKILL)
        terminal.wait_exit()
    attached_again(tmux, home, service, left)


def test_a_server_that_is_killed_takes_no_answer_along(
    sshd: Sshd, tmux: Tmux, home: Path, service: FakeService
) -> None:
    with tmux.login(service) as terminal:
        answering(terminal)
        os.kill(int(tmux.do("display-message", "-p", "#{pid}")), signal.SIGKILL)
        terminal.wait_exit()
    assert len(programs(home)) == 1
    with login(sshd, home, "-r", "last") as later:
        later.wait_for("Once upon")
        later.wait_for(DRAFT)
        service.release()
        later.wait_for("Once upon a time.")
        until(lambda: len(programs(home)) == 1, "who answered has left")
        later.send("\x11")
        assert later.wait_exit().code == 0
    none_left(home)
    assert texts(saved(home)[0]) == WHOLE
