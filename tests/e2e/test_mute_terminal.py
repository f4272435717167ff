"""A terminal that takes nothing any more, as at the end of a line that fell silent, holds nobody up."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.driving import saved, texts, until, write_session
from tests.support.emulator import Emulator
from tests.support.fake_service import FakeService, Pause, Reply, Silence, Step, chunk
from tests.support.launch import QUIT, program_environment

SIZE = (100, 30)
QUESTION = "Tell a story."
LAST = "This is sentence 399 of a story."
SECONDS = 30.0


class MuteTerminal:
    """A pseudo-terminal at whose other end somebody reads only when told to.

    Args:
        process: What runs there.
        master: The end at which it is read.
        name: Where the program's end can be opened.
    """

    def __init__(self, process: subprocess.Popen[bytes], master: int, name: str) -> None:
        self.process = process
        self.emulator = Emulator(*SIZE)
        self._master = master
        self._name = name

    def read_until(self, seen: str) -> None:
        """Read until something is to be seen."""
        deadline = time.monotonic() + SECONDS
        while seen not in "\n".join(self.emulator.lines()):
            assert time.monotonic() < deadline, "\n".join(self.emulator.lines())
            if select.select([self._master], [], [], 0.1)[0]:
                self.emulator.feed(os.read(self._master, 256))

    def read_rest(self) -> None:
        """Read what is left once the program has ended."""
        try:
            while data := os.read(self._master, 65536):
                self.emulator.feed(data)
        except OSError:
            return

    def type(self, keys: str) -> None:
        """Type keys."""
        os.write(self._master, keys.encode())

    def fill(self) -> None:
        """Have so much wait at the terminal that it takes nothing more."""
        # Opened anew, so that the program's own end stays one that waits.
        there = os.open(self._name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            while os.write(there, b"\0" * 1024):
                pass
        except BlockingIOError:
            os.close(there)


@contextmanager
def running(tmp_path: Path, *words: str, services: Mapping[str, str] | None = None) -> Iterator[MuteTerminal]:
    """Start the program."""
    environment = program_environment(tmp_path, services) | {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    termios.tcsetwinsize(slave, SIZE[::-1])
    argv = [sys.executable, "-m", "oats_tui", *words]
    with subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=tmp_path) as process:
        os.close(slave)
        terminal = MuteTerminal(process, master, name)
        try:
            terminal.read_until("Ask anything")
            yield terminal
        finally:
            process.kill()
            os.close(master)


@contextmanager
def answering(tmp_path: Path) -> Iterator[MuteTerminal]:
    """Start the program, and have it asked something whose answer stays without an end."""
    steps: list[Step] = []
    for number in range(400):
        steps += [chunk({"content": f"This is sentence {number} of a story.\n\n"}), Pause(0.005)]
    with (
        FakeService(Reply((*steps, Silence()))) as service,
        running(tmp_path, services={"fake": service.url}) as terminal,
    ):
        terminal.type(f"{QUESTION}\r")
        terminal.read_until("sentence 1 of")
        yield terminal


def has_come(tmp_path: Path) -> bool:
    """Whether all that the service tells is on the disk."""
    journals = (tmp_path / "data" / "oats_tui" / "journal").glob("*.log")
    return any(LAST in path.read_text("utf-8") for path in journals)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, QUIT], ids=["term", "int", "key"])
def test_the_answer_goes_on_and_the_program_ends_when_it_is_to(tmp_path: Path, end: signal.Signals | str) -> None:
    with answering(tmp_path) as terminal:
        terminal.fill()
        until(lambda: has_come(tmp_path), "the answer has come")
        asked = time.monotonic()
        if isinstance(end, str):
            terminal.type(end)
        else:
            terminal.process.send_signal(end)
        assert terminal.process.wait(SECONDS) == 0
        assert time.monotonic() - asked < 2
        terminal.read_rest()
        assert terminal.emulator.changed_modes() == []
    (session,) = saved(tmp_path)
    (question, answer) = texts(session)
    assert question == ("user", QUESTION)
    assert answer[1].rstrip().endswith(LAST)


def test_a_message_that_is_shown_as_plain_text_is_not_waited_for(tmp_path: Path) -> None:
    long = "\n\n".join(f"This is paragraph {number}." for number in range(5000))
    identifier = write_session(tmp_path, "Long", [("user", "Hello?"), ("assistant", long)])
    with running(tmp_path, "-r", identifier) as terminal:
        terminal.read_until("paragraph 4999")
        terminal.type("\tP")
        terminal.read_until("paragraph 100.")
        terminal.process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        assert terminal.process.wait(SECONDS) == 0
        assert time.monotonic() - asked < 2
        terminal.read_rest()
        assert terminal.emulator.changed_modes() == []
