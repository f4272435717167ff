"""Pastes taken out of what comes from a terminal as they are: read letter by letter, they would take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

BEGIN, END = "\x1b[200~", "\x1b[201~"
"""What a terminal puts around a paste."""


class Pasted(NamedTuple):
    """A paste that has come to its end.

    Attributes:
        text: What was pasted, without NUL characters.
    """

    text: str


class Pasting:
    """Cuts what comes into keys and pastes, in their order; a paste may come in many pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] | None = None

    def cut(self, text: str) -> Iterator[str | Pasted]:
        """Return the keys and the pastes of a text; what belongs to a paste without an end yet is kept."""
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
                whole, self._pieces = "".join(self._pieces), None
                yield Pasted(whole.replace("\0", ""))
            elif len(pasted) >= len(END):
                self._pieces[-1:] = [pasted[: -len(END)], pasted[-len(END) :]]
