"""What is on its way to a terminal is bounded, and a slow line is known by its terminal's answers."""

from __future__ import annotations

import pytest

from oats_tui.ui.painting.pacing import (
    ASKED_EVERY,
    LARGE,
    MOST_ON_THE_WAY,
    PATIENCE,
    PORTION,
    QUESTION,
    QUICK_ANSWERS,
    SLOW,
    Pacing,
)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_on_the_same_machine_is_never_asked() -> None:
    pacing = Pacing("auto", is_remote=False)
    assert pacing.room() is None
    assert pacing.question(10 * LARGE) == ""
    assert not pacing.answered()
    assert not pacing.is_slow


def test_nothing_is_bounded_and_asked_where_that_is_not_wished() -> None:
    pacing = Pacing("off", is_remote=True)
    assert pacing.room() is None
    assert pacing.question(10 * LARGE) == ""


def test_a_slow_line_is_known_by_the_time_that_much_takes_to_arrive() -> None:
    clock = Clock()
    pacing = Pacing("auto", is_remote=True, clock=clock)
    assert pacing.question(10) == QUESTION
    assert pacing.asks
    clock.now += SLOW + 0.01
    assert pacing.answered()
    assert pacing.is_slow
    assert pacing.round_trip == pytest.approx(SLOW + 0.01)
    assert not pacing.asks


def test_a_quick_line_is_asked_now_and_then() -> None:
    clock = Clock()
    pacing = Pacing("auto", is_remote=True, clock=clock)
    assert pacing.question(LARGE) == QUESTION
    clock.now += SLOW / 3
    assert not pacing.answered()
    assert pacing.question(LARGE) == ""
    clock.now += ASKED_EVERY
    assert pacing.question(LARGE - 1) == ""
    assert pacing.question(LARGE) == QUESTION


def test_one_late_answer_of_a_quick_line_is_asked_for_again() -> None:
    clock = Clock()
    pacing = Pacing("auto", is_remote=True, clock=clock)

    def answered_after(seconds: float, size: int) -> bool:
        assert pacing.question(size) == QUESTION
        clock.now += seconds
        return pacing.answered()

    answered_after(SLOW / 3, 10)
    for later in (SLOW / 3, 2 * SLOW):
        clock.now += ASKED_EVERY
        assert not answered_after(2 * SLOW, LARGE)
        assert not pacing.is_slow
        # At the next thing that is written, however little and soon that is.
        assert answered_after(later, 10) == (later > SLOW)
        assert pacing.is_slow == (later > SLOW)


def test_a_line_that_was_slow_for_a_moment_is_quick_again() -> None:
    clock = Clock()
    pacing = Pacing("auto", is_remote=True, clock=clock)
    pacing.question(LARGE)
    clock.now += 2 * SLOW
    assert pacing.answered()
    turned = []
    for _ in range(QUICK_ANSWERS):
        assert pacing.question(10) == QUESTION
        clock.now += SLOW / 3
        turned.append(pacing.answered())
    assert turned == [*[False] * (QUICK_ANSWERS - 1), True]
    assert not pacing.is_slow


def test_where_it_is_wished_it_stays() -> None:
    clock = Clock()
    pacing = Pacing("on", clock=clock)
    for _ in range(2 * QUICK_ANSWERS):
        pacing.question(10)
        assert not pacing.answered()
    assert pacing.is_slow


def test_no_more_is_written_until_what_was_written_has_arrived() -> None:
    clock = Clock()
    pacing = Pacing("on", clock=clock)
    assert pacing.room() == PORTION
    pacing.question(PORTION)
    assert pacing.room() == min(PORTION, MOST_ON_THE_WAY - PORTION)
    pacing.question(MOST_ON_THE_WAY - PORTION)
    assert pacing.room() == 0
    pacing.answered()
    assert pacing.room() == PORTION
    pacing.answered()
    assert not pacing.asks


def test_a_terminal_that_never_answers_is_written_to_all_the_same() -> None:
    clock = Clock()
    pacing = Pacing("on", clock=clock)
    pacing.question(MOST_ON_THE_WAY)
    assert pacing.room() == 0
    clock.now += PATIENCE + 0.1
    assert pacing.room() == PORTION
    assert not pacing.answered()
