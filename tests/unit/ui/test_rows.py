"""The order of the session list, its cursor and its view, whatever comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.widgets.rows import Row, Rows
from tests.unit.ui.listed import ids, row

HEIGHT = 5

MANY = 20_000

LISTS = st.lists(st.integers(0, 30), unique=True, max_size=20)

STEPS = st.lists(st.tuples(LISTS, st.booleans()), min_size=1, max_size=6)


def of(numbers: list[int]) -> list[Row]:
    """Rows of these numbers, none of them any older than another."""
    return [row(number, age=1) for number in numbers]


def view(shown: Rows, top: int) -> list[int]:
    """The numbers of the rows in view."""
    return ids(shown.shown[top : top + HEIGHT])


@given(STEPS, st.integers(0, 40))
def test_held_rows_keep_their_order_and_new_ones_stand_above_those_below_them(
    steps: list[tuple[list[int], bool]], at: int
) -> None:
    shown = Rows()
    for numbers, held in steps:
        before = ids(shown.shown)
        shown.take(of(numbers), held=held, top=0, height=HEIGHT)
        after = ids(shown.shown)
        fresh = [number for number in numbers if number not in before]
        assert sorted(after) == sorted(numbers)
        if held:
            assert [number for number in after if number in before] == [each for each in before if each in numbers]
            assert [number for number in after if number in fresh] == fresh
            assert [
                (number, below)
                for number in fresh
                for below in numbers[numbers.index(number) + 1 :]
                if after.index(number) > after.index(below)
            ] == []
        else:
            assert after == numbers
        assert shown.neighbour(f"s{at}", 1) == neighbour(after, at)
        shown.put_cursor(at)


def neighbour(numbers: list[int], number: int) -> str | None:
    """The one behind a number, the first behind the last; the first where the number is not there."""
    if not numbers:
        return None
    return f"s{numbers[(numbers.index(number) + 1) % len(numbers)] if number in numbers else numbers[0]}"


@given(STEPS, st.integers(0, 20), st.integers(0, 20))
def test_the_cursor_stays_or_goes_to_the_nearest(steps: list[tuple[list[int], bool]], at: int, top: int) -> None:
    shown = Rows()
    shown.take(of(list(range(15))), held=False, top=0, height=HEIGHT)
    shown.put_cursor(at)
    for numbers, held in steps:
        before, cursor = ids(shown.shown), shown.cursor
        after_top = shown.take(of(numbers), held=held, top=top, height=HEIGHT)
        after = ids(shown.shown)
        if cursor is None or not set(before) & set(after):
            return
        below = [number for number in before[cursor:] if number in after]
        above = [number for number in before[:cursor] if number in after]
        assert shown.cursor is not None
        assert after[shown.cursor] == (below[0] if below else above[-1])
        if held and top <= cursor < top + HEIGHT:
            assert shown.cursor - after_top == cursor - top


@given(LISTS, LISTS, st.integers(1, 20))
def test_the_first_row_in_view_that_is_left_stays_on_its_line(
    numbers: list[int], then: list[int], top: int
) -> None:
    shown = Rows()
    shown.take(of(numbers), held=False, top=0, height=HEIGHT)
    before = view(shown, top)
    after_top = shown.take(of(then), held=False, top=top, height=HEIGHT)
    left = [number for number in before if number in then]
    if left:
        assert ids(shown.shown).index(left[0]) - after_top == before.index(left[0])
    assert shown.take(of(then), held=False, top=0, height=HEIGHT) == 0


def test_a_row_that_goes_to_the_top_on_its_own_is_not_gone_after_when_the_focus_leaves() -> None:
    shown, given_rows = Rows(), [row(number) for number in range(40)]
    shown.take(given_rows, held=False, top=0, height=HEIGHT)
    news = replace(given_rows[20], updated=given_rows[0].updated)
    moved = [news, *given_rows[:20], *given_rows[21:]]
    assert shown.take(moved, held=True, top=20, height=HEIGHT) == 20
    assert view(shown, 20) == [20, 21, 22, 23, 24]
    top = shown.take(moved, held=False, top=20, height=HEIGHT)
    assert view(shown, top) == [19, 21, 22, 23, 24]


@pytest.mark.parametrize("held", [True, False])
def test_the_same_again_makes_nothing_anew(held: bool) -> None:
    shown, given_rows = Rows(), [row(number, age=1) for number in range(MANY)]
    shown.take(given_rows, held=held, top=0, height=HEIGHT)
    shown.put_cursor(MANY)
    before = shown.shown
    assert shown.take(list(given_rows), held=held, top=700, height=HEIGHT) == 700
    assert shown.shown is before
    changed = replace(given_rows[9], mark="unread")
    assert shown.take([*given_rows[:9], changed, *given_rows[10:]], held=held, top=700, height=HEIGHT) == 700
    assert [place for place, each in enumerate(shown.shown) if each is not before[place]] == [9]
    assert shown.cursor == MANY - 1


@pytest.mark.parametrize("held", [True, False])
def test_what_an_empty_list_gets_is_seen_with_its_cursor(held: bool) -> None:
    shown, given_rows = Rows(), [row(number) for number in range(40)]
    shown.take(given_rows, held=held, top=0, height=HEIGHT)
    shown.put_cursor(30)
    assert shown.take([], held=held, top=28, height=HEIGHT) in range(29)
    assert shown.cursor is None
    assert shown.take(given_rows, held=held, top=0, height=HEIGHT) == (26 if held else 0)
    assert shown.cursor == 30
