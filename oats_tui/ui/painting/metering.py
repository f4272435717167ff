"""How many bytes a second go to the terminal, for who wants to know."""

from __future__ import annotations

from collections.abc import Callable

EVERY = 1.0
"""Seconds between two looks."""

OWN = 200
"""Bytes that telling it takes at most; so few alone are none, or it would tell of itself for ever."""


class Meter:
    """Tells how many bytes a second go to the terminal; says nothing while none do.

    Args:
        written: How many have gone there so far.
        later: Calls a function after so many seconds.
        show: Shows some words; empty ones to show nothing.
    """

    def __init__(
        self,
        written: Callable[[], int],
        later: Callable[[float, Callable[[], None]], object],
        show: Callable[[str], None],
    ) -> None:
        self._words = ""
        self._written = written
        self._later = later
        self._show = show
        self._is_on = False
        self._is_looking = False
        self._before = 0

    def turn(self) -> None:
        """Begin to tell, or end it."""
        self._is_on = not self._is_on
        self._before = self._written()
        self._tell(0)

    def painted(self) -> None:
        """Take note that something has gone to the terminal."""
        if not self._is_on or self._is_looking:
            return
        if self._words != _words(0) or self._written() - self._before > OWN:
            self._is_looking = True
            self._later(EVERY, self._look)

    def _look(self) -> None:
        """Tell how many bytes have gone there since the last look."""
        self._is_looking = False
        now = self._written()
        count, self._before = now - self._before, now
        self._tell(count if count > OWN else 0)

    def _tell(self, count: int) -> None:
        """Show how many bytes went there in a second."""
        self._words = _words(count) if self._is_on else ""
        self._show(self._words)


def _words(count: int) -> str:
    """Return an amount of bytes a second, in so many letters always that nothing beside them moves."""
    return f"{count:>6,} bytes/s"
