"""Many small changes told as few: the latest wins, at most so often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """What a scheduled call gives back."""

    def cancel(self) -> None:
        """Forget the call."""
        ...


class Coalescer:
    """Calls ``emit`` soon after ``changed``, and never more often than once an interval.

    The first change after a quiet interval is emitted at once; those that follow within the interval are
    emitted together at its end, so the last change is never left unsaid.

    Args:
        emit: What to call.
        interval: Seconds between two calls; 0.05 is 20 a second.
        clock: Seconds, monotonic.
        call_later: Schedules a call after so many seconds, as ``loop.call_later`` does.
    """

    def __init__(
        self,
        emit: Callable[[], None],
        interval: float,
        clock: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._emit = emit
        self._interval = interval
        self._clock = clock
        self._call_later = call_later
        self._last = float("-inf")
        self._timer: Timer | None = None

    def changed(self) -> None:
        """Say that there is something new to tell."""
        if self._timer is not None:
            return
        wait = self._last + self._interval - self._clock()
        if wait <= 0:
            self._fire()
        else:
            self._timer = self._call_later(wait, self._fire)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        """Emit now, and remember when."""
        self._timer = None
        self._last = self._clock()
        self._emit()
