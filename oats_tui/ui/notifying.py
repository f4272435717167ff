"""Notifications through the terminal: which sequence makes which terminal tell its person something.

Who is told: whoever cannot see it. Where the terminal reports whether its window has the focus, a window without
it is told of every answer that ends; one with it of none, because the list shows it. Where it never reports,
nobody knows whether somebody is reading, and a bell after each answer that was being read would be a nuisance:
then it is told of answers in sessions other than the open one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from oats_tui.core.sanitize import sanitize_line
from oats_tui.core.terminal import is_ci, multiplexer, through_tmux

How = Literal["auto", "bell", "off"]
"""What the person wants: what the terminal understands, its bell, or nothing."""

Kind = Literal["osc 9", "osc 777", "osc 99", "bell"]
"""What a terminal understands."""

LONGEST = 60
"""Characters of a title that are shown."""

BELL = "\x07"
NAME = "oats-tui"

_BY_PROGRAM: dict[str, Kind] = {
    "iTerm.app": "osc 9",
    "iTerm2": "osc 9",
    "WezTerm": "osc 9",
    "ghostty": "osc 9",
    "WarpTerminal": "osc 9",
    "kitty": "osc 99",
    "foot": "osc 777",
}
_BY_VARIABLE: dict[str, Kind] = {
    "KITTY_WINDOW_ID": "osc 99",
    "WEZTERM_PANE": "osc 9",
    "WEZTERM_EXECUTABLE": "osc 9",
    "GHOSTTY_RESOURCES_DIR": "osc 9",
    "ITERM_SESSION_ID": "osc 9",
    "VTE_VERSION": "osc 777",
}
_BY_NAME: dict[str, Kind] = {
    "xterm-kitty": "osc 99",
    "xterm-ghostty": "osc 9",
    "ghostty": "osc 9",
    "wezterm": "osc 9",
    "foot": "osc 777",
    "foot-extra": "osc 777",
    "rxvt-unicode": "osc 777",
    "rxvt-unicode-256color": "osc 777",
}
_BETWEEN = ("tmux", "screen")
# They understand it where their builder or their owner wants it; the bell they all have.
_UNSURE = ("VTE_VERSION", "rxvt-unicode", "rxvt-unicode-256color")


def wanted(setting: How | None, environ: Mapping[str, str]) -> How:
    """Return how to notify: as the configuration says, else by the terminal's means; not where nobody sits."""
    return setting or ("off" if is_ci(environ) else "auto")


def kind_of(environ: Mapping[str, str]) -> Kind:
    """Return what the terminal understands, through whatever stands in between; its bell where nobody knows."""
    return _known(environ)[0]


def sequence(title: str, outcome: str, how: How, environ: Mapping[str, str]) -> str:
    """Return what makes the terminal tell that an answer has ended; empty for nothing.

    Args:
        title: The session's title, which is foreign.
        outcome: How it ended, as a word of ours.
        how: What is wanted.
        environ: The environment.
    """
    if how == "off":
        return ""
    kind, is_sure = _known(environ)
    if how == "bell" or kind == "bell":
        return BELL
    asked = _asked(kind, words(title, outcome))
    between = multiplexer(environ)
    if between == "screen":
        return BELL
    if between == "tmux":
        # It hands on nothing unless it is told to, but always the bell.
        return through_tmux(asked) + BELL
    return asked if is_sure else asked + BELL


def words(title: str, outcome: str) -> str:
    """Return what is told: an answer's outcome and its session's title, on one short and safe line."""
    line = sanitize_line(title) or "(no title)"
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    # A semicolon divides the parts of some sequences.
    return f"{outcome}: {short}".replace(";", ",")


def _known(environ: Mapping[str, str]) -> tuple[Kind, bool]:
    """Return what the terminal understands, and whether that is sure."""
    program = environ.get("TERM_PROGRAM", "")
    if program and program not in _BETWEEN:
        # What other terminals have set is older: this one was started out of them.
        return _BY_PROGRAM.get(program, "bell"), True
    if kind := _BY_PROGRAM.get(environ.get("LC_TERMINAL", "")):
        return kind, True
    for variable, kind in _BY_VARIABLE.items():
        if environ.get(variable):
            return kind, variable not in _UNSURE
    name = environ.get("TERM", "")
    found = _BY_NAME.get(name)
    return (found, name not in _UNSURE) if found else ("bell", True)


def _asked(kind: Kind, told: str) -> str:
    """Return the sequence that asks for a notification."""
    match kind:
        case "osc 99":
            return f"\x1b]99;i={NAME};{NAME}: {told}\x1b\\"
        case "osc 777":
            return f"\x1b]777;notify;{NAME};{told}\x1b\\"
        case "osc 9":
            return f"\x1b]9;{NAME}: {told}\x1b\\"
        case "bell":
            return BELL
