"""Pastes taken out of what comes from a terminal as they are: read letter by letter, they would take seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from textual.events import Key, Paste
from textual.keys import _character_to_key

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""What a terminal puts around a paste."""


LONGEST_PAUSE = 3.0
"""Seconds without anything coming after which a paste has ended without saying so."""

MANY = 32
"""Letters that come in one piece, from which on nobody typed them one by one."""

# Letters of a control sequence, or behind an escape, are none.
_MANY = re.compile(f"\x1b(?:\\[[0-?]*[ -/]*[@-~]|O.|.)?|(?P<letters>[^\\x00-\\x1f\\x7f-\\x9f]{{{MANY},}})")


class Typed(Paste):
    """Letters that came at once as if they had been typed: a paste from a terminal that does not mark them."""

    def keys(self) -> list[Key]:
        """Return what was typed, key by key, for where there is nothing to paste into."""
        return [Key(_character_to_key(letter), letter) for letter in self.text]


def many(keys: str) -> Iterator[str | Typed]:
    """Return keys in their order, with letters that came at once in one piece."""
    end = 0
    for match in _MANY.finditer(keys):
        if match["letters"]:
            if match.start() > end:
                yield keys[end : match.start()]
            yield Typed(match["letters"])
            end = match.end()
    if keys[end:]:
        yield keys[end:]


class Pasted(NamedTuple):
    """A paste that has come to its end.

    Attributes:
        text: What was pasted, without NUL characters.
    """

    text: str


class Pasting:
    """Cuts what comes into keys and pastes, in their order; a paste may come in many pieces.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pieces: list[str] | None = None
        self._clock = clock
        self._came = 0.0

    def cut(self, text: str) -> Iterator[str | Pasted]:
        """Return the keys and the pastes of a text; what belongs to a paste without an end yet is kept.

        A paste whose end does not come has ended with what came: otherwise all keys would go into it for ever.

        Args:
            text: What has come; empty where nothing came for a while.
        """
        if text:
            self._came = self._clock()
        elif self._pieces is not None and self._clock() - self._came >= LONGEST_PAUSE:
            yield self._taken()
        while text:
            if self._pieces is None:
                keys, begin, text = text.partition(BEGIN)
                if keys:
                    yield keys
                if begin:
                    self._pieces = []
                continue
            # The end may have been cut in two.
            last = self._pieces.pop() if self._pieces else ""
            pasted, end, text = (last + text).partition(END)
            self._pieces.append(pasted)
            if end:
                yield self._taken()
            elif len(pasted) >= len(END):
                self._pieces[-1:] = [pasted[: -len(END)], pasted[-len(END) :]]

    def _taken(self) -> Pasted:
        """Return the paste that has come to its end."""
        whole, self._pieces = "".join(self._pieces or ()), None
        return Pasted(whole.replace("\0", ""))
