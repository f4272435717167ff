"""What kind of terminal this is, as far as its environment tells: colours, letters, and what stands in between."""

from __future__ import annotations

import codecs
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Depth = Literal["none", "16", "256", "truecolor"]
"""How many colours a terminal has."""

UTF8 = "utf-8"
ASCII = "ascii"

MOST_COLUMNS, MOST_LINES = 2000, 1000
"""The largest terminal that is drawn on; a larger one is a mistake."""

_KEYS = "\x1b[1;5A\r aZ~"
_RICH_NAMES = ("-direct", "-truecolor", "-24bit")
# Terminals that name themselves in TERM, which a login over SSH takes along, and have all colours.
_TRUECOLOUR = re.compile("(xterm-)?(kitty|ghostty|alacritty|foot|wezterm|contour|rio)(-.*)?")
_OF_256 = re.compile(".*-256color|.*-256col|mosh.*")
_NAMED = re.compile(r"[^.@]*(?:\.(?P<codeset>[^@]*))?(?:@.*)?")
_PLAIN_LOCALES = ("C", "POSIX")

# What Python itself puts into LC_CTYPE where the locale is the plain one.
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """Return how many colours the terminal has; a terminal that nobody knows is taken to have 16.

    Args:
        environ: The environment. NO_COLOR beats COLORTERM, which beats TERM.
    """
    if environ.get("NO_COLOR"):
        return "none"
    name = environ.get("TERM", "")
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    if _TRUECOLOUR.fullmatch(name) or name.endswith(_RICH_NAMES) or environ.get("WT_SESSION"):
        return "truecolor"
    if name.endswith("-mono") or re.fullmatch("vt[0-9]+", name):
        return "none"
    return "256" if _OF_256.fullmatch(name) else "16"


def is_light(environ: Mapping[str, str]) -> bool | None:
    """Return whether the ground is light, as COLORFGBG says; None where it does not."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(ground) in (7, *range(9, 16)) if ground.isdecimal() and int(ground) < 16 else None


def started_with(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the locale as it was when the program was started.

    Where the locale is the plain one, or not on this machine, Python sets LC_CTYPE for itself and its children,
    and then nobody could tell any more.
    """
    if environ is not os.environ or environ.get("LC_CTYPE") not in _COERCED:
        return environ
    try:
        first = Path("/proc/self/environ").read_bytes()
    except OSError:
        return environ
    entries = (entry.partition(b"=") for entry in first.split(b"\0"))
    values = [value.decode("latin-1") for name, _, value in entries if name == b"LC_CTYPE"]
    return {**environ, "LC_CTYPE": values[0] if values else ""}


def charset(environ: Mapping[str, str]) -> str | None:
    """Return the terminal's character set as Python names it; None where no locale is set at all.

    What counts is the locale's name, not whether this machine has it: over SSH it comes from the machine with the
    terminal. One without a character set in its name is taken to be of UTF-8, but for C and POSIX.
    """
    told = started_with(environ)
    name = next((told[each] for each in ("LC_ALL", "LC_CTYPE", "LANG") if told.get(each)), None)
    if name is None:
        return None
    if name in _PLAIN_LOCALES:
        return ASCII
    match = _NAMED.fullmatch(name)
    codeset = match["codeset"] if match else None
    if not codeset:
        return UTF8
    try:
        found = codecs.lookup(codeset).name
        # A terminal's keys are ASCII in any set. Not all that Python knows are sets of characters, either.
        is_possible = f"é{_KEYS}".encode(found, "replace").endswith(_KEYS.encode(ASCII))
    except (LookupError, ValueError, TypeError):
        return ASCII
    if not is_possible:
        return ASCII
    return UTF8 if found.startswith(UTF8) else found


def size(number: int) -> tuple[int, int]:
    """Return how many columns and lines a terminal has: as the system knows, else as the environment says.

    Args:
        number: The number of the file that the terminal is.
    """
    try:
        columns, lines = os.get_terminal_size(number)
    except OSError:
        columns, lines = 0, 0
    if not columns or not lines:
        columns, lines = shutil.get_terminal_size()
    return min(columns, MOST_COLUMNS), min(lines, MOST_LINES)


def is_remote(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal belongs to another machine."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY") or environ.get("SSH_CLIENT"))


def is_ci(environ: Mapping[str, str]) -> bool:
    """Return whether the program runs where nobody sits, as services that build and test programs say."""
    return environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")


def multiplexer(environ: Mapping[str, str]) -> Literal["", "tmux", "screen"]:
    """Return what stands between this program and the terminal."""
    name = environ.get("TERM", "")
    if environ.get("TMUX") or name.startswith("tmux"):
        return "tmux"
    return "screen" if environ.get("STY") or name.startswith("screen") else ""


def through_tmux(sequence: str) -> str:
    """Return a sequence as tmux hands it on to the terminal around it, where its allow-passthrough is on."""
    inside = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{inside}\x1b\\"
