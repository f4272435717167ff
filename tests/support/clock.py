"""Time that passes only when a test says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from oats_tui.chat.pace import Pace


@dataclass(eq=False)
class Alarm:
    """A call that is due at a moment; it can be taken back."""

    due: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        """Forget the call."""
        self.cancelled = True


class Clock:
    """A clock, with what waits for it; call it for the seconds so far."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []
        self._alarms: list[Alarm] = []

    def __call__(self) -> float:
        return self.now

    @property
    def waiting(self) -> int:
        """How many calls are still due."""
        return sum(not alarm.cancelled for alarm in self._alarms)

    def call_later(self, delay: float, call: Callable[[], None]) -> Alarm:
        """Call something once so many seconds have passed."""
        alarm = Alarm(self.now + delay, call)
        self._alarms.append(alarm)
        return alarm

    async def sleep(self, delay: float) -> None:
        """Wait until so many seconds have passed."""
        self.sleeps.append(delay)
        passed = asyncio.get_running_loop().create_future()
        alarm = self.call_later(delay, lambda: passed.set_result(None))
        try:
            await passed
        finally:
            alarm.cancel()

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, making the calls that become due, in order."""
        end = self.now + seconds
        while due := [alarm for alarm in self._alarms if not alarm.cancelled and alarm.due <= end]:
            alarm = min(due, key=lambda each: each.due)
            self._alarms.remove(alarm)
            self.now = max(self.now, alarm.due)
            alarm.call()
        self._alarms = [alarm for alarm in self._alarms if not alarm.cancelled]
        self.now = end

    def pace(self, seed: int = 1) -> Pace:
        """This clock as a conversation uses it, with a seeded source of chance."""
        return Pace(self, self.sleep, self.call_later, random.Random(seed))
