"""Time and chance as a conversation uses them; tests bring their own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from oats_tui.chat.coalesce import Timer

STREAM_INTERVAL = 0.05
"""Seconds between two tellings of a growing text: 20 a second looks continuous and costs a third of 60."""


def _call_later(delay: float, call: Callable[[], None]) -> Timer:
    """Schedule a call on the running loop."""
    return asyncio.get_running_loop().call_later(delay, call)


@dataclass(frozen=True)
class Pace:
    """Where time and chance come from.

    Attributes:
        clock: Seconds, monotonic.
        sleep: Waits so many seconds.
        call_later: Calls something after so many seconds.
        jitter: The source of chance for waits.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    call_later: Callable[[float, Callable[[], None]], Timer] = _call_later
    jitter: random.Random = field(default_factory=random.Random)
