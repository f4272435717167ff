"""When texts came to a screen, told afterwards from what was read: nothing is drawn while it is measured."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.support.emulator import Emulator
from tests.support.pty_process import Chunk

COLUMNS, ROWS = 120, 40


class Awaited(NamedTuple):
    """A text that is to come to a screen where it has never been.

    Attributes:
        text: What has to be read there, in one line.
        moment: The monotonic time of its cause, in seconds.
    """

    text: str
    moment: float


def lags(chunks: Iterable[Chunk], awaited: Sequence[Awaited]) -> list[float]:
    """How long each text took to the screen.

    Args:
        chunks: All that the program has written since its start, to a screen of `COLUMNS` by `ROWS` cells.
        awaited: The texts, in the order of their causes.

    Returns:
        For each text the milliseconds from its cause to the read that completed the first frame in which it
        stands; infinity if it never did.
    """
    found = [math.inf] * len(awaited)
    later = deque(range(len(awaited)))
    missing: list[int] = []
    screen = Emulator(COLUMNS, ROWS)
    for chunk in chunks:
        screen.feed(chunk.data)
        while later and awaited[later[0]].moment <= chunk.time:
            missing.append(later.popleft())
        if screen.torn or not missing:
            continue
        shown = "\n".join(screen.lines())
        for index in missing:
            if awaited[index].text in shown:
                found[index] = (chunk.time - awaited[index].moment) * 1000
        missing = [index for index in missing if math.isinf(found[index])]
    return found


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest value that so many percent of the values do not exceed; None if there are no values."""
    return sorted(values)[max(1, math.ceil(percent / 100 * len(values))) - 1] if values else None


def lost(what: str, values: Sequence[float]) -> list[str]:
    """A sentence about the texts that never came to the screen, or nothing if all did."""
    count = sum(map(math.isinf, values))
    return [f"{what}: {count} of {len(values)} never came to the screen"] if count else []
