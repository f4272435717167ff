"""A key at a terminal that is lent; what the terminal answers late is none."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Iterator

import pytest

from oats_tui.ui.lent import key_pressed
from tests.support.app import run

ANSWERS = [b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:00/00/00\x07", b"\x1b[?2026;2$y", b"\x1b[1;2R"]


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("cut", [2, 5, 8, 99])
def test_a_late_answer_is_no_key(line: tuple[int, int], answer: bytes, cut: int) -> None:
    master, slave = line

    async def scenario() -> None:
        waiting = asyncio.create_task(key_pressed(slave))
        for piece in filter(None, (answer[:cut], answer[cut:])):
            os.write(master, piece)
            done, _ = await asyncio.wait({waiting}, timeout=0.05)
            assert not done
        os.write(master, b"x")
        await waiting

    run(scenario())
