"""How long to wait before a failed request is sent again."""

from __future__ import annotations

import random

ATTEMPTS = 4
"""How often a request is sent at most: once, and three times again."""

_FIRST = 0.5
_LONGEST_ASKED = 60.0


def delay(attempt: int, retry_after: float | None, jitter: random.Random) -> float | None:
    """Return the seconds to wait before sending again, or None where waiting is of no use.

    Exponential back-off with full jitter on the upper half: 0.25–0.5 s, 0.5–1 s, 1–2 s. What the server asks
    for (Retry-After) beats it, up to a minute; a longer wait is the person's to decide.

    Args:
        attempt: How many requests have failed so far, from 1.
        retry_after: Seconds the server asks to wait, or None.
        jitter: The source of chance.
    """
    if attempt >= ATTEMPTS:
        return None
    if retry_after is not None:
        return retry_after if retry_after <= _LONGEST_ASKED else None
    longest = _FIRST * 2.0 ** (attempt - 1)
    return longest / 2 + jitter.random() * longest / 2
