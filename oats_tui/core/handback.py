"""The terminal given back whatever happens: what was changed of it, and the way back where nobody else goes it."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import sys
import termios
from dataclasses import dataclass
from typing import Any

KEYBOARD_RESET = "\x1b[<9u"
"""What takes back every keyboard protocol of the second screen: a program whose line dropped may have left one."""

CANCEL = "\x18\x1b[0m\x1b[?69l\x1b[r\x1b[?2026l"
"""What ends whatever may have been written by half: a sequence, a style, a move of lines, a frame."""

# The keyboard's protocol is the second screen's own.
RESET = CANCEL.encode() + (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1004l\x1b[?2004l"
    b"\x1b[?2048l\x1b[?7h\x1b[<9u\x1b[?1049l\x1b[?25h\x1b[0 q"
)
"""What takes back all that a program with a screen may have set."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A terminal that is in use.

    Attributes:
        number: The file's.
        settings: The line's settings as they were; None where they could not be read.
        process: Whose it is; what that starts has no business with it.
    """

    number: int
    settings: list[Any] | None
    process: int


_taken: _Taken | None = None


def take(number: int) -> None:
    """Take it that the screen of a terminal is in use from now on.

    Args:
        number: The number of the file that the terminal is.
    """
    global _taken
    if _taken is not None:
        return
    try:
        settings = termios.tcgetattr(number)
    except termios.error:
        settings = None
    _taken = _Taken(number, settings, os.getpid())
    atexit.register(give_back)


def given_back() -> None:
    """Take it that the terminal is as it was."""
    global _taken
    _taken = None
    atexit.unregister(give_back)


def give_back() -> bool:
    """Give the terminal back where that has not been done; returns whether it had to be."""
    taken = _taken
    if taken is None or taken.process != os.getpid():
        return False
    given_back()
    with contextlib.suppress(OSError, ValueError):
        # One that takes nothing would be waited for for ever.
        if select.select([], [taken.number], [], 0)[1]:
            if sys.__stderr__ is not None:
                sys.__stderr__.flush()  # what is kept there would come behind
            os.write(taken.number, RESET)
    if taken.settings is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(taken.number, termios.TCSANOW, taken.settings)
    return True
