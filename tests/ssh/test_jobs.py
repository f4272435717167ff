"""ctrl+z and fg, nohup and setsid over ssh, as shells have it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, texts, until, wait_status
from tests.ssh.logins import ON_OTHER_SIDE, login, none_left, programs, running
from tests.support.fake_service import FakeService, Reply, Silence, answer, chunk
from tests.support.launch import QUIT, READY, program_environment
from tests.support.line import Line
from tests.support.sshd import Sshd, on_other_side
from tests.support.terminal import Terminal

STOP = "\x1a"
PROMPT = "shell$"
PROGRAM = f"{sys.executable} -m oats_tui"
QUESTION = "What is the longest story?"
DONE = b"data: [DONE]\n\n"
STORY = (chunk({"content": "Once upon"}), Silence(), chunk({"content": " a time."}, "stop"), DONE)
BEFORE = {
    "setsid": ("setsid", "--wait"),
    "setsid-with-the-terminal": ("setsid", "--ctty", "--wait"),
    "hangups-ignored": ("sh", "-c", """trap '' HUP; exec "$0" "$@" """),
}
WHOLE = [("user", QUESTION), ("assistant", "Once upon a time.")]


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(Reply(STORY), answer(["The second answer."])) as server:
        yield server


def shell(sshd: Sshd, home: Path, service: FakeService, port: int | None = None) -> Terminal:
    """Log in to an interactive shell."""
    environment = program_environment(home, {"fake": service.url}) | ON_OTHER_SIDE | {"PS1": f"{PROMPT} "}
    there = on_other_side(environment["HOME"], environment, "bash", "--norc", "--noprofile", "-i")
    return Terminal(sshd.client(there, port=port), {}, home)


def stopped(times: int, screen: str) -> bool:
    """Whether the shell has told so often that it is back; the main screen shows at once what it told before."""
    return screen.count("Stopped") == times


@pytest.mark.parametrize("wrapped", [False, True], ids=["itself", "in-a-script"])
def test_who_is_stopped_gives_the_shell_back_and_goes_on_as_it_was(
    sshd: Sshd, home: Path, service: FakeService, wrapped: bool
) -> None:
    with shell(sshd, home, service) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send(f"sh -c '{PROGRAM}; true'\r" if wrapped else f"{PROGRAM}\r")
        ready(terminal)
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        for times in (1, 2):
            terminal.send(STOP)
            terminal.wait_for(partial(stopped, times))
            assert READY not in terminal.screen()
            assert [name for name in terminal.restored() if name.endswith((" on", " off"))] in (
                [],
                ["bracketed paste on"],  # the shell's own
            )
            terminal.send("echo $((6 * 7))\r")
            terminal.wait_for("\n42")
            terminal.send("fg\r")
            terminal.wait_for("half a thought")
            terminal.send("s")
            terminal.wait_for("half a thoughts")
            terminal.send("\x7f")
            terminal.send("\x0c")
        ask(terminal, "")
        terminal.wait_for("Once upon")
        service.release()
        terminal.wait_for("Once upon a time.")
        wait_status(terminal, "ready")
        terminal.send(QUIT)
        terminal.wait_for(lambda screen: screen.rstrip().endswith(PROMPT))
        terminal.send("exit\r")
        terminal.wait_exit()
    none_left(home)
    assert texts(saved(home)[0]) == [("user", "half a thought"), WHOLE[1]]


def test_who_has_no_shell_that_would_notice_is_not_stopped(sshd: Sshd, home: Path, service: FakeService) -> None:
    with login(sshd, home, services={"fake": service.url}) as terminal:
        ready(terminal)
        terminal.send(STOP)
        terminal.wait_for("Nobody could bring the program back.")
        terminal.send("typed")
        terminal.wait_for("typed")
        quit_cleanly(terminal)


def test_typing_is_undone_by_another_key(sshd: Sshd, home: Path, service: FakeService) -> None:
    with login(sshd, home, services={"fake": service.url}) as terminal:
        ready(terminal)
        terminal.send("typed")
        terminal.wait_for("typed")
        terminal.send("\x1f")
        terminal.wait_for(READY)
        quit_cleanly(terminal)


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_what_ignores_the_end_of_a_line_ends_its_answer_all_the_same(
    sshd: Sshd, home: Path, service: FakeService, before: tuple[str, ...]
) -> None:
    if "--ctty" in before and os.geteuid() != 0:
        pytest.skip("only root may take a terminal from another session")
    with Line(sshd.port) as line:
        services = {"fake": service.url}
        with login(sshd, home, port=line.port, before=before, services=services) as terminal:
            ready(terminal)
            ask(terminal, QUESTION)
            terminal.wait_for("Once upon")
            line.cut()
            assert terminal.wait_exit().code == 255
        until(lambda: len(programs(home)) >= 1, "it goes on")
        service.release()
        none_left(home)
    assert texts(saved(home)[0]) == WHOLE


def test_nohup_takes_the_terminal_away_which_is_said(sshd: Sshd, home: Path, service: FakeService) -> None:
    with login(sshd, home, before=("nohup",), services={"fake": service.url}) as terminal:
        terminal.wait_for("nohup.out")
        assert terminal.wait_exit().code == 2
    none_left(home)
    assert "terminal" in (home / "home" / "nohup.out").read_text("utf-8")


def test_who_is_stopped_when_the_line_drops_does_not_stay(sshd: Sshd, home: Path, service: FakeService) -> None:
    with Line(sshd.port) as line, shell(sshd, home, service, line.port) as terminal:
        terminal.wait_for(PROMPT)
        terminal.send(f"{PROGRAM}\r")
        ready(terminal)
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        terminal.send(STOP)
        terminal.wait_for("Stopped")
        assert running(home) != []
        line.cut()
        assert terminal.wait_exit().code == 255
        none_left(home)
    with login(sshd, home) as later:
        later.wait_for("half a thought")
        quit_cleanly(later)
