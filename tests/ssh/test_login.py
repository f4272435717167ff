"""The program at the other end of ssh starts, takes keys, answers, stops and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, texts, wait_status
from tests.ssh.logins import login, none_left
from tests.support.fake_service import FakeService, answer
from tests.support.line import Line
from tests.support.sshd import Sshd

QUESTION = "What is the longest story?"
SLOW_LINE = {"rate": 9600.0, "delay": 0.15}


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(answer(["Once upon", " a time."])) as running:
        yield running


def test_it_starts_takes_keys_answers_and_gives_the_terminal_back(
    sshd: Sshd, home: Path, service: FakeService
) -> None:
    with login(sshd, home, services={"fake": service.url}) as terminal:
        ready(terminal)
        ask(terminal, QUESTION)
        terminal.wait_for("Once upon a time.")
        wait_status(terminal, "ready")
        terminal.resize(90, 30)
        terminal.wait_for(lambda screen: screen.rsplit("\n", 1)[-1].startswith(" ready"))
        quit_cleanly(terminal)
    none_left(home)
    assert texts(saved(home)[0]) == [("user", QUESTION), ("assistant", "Once upon a time.")]


def test_a_slow_line_is_found_out(sshd: Sshd, home: Path, service: FakeService) -> None:
    with (
        Line(sshd.port, **SLOW_LINE) as line,
        login(sshd, home, port=line.port, services={"fake": service.url}) as terminal,
    ):
        ready(terminal)
        terminal.wait_for("slow line")
        ask(terminal, QUESTION)
        terminal.wait_for("Once upon a time.")
        wait_status(terminal, "ready")
        quit_cleanly(terminal)
    none_left(home)
