"""Through a real mosh: its client killed, and its server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.driving import ask, ready, saved, texts, until
from tests.ssh.logins import ON_OTHER_SIDE, login, none_left, programs, running
from tests.support.fake_service import FakeService, Reply, Silence, chunk
from tests.support.launch import program_environment
from tests.support.sshd import Sshd, on_other_side
from tests.support.terminal import Terminal

_ABSENT = [name for name in ("mosh-server", "mosh-client") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(_ABSENT), reason=f"not installed: {', '.join(_ABSENT)} (Debian: mosh)")

_CONNECT = re.compile(r"MOSH CONNECT (\d+) (\S+)")
QUESTION = "What is the longest story?"
DRAFT = "a draft for later"
DONE = b"data: [DONE]\n\n"
STORY = (chunk({"content": "Once upon"}), Silence(), chunk({"content": " a time."}, "stop"), DONE)
WHOLE = [("user", QUESTION), ("assistant", "Once upon a time.")]


@dataclass(frozen=True)
class Mosh:
    """A mosh server that was started over ssh with the program in it.

    Attributes:
        port: Where it is reached.
        key: Who may.
    """

    port: str
    key: str

    def client(self, home: Path) -> Terminal:
        """Connect to it."""
        return Terminal(["mosh-client", "127.0.0.1", self.port], {"MOSH_KEY": self.key}, home)


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(Reply(STORY)) as serving:
        yield serving


@pytest.fixture
def mosh(sshd: Sshd, home: Path, service: FakeService) -> Mosh:
    environment = program_environment(home, {"fake": service.url}) | ON_OTHER_SIDE
    program = ["mosh-server", "new", "-i", "127.0.0.1", "-c", "256", "--", sys.executable, "-m", "oats_tui"]
    there = on_other_side(environment["HOME"], environment | {"TERM": "xterm-256color"}, *program)
    command = sshd.client(there, terminal=False)
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=30, stdin=subprocess.DEVNULL
    )
    found = _CONNECT.search(done.stdout)
    assert found is not None, done.stdout + done.stderr
    return Mosh(found[1], found[2])


def answering(terminal: Terminal) -> None:
    """Have a question answered, and type something meanwhile."""
    ready(terminal)
    ask(terminal, QUESTION)
    terminal.wait_for("Once upon")
    terminal.send(DRAFT)
    terminal.wait_for(DRAFT)


def mosh_server(home: Path) -> int:
    """The number of the server's process: the one that started the program."""
    (program,) = programs(home)
    parent = int(Path(f"/proc/{program}/stat").read_text().rsplit(")", 1)[1].split()[1])
    assert parent in running(home)
    return parent


def shown_at_the_next_login(sshd: Sshd, home: Path, service: FakeService) -> None:
    """Log in without mosh: the answer is still growing, comes to its end, and leaves nothing behind."""
    with login(sshd, home, "-r", "last") as later:
        later.wait_for("Once upon")
        later.wait_for(DRAFT)
        service.release()
        later.wait_for("Once upon a time.")
        later.send("\x11")
        assert later.wait_exit().code == 0


def test_it_starts_takes_keys_and_answers(mosh: Mosh, home: Path, service: FakeService) -> None:
    with mosh.client(home) as terminal:
        answering(terminal)
        service.release()
        terminal.wait_for("Once upon a time.")
        terminal.send("\x11")
        terminal.wait_exit()
    none_left(home)
    assert texts(saved(home)[0]) == WHOLE


def test_a_client_that_is_killed_takes_nothing_along(
    sshd: Sshd, mosh: Mosh, home: Path, service: FakeService
) -> None:
    with mosh.client(home) as terminal:
        answering(terminal)
        terminal.signal(signal.SIGKILL)
        terminal.wait_exit()
    (program,) = programs(home)
    server = mosh_server(home)
    shown_at_the_next_login(sshd, home, service)
    until(lambda: texts(saved(home)[0]) == WHOLE, "the answer is on disk")
    assert programs(home) == [program]
    # Nobody can connect to it again: its key has gone with the client. This is how people get rid of it.
    os.kill(server, signal.SIGTERM)
    none_left(home)


def test_a_server_that_is_killed_takes_no_answer_along(
    sshd: Sshd, mosh: Mosh, home: Path, service: FakeService
) -> None:
    with mosh.client(home) as terminal:
        answering(terminal)
        os.kill(mosh_server(home), signal.SIGKILL)
        (left,) = programs(home)
    assert programs(home) == [left]
    shown_at_the_next_login(sshd, home, service)
    none_left(home)
    assert texts(saved(home)[0]) == WHOLE
