"""What a terminal answers to the questions that it is asked, taken out of what is typed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

GROUND_QUESTION = "\x1b]11;?\x1b\\"
"""Asks for the colour behind the text."""

WIDTH_QUESTION = "\ré\x1b[6n"
"""Asks how far one letter of two bytes takes the cursor: by one cell where the terminal knows UTF-8."""

MARGINS_QUESTION = "\x1b[?69$p"
"""Asks whether lines can be moved between margins at the sides."""

PATIENCE = 5.0
"""Seconds in which a lone escape may be the beginning of an answer whose rest is still on its way."""

_MIDDLE = 0.5

_STRING = re.compile("\x1b](?P<code>[0-9]+);(?P<value>[^\x07\x1b]*)(?:\x07|\x1b\\\\)")
_CURSOR = re.compile("\x1b\\[[0-9]+;(?P<column>[0-9]+)R")
_MARGINS = re.compile("\x1b\\[\\?69;(?P<state>[0-9])\\$y")
_BEGUN = re.compile("\x1b(](1(1(;[rgba0-9A-F:/c-f]{0,40}\x1b?)?)?)?)?\\Z")
_MARGINS_BEGUN = re.compile("\x1b(\\[(\\?(6(9(;([0-9]\\$?)?)?)?)?)?)?\\Z")

# Set, or not: but known, and not so for good.
_KNOWN = ("1", "2")
_COLOUR = re.compile("rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(/[0-9a-fA-F]*)?")


@dataclass(slots=True)
class Told:
    """What a terminal has told of itself.

    Attributes:
        light: Whether the ground is light.
        utf8: Whether it knows UTF-8.
        margins: Whether it moves lines between margins at the sides.
    """

    light: bool | None = None
    utf8: bool | None = None
    margins: bool = False


def is_light(colour: str) -> bool | None:
    """Return whether a colour, as terminals tell it (rgb:ffff/ffff/ffff), is light; None where it is none."""
    match = _COLOUR.fullmatch(colour)
    if match is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups()[:3])
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > _MIDDLE)


class Answers:
    """Takes answers out of what comes from a terminal, whenever and in however many pieces they come.

    Args:
        clock: Seconds, monotonic.

    Attributes:
        told: What has been told so far.
        settled: Set while no answer is being waited for.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.told = Told()
        self.settled = threading.Event()
        self.settled.set()
        self._clock = clock
        self._held = ""
        self._asked = float("-inf")
        self._wants_width = False
        self._wants_margins = False

    def asked(self, *, width: bool, margins: bool = False) -> None:
        """Take it that the terminal has been asked just now.

        Args:
            width: Whether it was also asked if it knows UTF-8.
            margins: Whether it was also asked if it knows margins.
        """
        self._asked = self._clock()
        self._wants_width = width
        self._wants_margins = margins
        self.settled.clear()

    @property
    def age(self) -> float:
        """Seconds since the terminal was asked."""
        return self._clock() - self._asked

    def take(self, text: str) -> str:
        """Return what of a text has been typed; an answer that has only begun is held back for its rest.

        Args:
            text: What has come; empty where nothing came for a tenth of a second.
        """
        if not text:
            return self._let_go()
        whole = self._held + text
        self._held = ""
        if "\x1b" not in whole:
            return whole
        whole = _STRING.sub(self._string, whole)
        if self._wants_width:
            whole = _CURSOR.sub(self._cursor, whole, count=1)
        if self._wants_margins:
            whole = _MARGINS.sub(self._margins, whole, count=1)
        begun = _BEGUN.search(whole) or (_MARGINS_BEGUN.search(whole) if self._wants_margins else None)
        if begun is not None and (len(begun.group()) > 1 or self._is_awaited):
            whole, self._held = whole[: begun.start()], begun.group()
        return whole

    @property
    def _is_awaited(self) -> bool:
        """Whether an answer may still come."""
        return not self.settled.is_set() and self.age < PATIENCE

    def _let_go(self) -> str:
        """Return what was held back and is no answer: an escape, or alt with a bracket."""
        if len(self._held) > len("\x1b]"):
            return ""
        typed, self._held = self._held, ""
        return typed

    def _string(self, match: re.Match[str]) -> str:
        """Take in the answer to a question for a colour."""
        if match["code"] == "11":
            self.told.light = is_light(match["value"])
            self.settled.set()
        return ""

    def _margins(self, match: re.Match[str]) -> str:
        """Take in whether there are margins."""
        self._wants_margins = False
        self.told.margins = match["state"] in _KNOWN
        return ""

    def _cursor(self, match: re.Match[str]) -> str:
        """Take in where the cursor is."""
        self._wants_width = False
        self.told.utf8 = int(match["column"]) == len("é") + 1
        return ""
