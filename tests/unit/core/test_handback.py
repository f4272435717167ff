"""The terminal given back where nobody else does it."""

from __future__ import annotations

import os
import pty
import termios
import tty
from collections.abc import Iterator

import pytest

from oats_tui.core import handback
from tests.support.emulator import Emulator


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    yield master, slave
    handback.given_back()
    os.close(master)
    os.close(slave)


def test_all_is_as_it_was(line: tuple[int, int]) -> None:
    master, slave = line
    before = termios.tcgetattr(slave)
    emulator = Emulator(80, 24)
    handback.take(slave)
    tty.setraw(slave)
    modes = (69, 1000, 1002, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048)
    os.write(
        slave, "".join(f"\x1b[?{mode}h" for mode in modes).encode() + b"\x1b[?7l\x1b[?25l\x1b[>25u\x1b[5 q\x1b[3"
    )
    assert handback.give_back()
    came = b""
    while not came.endswith(handback.RESET):
        came += os.read(master, 4096)
    emulator.feed(came)
    assert emulator.changed_modes() == []
    assert termios.tcgetattr(slave) == before
    assert not handback.give_back()


def test_what_was_given_back_is_left_alone(line: tuple[int, int]) -> None:
    handback.take(line[1])
    handback.given_back()
    assert not handback.give_back()


def test_a_child_leaves_it_alone(line: tuple[int, int]) -> None:
    handback.take(line[1])
    child = os.fork()
    if not child:
        os._exit(int(handback.give_back()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_terminal_that_is_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        handback.take(writing)
        assert handback.give_back()
    finally:
        os.close(writing)
