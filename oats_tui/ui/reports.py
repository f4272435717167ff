"""What a terminal reports and nobody here asked for, such as late answers to the program before: no keys."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

LONGEST_PAUSE = 1.0
"""Seconds without anything coming after which a string without an end is over."""

LONGEST = 64
"""Characters of a report that has only begun; more are none, and are dropped as they come."""

# Textual asks whether frames can be synchronised (2026), and for sizes in band (2048, 48).
_ASKED_FOR = "(?!\\?20(?:26|48);)(?!48;)"

# Control sequences with a private mark, about modes, and about the window: no key sends them.
_SEQUENCE = re.compile(f"\x1b\\[{_ASKED_FOR}(?:[?>=][0-9;:]*[ -/]*[@-~]|[0-9;]+(?:\\$y|t))")

# How the strings of terminals begin. So does alt with a bracket or a letter: what follows tells them apart.
_STRING = re.compile("\x1b(?:\\][0-9]+;|\\][lL]|P[0-9;]*[!$+>|{]|_G)")
_INSIDE = re.compile("\\A[^\x07\x1b]*")
_END = re.compile("\\A(?:\x07|\x1b\\\\)")

_BEGUN = re.compile("\x1b(?:\\[[?>=]?[0-9;:]*[ -/]*|\\][0-9]*|P[0-9;]*|_)\\Z")


class Reports:
    """Takes reports out of what comes from a terminal, in however many pieces they come.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._came = 0.0
        self._held = ""
        self._is_string = False

    def take(self, text: str) -> str:
        """Return what of a text has been typed; what may be the beginning of a report is held back for its rest.

        Args:
            text: What has come; empty where nothing came for a tenth of a second.
        """
        if not text:
            return self._let_go()
        self._came = self._clock()
        text, self._held = self._held + text, ""
        typed = []
        while text:
            if self._is_string:
                text = self._without_string(text)
            else:
                keys, text = self._until_string(text)
                typed.append(keys)
        return "".join(typed)

    def _let_go(self) -> str:
        """Return what was held back and is no report: a key, or the beginning of one."""
        if self._is_string and not self._held:
            self._is_string = self._clock() - self._came < LONGEST_PAUSE
            return ""
        self._is_string = False
        held, self._held = self._held, ""
        return held

    def _until_string(self, text: str) -> tuple[str, str]:
        """Return what has been typed before the next string, and that string and all behind it."""
        begin = _STRING.search(text)
        if begin is not None:
            self._is_string = True
            return _SEQUENCE.sub("", text[: begin.start()]), text[begin.end() :]
        text = _SEQUENCE.sub("", text)
        begun = _BEGUN.search(text)
        if begun is None:
            return text, ""
        if len(begun.group()) <= LONGEST:
            self._held = begun.group()
        return text[: begun.start()], ""

    def _without_string(self, text: str) -> str:
        """Return what comes behind the string that has begun; an escape that comes last may belong to its end."""
        text = _INSIDE.sub("", text, count=1)
        if text in ("", "\x1b"):
            self._held = text
            return ""
        self._is_string = False
        return _END.sub("", text, count=1)
