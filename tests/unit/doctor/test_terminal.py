"""What the doctor says of the terminal, the clipboard, and what a dropped line does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from oats_tui.core.clipways import Way
from oats_tui.doctor.asking import Answer, answer_in, told_by
from oats_tui.doctor.checks_terminal import check_clipboard, check_login, check_terminal
from oats_tui.doctor.checks_tmux import check_tmux
from oats_tui.doctor.finding import Finding, worst
from tests.support.launch import program_environment
from tests.support.terminal import Terminal

GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
KITTY = Answer("kitty(0.40)", is_light=False, takes_text=True, columns=120, lines=40)
PLAIN = Answer(columns=80, lines=24)


def run_by(answers: Mapping[str, str]) -> Callable[[Sequence[str]], str | None]:
    """Programs of which each says what stands for a word of its command line."""
    return lambda command: next((said for word, said in answers.items() if word in " ".join(command)), None)


def terminal(environ: Mapping[str, str], answer: Answer | None) -> list[Finding]:
    return list(check_terminal(environ, lambda: answer))


def one(found: list[Finding], severity: str) -> Finding:
    (finding,) = [each for each in found if each.severity == severity]
    return finding


def test_a_good_terminal_is_in_order() -> None:
    found = terminal(GOOD, KITTY)
    assert worst(found) == "ok"
    assert found[-1].what == "kitty(0.40), called xterm-256color: all colours, 120×40, a dark ground."


def test_few_colours_and_a_locale_of_other_letters() -> None:
    found = terminal({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, PLAIN)
    told = {each.what_to_do for each in found if each.severity == "note"}
    assert "If it has them all: export COLORTERM=truecolor" in told
    assert "If the terminal knows UTF-8: export LC_CTYPE=C.UTF-8" in told
    assert "export LC_ALL=C.UTF-8" in one(terminal({**GOOD, "LC_ALL": "C"}, None), "note").what_to_do
    assert one(terminal({"TERM": "xterm-256color"}, None), "note").what_to_do == "export LANG=C.UTF-8"


def test_a_terminal_that_cannot_be_used() -> None:
    assert "export TERM" in one(terminal({**GOOD, "TERM": "dumb"}, PLAIN), "warning").what_to_do
    assert "30×8" in one(terminal(GOOD, Answer(columns=29, lines=8)), "warning").what_to_do


def clipboard(environ: Mapping[str, str], answer: Answer | None, **way: object) -> Finding:
    (found,) = check_clipboard(environ, lambda: answer, run_by({}), Way(**way))  # type: ignore[arg-type]
    return found


def test_the_clipboard_of_a_terminal() -> None:
    assert clipboard(GOOD, KITTY).severity == "ok"
    assert clipboard(GOOD, PLAIN).severity == "note"
    assert clipboard(GOOD, None).severity == "note"
    assert "/plain" in clipboard({**GOOD, "VTE_VERSION": "7600"}, PLAIN).what_to_do
    assert clipboard({**GOOD, "TERM_PROGRAM": "Apple_Terminal"}, PLAIN).severity == "warning"
    assert "screen" in clipboard({**GOOD, "STY": "1.x"}, KITTY, through_screen=True).what
    assert "wl-copy" in clipboard(GOOD, KITTY, program=("wl-copy",)).what


def test_a_tmux_at_the_other_end_of_the_line() -> None:
    found = clipboard({**GOOD, "TERM": "tmux-256color", "SSH_CONNECTION": "a"}, KITTY)
    assert found.severity == "warning"
    assert found.what_to_do.endswith("set -s set-clipboard on")


TMUX = {
    "set-clipboard": "external",
    "allow-passthrough": "on",
    "focus-events": "on",
    "display-message": "xterm clipboard",
}
TMUX_FAULTS = [
    ({"set-clipboard": "off"}, "warning", "set -s set-clipboard on"),
    ({"display-message": "xterm RGB,title"}, "warning", "set -as terminal-features ',xterm:clipboard'"),
    ({"allow-passthrough": "off"}, "note", "set -g allow-passthrough on"),
    ({"focus-events": "off"}, "note", "set -g focus-events on"),
]


@pytest.mark.parametrize(("fault", "severity", "line"), TMUX_FAULTS)
def test_each_fault_of_tmux_has_its_line(fault: dict[str, str], severity: str, line: str) -> None:
    found = list(check_tmux({"TMUX": "x"}, run_by(TMUX | fault)))
    assert one(found, severity).what_to_do.endswith(line)


def test_tmux_in_order_and_tmux_that_is_not_there() -> None:
    assert worst(check_tmux({"TMUX": "x"}, run_by(TMUX))) == "ok"
    assert worst(check_tmux({"TMUX": "x"}, run_by({**TMUX, "display-message": ""}))) == "ok"
    assert worst(check_tmux({"TMUX": "x"}, run_by({}))) == "warning"
    assert worst(check_tmux({}, run_by(TMUX))) == "warning"


def test_programs_that_end_with_their_login() -> None:
    remote, kills = {"SSH_CONNECTION": "a"}, run_by({"KillUserProcesses": "yes"})
    assert "KillUserProcesses=no" in one(list(check_login(remote, kills)), "warning").what_to_do
    assert worst(check_login({}, kills)) == "note"
    assert list(check_login({"TMUX": "x"}, kills)) == []
    assert len(list(check_login(remote, run_by({"KillUserProcesses": "no"})))) == 2
    assert list(check_login({}, run_by({}))) == []


def test_answers() -> None:
    whole = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1bP>|foot(1.2)\x1b\\\x1b[?62;4;52c"
    assert answer_in(whole, 9, 8) == Answer("foot(1.2)", is_light=True, takes_text=True, columns=9, lines=8)
    assert answer_in(b"\x1b[?52;1c", 9, 8) == Answer(columns=9, lines=8)
    assert answer_in(b"typed", 9, 8) is None


def test_programs() -> None:
    assert told_by(("printf", " x\n")) == "x"
    assert told_by(("false",)) is None
    assert told_by(("no-such-program-anywhere",)) is None


def test_in_a_terminal_it_is_asked_and_left_as_it_was(tmp_path: Path) -> None:
    environment = program_environment(tmp_path)
    with Terminal([sys.executable, "-m", "oats_tui", "doctor"], environment, environment["HOME"]) as there:
        assert there.wait_exit(30).code == 0
        assert "XTerm(390), called xterm-256color: all colours, 120×40, a dark ground." in there.screen()
        assert there.restored() == []


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not there")
def test_in_a_real_tmux(tmp_path: Path) -> None:
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    subprocess.run([*tmux, "new-session", "-d", "-s", "x", "sleep 60"], check=True, env=environment)
    try:
        named = {"TMUX": f"{tmp_path / 'socket'},1,0"}

        def run(command: Sequence[str]) -> str | None:
            return told_by([*tmux, *command[1:]])

        subprocess.run([*tmux, "set", "-s", "set-clipboard", "off"], check=True)
        subprocess.run([*tmux, "set", "-g", "focus-events", "off"], check=True)
        lines = [each.what_to_do.rpartition(": ")[2] for each in check_tmux(named, run) if each.what_to_do]
        assert "set -s set-clipboard on" in lines
        assert "set -g focus-events on" in lines
        for line in lines:
            subprocess.run([*tmux, *line.split()], check=True)
        assert worst(check_tmux(named, run)) == "ok"
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
