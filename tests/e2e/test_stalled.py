"""A terminal that takes nothing, as at the end of a line that stands still, holds up no answer."""

from __future__ import annotations

import os
import pty
import random
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.driving import saved, texts, until
from tests.support.emulator import Emulator
from tests.support.fake_service import FakeService, Pause, Reply, Step, chunk
from tests.support.launch import program_environment

QUESTION = "Tell a long story."
END = b"data: [DONE]\n\n"
DEADLINE = 60.0
QUIT = b"\x11"


def a_long_story() -> tuple[list[str], Reply]:
    """Pieces of a story that cost many times what a terminal has room for, and the reply that they come in."""
    choice = random.Random(4)
    pieces = [" ".join(choice.choices(("one", "two", "three", "four"), k=60)) + ".\n\n" for _ in range(60)]
    steps: list[Step] = []
    for piece in pieces:
        steps += [chunk({"content": piece}), Pause(0.06)]
    return pieces, Reply((*steps, chunk({"content": "The end."}, "stop"), END))


def test_an_answer_goes_on_while_the_terminal_takes_nothing(tmp_path: Path) -> None:
    pieces, reply = a_long_story()
    with FakeService(reply) as service:
        environment = program_environment(tmp_path, {"fake": service.url})
        environment |= {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        master, slave = pty.openpty()
        argv = [sys.executable, "-m", "oats_tui"]
        with subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=tmp_path
        ) as process:
            os.close(slave)
            try:
                emulator = Emulator(80, 24)
                _read_until(master, emulator, "Ask anything")
                os.write(master, QUESTION.encode() + b"\r")
                whole = ("assistant", "".join(pieces) + "The end.")
                until(lambda: bool(saved(tmp_path)) and texts(saved(tmp_path)[0])[-1] == whole, "it is whole")
                _read_until(master, emulator, "The end.")
                os.write(master, QUIT)
                _read_until_end(master)
                process.wait(DEADLINE)
            finally:
                process.kill()
                os.close(master)
        assert process.returncode == 0


def _read_until(master: int, emulator: Emulator, wanted: str) -> None:
    """Draw what a program writes until something is on the screen."""
    deadline = time.monotonic() + DEADLINE
    while wanted not in "\n".join(emulator.lines()):
        assert select.select([master], [], [], deadline - time.monotonic())[0], emulator.lines()
        emulator.feed(os.read(master, 1 << 16))


def _read_until_end(master: int) -> None:
    """Read what a program writes until it has closed its terminal."""
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:
        return
