from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.chat import backoff
from oats_tui.chat.coalesce import Coalescer
from tests.support.clock import Clock

INTERVAL = 0.05


def test_the_first_change_is_told_at_once_and_those_behind_it_together() -> None:
    clock, told = Clock(), list[float]()
    coalescer = Coalescer(lambda: told.append(clock.now), INTERVAL, clock, clock.call_later)
    coalescer.changed()
    assert told == [0.0]
    clock.advance(0.01)
    coalescer.changed()
    coalescer.changed()
    assert told == [0.0]
    clock.advance(1.0)
    assert told == [0.0, INTERVAL]
    coalescer.changed()
    assert told == [0.0, INTERVAL, 1.01]


def test_a_closed_one_tells_nothing_more() -> None:
    clock, told = Clock(), list[float]()
    coalescer = Coalescer(lambda: told.append(clock.now), INTERVAL, clock, clock.call_later)
    coalescer.changed()
    coalescer.changed()
    coalescer.close()
    clock.advance(1.0)
    assert told == [0.0]
    assert clock.waiting == 0


@given(st.lists(st.integers(0, 120), max_size=60))
def test_never_too_often_and_the_last_change_is_never_lost(gaps: list[int]) -> None:
    clock = Clock()
    value, told = 0, list[tuple[float, int]]()
    coalescer = Coalescer(lambda: told.append((clock.now, value)), INTERVAL, clock, clock.call_later)
    for gap in gaps:
        clock.advance(gap / 1000)
        value += 1
        coalescer.changed()
        assert told[-1][1] == value or clock.waiting == 1
    clock.advance(INTERVAL)
    assert not told if not gaps else told[-1][1] == value
    assert all(later - earlier > INTERVAL - 1e-9 for (earlier, _), (later, _) in pairwise(told))
    assert clock.waiting == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_wait_doubles_and_is_never_twice_the_same(seed: int) -> None:
    jitter = random.Random(seed)
    for attempt, longest in ((1, 0.5), (2, 1.0), (3, 2.0)):
        waits = {backoff.delay(attempt, None, jitter) for _ in range(20)}
        assert len(waits) == 20
        assert all(wait is not None and longest / 2 <= wait < longest for wait in waits)


@pytest.mark.parametrize(
    ("attempt", "asked", "expected"),
    [
        (1, 7.5, 7.5),
        (3, 60.0, 60.0),
        (1, 60.1, None),
        (1, 0.0, 0.0),
        (backoff.ATTEMPTS, None, None),
        (backoff.ATTEMPTS, 1.0, None),
    ],
)
def test_the_server_says_how_long_within_reason(attempt: int, asked: float, expected: float | None) -> None:
    assert backoff.delay(attempt, asked, random.Random(1)) == expected
