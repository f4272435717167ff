"""How much may be on its way to a terminal at the end of a slow line.

What is written to a slow line waits in buffers that nobody can look into, and a typed letter waits behind it. So
the terminal is asked, behind what is written, whether it is well; its answer tells that all of that has arrived,
and how long it took.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeAlias

Wish: TypeAlias = Literal["auto", "on", "off"]
"""Whether bytes are saved: as the line is, always or never."""

QUESTION = "\x1b[5n"
"""The report of its state that any terminal gives."""

SLOW = 0.15
"""Seconds until an answer from which on a line is slow."""

QUICK_ANSWERS = 8
"""After so many quick answers in a row a line is slow no longer."""

PORTION = 1000
"""Bytes that are written in one piece to a slow line: a tenth of a second at 9,600 bytes a second."""

MOST_ON_THE_WAY = 2000
"""Bytes that may be on their way before more is written, typed letters apart."""

LARGE = 1000
"""Bytes from which on it is asked how long they take, on a line that is not slow; but always at first."""

ASKED_EVERY = 10.0
"""Seconds between two such questions."""

PATIENCE = 2.0
"""Seconds after which an answer is not waited for any longer."""


class Pacing:
    """Knows how slow a line is, and what is on its way.

    Args:
        wish: Whether bytes are saved.
        is_remote: Whether the terminal is on another machine.
        clock: Seconds, monotonic.

    Attributes:
        is_slow: Whether bytes are saved now.
        round_trip: Seconds until the last answer; None before the first.
    """

    def __init__(
        self, wish: Wish = "off", *, is_remote: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.is_slow = wish == "on"
        self.round_trip: float | None = None
        self._adapts = wish == "auto" and is_remote
        self._clock = clock
        self._on_the_way: deque[tuple[float, int]] = deque()
        self._asked = float("-inf")
        self._quick = 0
        self._is_in_doubt = False

    @property
    def asks(self) -> bool:
        """Whether an answer may be on its way."""
        return bool(self._on_the_way)

    def room(self) -> int | None:
        """Return how many bytes may be written now; None for any number."""
        if not self.is_slow:
            return None
        while self._on_the_way and self._clock() - self._on_the_way[0][0] > PATIENCE:
            self._on_the_way.popleft()
        left = MOST_ON_THE_WAY - sum(size for _, size in self._on_the_way)
        return min(left, PORTION) if left > 0 else 0

    def question(self, size: int) -> str:
        """Return what is to be asked behind so many bytes that are written now; empty for nothing."""
        now = self._clock()
        is_first = self._asked == float("-inf")
        is_time = size >= LARGE and now - self._asked >= ASKED_EVERY
        is_due = self._adapts and (is_first or is_time or (self._is_in_doubt and not self.asks))
        if not self.is_slow and not is_due:
            return ""
        self._asked = now
        self._on_the_way.append((now, size))
        return QUESTION

    def answered(self) -> bool:
        """Note an answer; returns whether the line is another now than was thought."""
        if not self._on_the_way:
            return False
        asked, _ = self._on_the_way.popleft()
        is_first, self.round_trip = self.round_trip is None, self._clock() - asked
        was_slow = self.is_slow
        self._quick = self._quick + 1 if self.round_trip < SLOW / 2 else 0
        is_late = self.round_trip >= SLOW
        if self._adapts:
            # A machine that was busy for a moment is no slow line: a single late answer is asked for once more.
            is_sure = was_slow or is_first or self._is_in_doubt
            self.is_slow = (is_late and is_sure) or (was_slow and self._quick < QUICK_ANSWERS)
            self._is_in_doubt = is_late and not is_sure
        return self.is_slow != was_slow
