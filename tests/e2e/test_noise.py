from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.e2e.driving import start
from tests.support.launch import READY
from tests.support.terminal import Terminal

# Keys that would end the program: ctrl+c, ctrl+d, ctrl+q, ctrl+z.
_ENDS = bytes.maketrans(b"\x03\x04\x11\x1a", b"....")


def answers(terminal: Terminal, word: str) -> None:
    """Type a word and see it."""
    terminal.send(word)
    terminal.wait_for(word)


@pytest.mark.parametrize("noise", [b"caf\xe9 ", b"\x1b[M \xff\xff", b"\x1b[999999999999999999999;5u", b"\xc3"])
def test_what_is_no_text_ends_nothing(tmp_path: Path, noise: bytes) -> None:
    with start(tmp_path) as terminal:
        terminal.wait_for(READY)
        terminal.send(noise)
        answers(terminal, "still here")


def test_noise_ends_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    with start(tmp_path) as terminal:
        terminal.wait_for(READY)
        for _ in range(40):
            terminal.send(bytes(chance.randrange(256) for _ in range(64)).translate(_ENDS))
        terminal.pump(time.monotonic() + 1)
        terminal.send("\x11")
        assert terminal.wait_exit(20).code == 0
        assert b"Traceback" not in terminal.raw


def test_every_size_is_lived_through(tmp_path: Path) -> None:
    sizes = [(1, 1), (300, 100), (2, 1), (1, 50), (30, 8), (29, 7), (70, 24), (69, 24), (500, 2)]
    with start(tmp_path) as terminal:
        terminal.wait_for(READY)
        for columns, rows in sizes * 4:
            terminal.resize(columns, rows)
            terminal.pump(time.monotonic() + 0.01)
        terminal.resize(120, 40)
        terminal.wait_for(READY)
        answers(terminal, "still here")
