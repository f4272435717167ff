"""What the terminal itself answers, and what the programs around it do: asked, with little patience."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Sequence
from dataclasses import dataclass

PATIENCE = 1.0
"""Seconds for which a terminal's answer is waited for; over a slow line it takes that long."""

PROGRAM_PATIENCE = 3.0
"""Seconds that a program may take."""

# The ground's colour, the terminal's name, and what every terminal answers, which therefore comes last.
_QUESTION = b"\x1b]11;?\x1b\\\x1b[>0q\x1b[c"
_ATTRIBUTES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_NAME = re.compile(rb"\x1bP>\|([^\x1b\x07]{1,80})\x1b\\")
_COLOUR = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{2})[0-9a-fA-F]*/([0-9a-fA-F]{2})[0-9a-fA-F]*/([0-9a-fA-F]{2})")
_CLIPBOARD = b"52"
_LONGEST = 4096
_HALF = 128


@dataclass(frozen=True, slots=True)
class Answer:
    """What a terminal has answered.

    Attributes:
        name: Its name and version; empty where it does not tell.
        is_light: Whether its ground is light; None where it does not tell.
        takes_text: Whether it says that programs may write its clipboard. That it says nothing means nothing.
        columns: How wide it is.
        lines: How high it is.
    """

    name: str = ""
    is_light: bool | None = None
    takes_text: bool = False
    columns: int = 80
    lines: int = 24


def ask_terminal() -> Answer | None:
    """Ask the terminal that is input and output of this program; None where there is none, or it says nothing."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        return None
    number = sys.stdin.fileno()
    try:
        if os.tcgetpgrp(number) != os.getpgrp():
            return None
        size = os.get_terminal_size(number)
        came = _exchange(number)
    except (OSError, termios.error):
        return None
    return answer_in(came, size.columns, size.lines)


def answer_in(came: bytes, columns: int, lines: int) -> Answer | None:
    """Return what stands in the bytes that a terminal has sent; None where it answered nothing.

    Args:
        came: What it has sent.
        columns: How wide it is.
        lines: How high it is.
    """
    attributes, name, colour = _ATTRIBUTES.search(came), _NAME.search(came), _COLOUR.search(came)
    if not (attributes or name or colour):
        return None
    light = None
    if colour is not None:
        red, green, blue = (int(part, 16) for part in colour.groups())
        light = 0.299 * red + 0.587 * green + 0.114 * blue > _HALF
    return Answer(
        name[1].decode("utf-8", "replace") if name else "",
        light,
        attributes is not None and _CLIPBOARD in attributes[1].split(b";")[1:],
        columns,
        lines,
    )


def _exchange(number: int) -> bytes:
    """Ask a terminal, and return what it sends until its last answer, or until patience ends. Raises OSError."""
    before = termios.tcgetattr(number)
    came, end = b"", time.monotonic() + PATIENCE
    try:
        tty.setcbreak(number, termios.TCSAFLUSH)
        os.write(number, _QUESTION)
        while not _ATTRIBUTES.search(came) and len(came) < _LONGEST:
            if not select.select([number], [], [], max(0.0, end - time.monotonic()))[0]:
                break
            came += os.read(number, 1024)
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(number, termios.TCSAFLUSH, before)
    return came


def told_by(program: Sequence[str]) -> str | None:
    """Return what a program writes, without blanks at its ends; None where it fails or is not there."""
    try:
        done = subprocess.run(
            program, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PROGRAM_PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
