"""The line is cut while an answer comes: nothing is lost, nothing stays behind, the next login shows it all."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, texts, until, wait_status
from tests.ssh.logins import login, login_twice, none_left, programs
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import FIRST, LAST, answer_tokens
from tests.support.fake_service import FakeService, Pause, Reply, Silence, chunk
from tests.support.launch import QUIT
from tests.support.line import Line
from tests.support.sshd import Sshd

QUESTION = "Tell me all of it. STREAM400"
WHOLE = "".join(answer_tokens())
SECONDS = 5.0
"""How long the answer comes."""

DONE = b"data: [DONE]\n\n"
GROWING = (chunk({"content": "Once upon"}), Silence(), chunk({"content": " a time."}, "stop"), DONE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AnswerServer]:
    with AnswerServer(tmp_path / "events") as running:
        yield running


def answers_to(home: Path, question: str) -> list[str]:
    """What was answered to a question, in any session on disk."""
    said = [texts(session) for session in saved(home)]
    return [pairs[1][1] for pairs in said if pairs[0] == ("user", question) and len(pairs) > 1]


def drop(sshd: Sshd, home: Path, server: AnswerServer, number: int, after: float) -> None:
    """Cut the line so many seconds after an answer has begun, with a draft typed; then log in again.

    The new login shows the draft and the question, and gives the terminal back that the old one left as it was.
    """
    question, draft = f"Drop {number}: {QUESTION}", f"the draft that was typed in drop {number}"
    services = {"fake": server.base_url}
    with Line(sshd.port) as line, login_twice(sshd, home, line.port, services) as terminal:
        ready(terminal)
        ask(terminal, question)
        begun = terminal.wait_for(FIRST)
        terminal.type(draft, pause=0.005)
        terminal.wait_for(draft)
        terminal.pump(begun + after)
        terminal.emulator.feed(b"\x1b[2J")  # what is seen from now on was painted by the new login
        line.cut()
        terminal.wait_for(draft)
        wait_status(terminal, "")
        terminal.send(QUIT)
        assert terminal.wait_exit(30).code == 0
        assert terminal.restored() == []
    # What `-r last` opens is what changed last, so one answer ends before the next begins.
    none_left(home)
    assert answers_to(home, question) == [WHOLE]


@pytest.mark.parametrize(
    "count", [pytest.param(3, id="few"), pytest.param(100, id="many", marks=pytest.mark.full)]
)
def test_a_cut_at_any_moment_loses_nothing(sshd: Sshd, home: Path, server: AnswerServer, count: int) -> None:
    choice = random.Random(7)
    for number in range(1, count + 1):
        drop(sshd, home, server, number, choice.uniform(0.0, SECONDS))
    assert len(saved(home)) == count
    assert all(answers_to(home, f"Drop {number}: {QUESTION}") == [WHOLE] for number in range(1, count + 1))


def test_the_next_login_shows_the_answer_still_growing(sshd: Sshd, home: Path, server: AnswerServer) -> None:
    question = "Tell me all of it. STREAM100"
    with Line(sshd.port) as line:
        with login(sshd, home, port=line.port, services={"fake": server.base_url}) as first:
            ready(first)
            ask(first, question)
            first.wait_for(FIRST)
            first.send("a draft")
            first.wait_for("a draft")
            line.cut()
            assert first.wait_exit().code == 255
        (left,) = programs(home)
        with login(sshd, home, "-r", "last") as later:
            wait_status(later, "answering")
            later.wait_for("a draft")
            assert programs(home)[0] == left or left in programs(home)
            assert answers_to(home, question) != [WHOLE]
            later.send("\t")
            later.wait_for(LAST, timeout=60)
            wait_status(later, "ready")
            until(lambda: left not in programs(home), "who answered has left")
            quit_cleanly(later)
    none_left(home)
    assert answers_to(home, question) == [WHOLE]


def cut_while_answering(sshd: Sshd, home: Path, service: FakeService) -> int:
    """Cut the line while an answer comes; returns the number of the process that goes on."""
    with Line(sshd.port) as line, login(sshd, home, port=line.port, services={"fake": service.url}) as terminal:
        ready(terminal)
        ask(terminal, QUESTION)
        terminal.wait_for("Once upon")
        line.cut()
        assert terminal.wait_exit().code == 255
    (left,) = programs(home)
    return left


def test_who_answers_on_is_ended_within_a_second_and_keeps_what_came(sshd: Sshd, home: Path) -> None:
    with FakeService(Reply(GROWING)) as service:
        left = cut_while_answering(sshd, home, service)
        asked = time.monotonic()
        os.kill(left, signal.SIGTERM)
        until(lambda: programs(home) == [], "it has ended", 10.0)
        assert time.monotonic() - asked < 1
    none_left(home)
    (session,) = saved(home)
    assert texts(session) == [("user", QUESTION), ("assistant", "Once upon")]
    with login(sshd, home, "-r", "last") as later:
        later.wait_for("Ask again with ctrl+x R")
        quit_cleanly(later)


def test_an_answer_without_an_end_is_kept_as_far_as_it_came_after_the_limit(sshd: Sshd, home: Path) -> None:
    own = home / "home" / ".config" / "oats-tui"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('titles = "first line"\nfinish_minutes = 0.05\n', "utf-8")
    steps = [step for number in range(3000) for step in (chunk({"content": f" word{number}"}), Pause(0.02))]
    with FakeService(Reply((chunk({"content": "Once upon"}), *steps))) as service:
        cut_while_answering(sshd, home, service)
        cut = time.monotonic()
        none_left(home)
        assert 2.5 < time.monotonic() - cut < 15
    (session,) = saved(home)
    assert texts(session)[1][1].startswith("Once upon word0 word1")
