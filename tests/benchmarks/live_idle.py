"""What a window costs that nobody touches, on a folder of many sessions in which nothing happens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from tests.benchmarks.live_place import Measured, Place, bare_watcher, read, settle, window
from tests.support.terminal import Terminal

_IDLE_SECONDS, _QUICK_IDLE_SECONDS = 60.0, 10.0
# What the program puts off until it has shown the list is not what it costs afterwards.
_REST_SECONDS, _QUICK_REST_SECONDS = 10.0, 3.0


def idle(place: Place) -> Measured:
    """Do nothing for a minute, and see what that costs."""
    with _both(place) as (subject, floor):
        before = [(side.cost().cpu, side.bytes_written) for side in (subject, floor)]
        began = time.monotonic()
        time.sleep(_QUICK_IDLE_SECONDS if place.quick else _IDLE_SECONDS)
        after = [(side.cost().cpu, side.bytes_written) for side in (subject, floor)]
        seconds = time.monotonic() - began
    samples = [
        {
            "cpu": None if cpu is None or cpu_now is None else (cpu_now - cpu) / seconds * 100,
            "bytes": float(written_now - written),
        }
        for (cpu, written), (cpu_now, written_now) in zip(before, after, strict=True)
    ]
    return Measured(samples[0], samples[1])


def memory(place: Place) -> Measured:
    """See how much memory a window holds once it rests."""
    with _both(place) as sides:
        costs = [side.cost() for side in sides]
    samples = [{"rss": cost.tree_rss, "own_rss": cost.rss} for cost in costs]
    return Measured(samples[0], samples[1])


@contextlib.contextmanager
def _both(place: Place) -> Iterator[tuple[Terminal, Terminal]]:
    """A window with one session open and the bare watcher, both at rest on the folder of many sessions."""
    data = place.crowd()
    path = min((data / "sessions").glob("*.json"))
    with (
        window(place.home(), data, path.stem) as subject,
        bare_watcher(place.home(), data / "sessions") as floor,
    ):
        settle(subject, read(path))
        time.sleep(_QUICK_REST_SECONDS if place.quick else _REST_SECONDS)
        subject.quiet()
        yield subject, floor
