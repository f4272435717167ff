"""A line to the terminal that is slow: little is on its way at any time, and everything arrives in the end."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from oats_tui.ui.painting.pacing import MOST_ON_THE_WAY, PORTION, QUESTION, SLOW
from tests.support.emulator import Emulator
from tests.support.fake_service import FakeService, Pause, Reply, Step, chunk
from tests.support.launch import program_environment

SIZE = (100, 30)
DEADLINE = 60.0
END = b"data: [DONE]\n\n"
ASKED = QUESTION.encode()

# A line is written whole, even where it is more than there was room for; and so is what a typed letter changes.
A_LINE = 1500


class FarTerminal:
    """A terminal at the end of a line.

    Args:
        master: The end of the pseudo-terminal at which it is.
        delay: Seconds until its answers arrive; None where it gives none.
    """

    def __init__(self, master: int, delay: float | None) -> None:
        self.emulator = Emulator(*SIZE)
        self.most = 0
        """The most bytes that came while an answer was on its way."""
        self.asked = 0
        """How often it was asked whether it is well."""
        self._master = master
        self._delay = delay
        self._due: list[float] = []
        self._come = 0
        self._tail = b""

    def until(self, seen: Callable[[str], bool]) -> None:
        """Show and answer until something is to be seen."""
        deadline = time.monotonic() + DEADLINE
        while not seen(text := "\n".join(self.emulator.lines())):
            assert time.monotonic() < deadline, text
            if select.select([self._master], [], [], 0.02)[0]:
                self._take(os.read(self._master, 65536))
            while self._due and self._due[0] <= time.monotonic():
                self._due.pop(0)
                self._come = 0
                os.write(self._master, b"\x1b[0n")

    def type(self, keys: bytes) -> None:
        """Type keys."""
        os.write(self._master, keys)

    def _take(self, data: bytes) -> None:
        """Show what came, and note what was asked."""
        self.emulator.feed(data)
        joined = self._tail + data
        questions = joined.count(ASKED)
        self._tail = joined[-len(ASKED) + 1 :]
        self.asked += questions
        if self._due:
            self._come += len(data)
            self.most = max(self.most, self._come)
        if self._delay is not None:
            self._due += [time.monotonic() + self._delay] * questions


@contextmanager
def far(tmp_path: Path, *words: str, delay: float | None, variables: Mapping[str, str]) -> Iterator[FarTerminal]:
    """Start the program at the end of a line, with a service that tells a long story."""
    steps: list[Step] = []
    for number in range(60):
        steps += [chunk({"content": f"Sentence {number} of a story that is rather long.\n\n"}), Pause(0.03)]
    reply = Reply((*steps, chunk({"content": "The end."}, "stop"), END))
    with FakeService(reply) as service:
        environment = program_environment(tmp_path, {"fake": service.url}) | dict(variables)
        environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "COLUMNS": "100", "LINES": "30"}
        master, slave = pty.openpty()
        argv = [sys.executable, "-m", "oats_tui", *words]
        with subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=tmp_path
        ) as process:
            os.close(slave)
            try:
                yield FarTerminal(master, delay)
            finally:
                process.kill()
                os.close(master)


def test_a_slow_line_is_found_out_and_little_is_on_its_way(tmp_path: Path) -> None:
    there = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
    with far(tmp_path, delay=2 * SLOW, variables=there) as terminal:
        terminal.until(lambda screen: "Ask anything" in screen and "slow line" in screen)
        terminal.most = 0
        terminal.type(b"Tell a story.\r")
        terminal.until(lambda screen: "Sentence 9 " in screen)
        terminal.type(b"typed meanwhile")
        terminal.until(lambda screen: "typed meanwhile" in screen)
        terminal.until(lambda screen: "The end." in screen and "ready" in screen)
        assert 0 < terminal.most <= MOST_ON_THE_WAY + PORTION + A_LINE


def test_a_terminal_that_does_not_answer_shows_everything(tmp_path: Path) -> None:
    with far(tmp_path, "--low-bandwidth", delay=None, variables={}) as terminal:
        terminal.until(lambda screen: "Ask anything" in screen and "saving bytes" in screen)
        terminal.type(b"Tell a story.\r")
        terminal.until(lambda screen: "The end." in screen and "ready" in screen)


def test_a_line_that_is_not_far_is_never_asked(tmp_path: Path) -> None:
    with far(tmp_path, delay=2 * SLOW, variables={}) as terminal:
        terminal.until(lambda screen: "Ask anything" in screen)
        terminal.type(b"Tell a story.\r")
        terminal.until(lambda screen: "The end." in screen and "ready" in screen)
        assert terminal.asked == 0
        assert "slow line" not in "\n".join(terminal.emulator.lines())


def test_answers_never_become_text(tmp_path: Path) -> None:
    with far(tmp_path, "--low-bandwidth", delay=0.0, variables={}) as terminal:
        terminal.until(lambda screen: "Ask anything" in screen)
        for letter in b"abcdefghijklmnop":
            terminal.type(bytes([letter]))
        for piece in (b"\x1b", b"[0", b"n", b"q"):
            terminal.type(piece)
        terminal.until(lambda screen: "abcdefghijklmnopq" in screen)
