"""What the terminal can do, how text gets to the clipboard, and what becomes of answers when a line drops."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from oats_tui.core.clipways import Way, multiplexed_beyond, way_of
from oats_tui.core.terminal import UTF8, charset, colour_depth, is_remote, multiplexer
from oats_tui.doctor.asking import Answer, ask_terminal, told_by
from oats_tui.doctor.checks_tmux import check_tmux, check_tmux_beyond
from oats_tui.doctor.finding import Finding

LEAST_COLUMNS, LEAST_LINES = 30, 8
"""The smallest terminal in which there is room for anything."""

Run = Callable[[Sequence[str]], str | None]

_COLOURS = {"none": "no colours", "16": "16 colours", "256": "256 colours", "truecolor": "all colours"}
_GROUNDS = {True: "a light ground", False: "a dark ground", None: "a ground it does not tell"}
# Most of their versions ignore it, whatever is set.
_TAKE_NO_TEXT = ("VTE", "Apple_Terminal")
_TRY = (
    "Copy a message and paste it elsewhere. Where that fails: /plain shows it for the mouse, /write makes a file."
)
_KEEP = "an answer that goes on after a line has dropped"
_LOGIND = ("loginctl", "show-session", "--property=KillUserProcesses", "--value")


@lru_cache(1)
def _asked() -> Answer | None:
    """Return what the terminal answers; it is asked once."""
    return ask_terminal()


def check_terminal(
    environ: Mapping[str, str] = os.environ, ask: Callable[[], Answer | None] = _asked
) -> Iterator[Finding]:
    """Say what the terminal is: colours, size, ground, letters.

    Args:
        environ: The environment.
        ask: Asks the terminal.
    """
    answer, name = ask(), environ.get("TERM", "")
    yield from _letters(environ)
    if answer is None:
        yield Finding(
            "terminal", "ok", "There is no terminal here that answers, so none was asked what it can do."
        )
        return
    if name in ("", "dumb"):
        yield Finding(
            "terminal",
            "warning",
            f"The environment calls this terminal {name or 'nothing'} (TERM), so the screen may not come up.",
            "export TERM=xterm-256color",
        )
    depth = colour_depth(environ)
    called = f"{answer.name}, called {name}" if answer.name else f"A terminal called {name}"
    what = f"{called}: {_COLOURS[depth]}, {answer.columns}×{answer.lines}, {_GROUNDS[answer.is_light]}."
    yield Finding("terminal", "ok", what)
    if depth == "16":
        what = f"Of colours, TERM={name} promises 16, so no more are used."
        yield Finding("terminal", "note", what, "If it has them all: export COLORTERM=truecolor")
    if answer.columns < LEAST_COLUMNS or answer.lines < LEAST_LINES:
        what = f"It has {answer.columns} columns and {answer.lines} lines, and there is no room in it."
        yield Finding("terminal", "warning", what, f"Make it {LEAST_COLUMNS}×{LEAST_LINES} at least.")


def check_clipboard(
    environ: Mapping[str, str] = os.environ,
    ask: Callable[[], Answer | None] = _asked,
    run: Run = told_by,
    way: Way | None = None,
) -> Iterator[Finding]:
    """Say by which way text gets to the clipboard, and whether it arrives.

    Args:
        environ: The environment.
        ask: Asks the terminal.
        run: Runs a program.
        way: The way; found out where it is not given.
    """
    way = way or way_of(environ)
    between = multiplexer(environ)
    if multiplexed_beyond(environ):
        yield from check_tmux_beyond()
    elif between == "tmux":
        yield from check_tmux(environ, run)
    elif way.program:
        yield Finding("clipboard", "ok", f"What is copied goes through {way.program[0]} into the clipboard.")
    elif way.through_screen or between == "screen":
        what = "What is copied goes through GNU screen to the terminal (OSC 52). Nobody says whether it arrives."
        yield Finding("clipboard", "note", what, _TRY)
    else:
        yield _through_terminal(environ, ask())


def check_login(environ: Mapping[str, str] = os.environ, run: Run = told_by) -> Iterator[Finding]:
    """Say whether the program runs over SSH, and what becomes of it when the line drops.

    Args:
        environ: The environment.
        run: Runs a program.
    """
    remote, kills = is_remote(environ), run(_LOGIND)
    if remote and kills != "yes":
        yield Finding("login", "ok", f"It runs over SSH; {_KEEP} comes to its end here.")
    if kills == "yes" and not multiplexer(environ):
        yield Finding(
            "login",
            "warning" if remote else "note",
            f"systemd ends all programs of a login with it (KillUserProcesses=yes): {_KEEP} would be cut off.",
            "As root: write [Login] and KillUserProcesses=no to /etc/systemd/logind.conf.d/keep.conf, and run "
            "systemctl restart systemd-logind. Or: loginctl enable-linger; systemd-run --user --scope oats-tui",
        )
    elif kills == "no":
        yield Finding("login", "ok", "systemd lets programs go on when a login ends (KillUserProcesses=no).")


def _letters(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Say which letters the locale promises."""
    told = charset(environ)
    if told == UTF8:
        yield Finding("terminal", "ok", "The locale is of UTF-8.")
    elif told is None:
        what = "No locale is set, so the terminal is asked at each start whether it knows UTF-8."
        yield Finding("terminal", "note", what, "export LANG=C.UTF-8")
    else:
        name = next(f"{each}={environ[each]}" for each in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(each))
        what = f"The locale ({name}) is not of UTF-8, so lines and signs are drawn with ASCII."
        setting = "LC_ALL" if name.startswith("LC_ALL") else "LC_CTYPE"
        yield Finding("terminal", "note", what, f"If the terminal knows UTF-8: export {setting}=C.UTF-8")


def _through_terminal(environ: Mapping[str, str], answer: Answer | None) -> Finding:
    """Say whether the terminal itself takes text."""
    told = (answer.name if answer else "", environ.get("TERM_PROGRAM", ""), environ.get("VTE_VERSION") and "VTE")
    if answer is not None and answer.takes_text:
        return Finding(
            "clipboard", "ok", "What is copied goes to the terminal, which says that it takes it (OSC 52)."
        )
    if any(name and name.startswith(_TAKE_NO_TEXT) for name in told):
        what = "What is copied goes to the terminal (OSC 52), and this one is not known to take it."
        return Finding("clipboard", "warning", what, "/plain shows a message for the mouse, /write makes a file.")
    what = "What is copied goes to the terminal (OSC 52). Whether it takes it, terminals of this kind do not say."
    return Finding("clipboard", "note", what, _TRY)
