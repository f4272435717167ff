"""Where new lines come while the order of the list is held."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.widgets.holding import joined
from oats_tui.ui.widgets.row import Heading, Line, Row, Shape
from oats_tui.ui.widgets.rows import Rows

HEIGHT = 4


def line(name: str) -> Line:
    """A line by its name: headings are large letters, ``*`` can be folded, dots are the depth in a tree."""
    if name[0].isupper():
        return Heading(name, name, False if "*" in name else None, is_last="*" in name)
    depth = len(name) - len(name.lstrip("."))
    return Row(name.lstrip("."), "", None, shape=Shape(depth))


def lines(names: str) -> list[Line]:
    """Lines by their names."""
    return [line(name) for name in names.split()]


def names(shown: Sequence[Line]) -> str:
    """The ids of lines."""
    return " ".join(each.id for each in shown)


@pytest.mark.parametrize(
    ("shown", "given_lines", "expected"),
    [
        ("A a b B c", "A b a B c", "A a b B c"),
        ("A a b B c", "A new a b B c", "A new a b B c"),
        ("A a B c", "A a B n1 c n2", "A a B n1 c n2"),
        # What comes back stands where it was; what is as new as the rest above all that is older.
        ("A a b c d", "A a b back c d", "A a b back c d"),
        ("A a b c d", "A d new a b c", "A new a b c d"),
        ("A a .x b", "A a .x back b old", "A a x back b old"),
        ("A a", "N n A a", "N n A a"),
        ("a b", "T n J a b", "T n J a b"),
        ("A a b", "A a b Z*", "A a b Z*"),
        ("A a Z*", "A a Z* z y", "A a Z* z y"),
        # A tree is unfolded, and folded.
        ("A a b", "A a .x ..y .z b", "A a x y z b"),
        ("A a .x .z b", "A a b", "A a b"),
        # What has gone to another group stays until the order is taken on; an idle heading does not.
        ("A a B b c", "A b a B c", "A a B b c"),
        ("A a B b", "A b a", "A a B b"),
        ("A a B b", "A a", "A a"),
        ("A a B b", "B b", "B b"),
        ("", "A a", "A a"),
        ("A a", "", ""),
    ],
)
def test_what_is_new_has_its_place_and_the_rest_stays(shown: str, given_lines: str, expected: str) -> None:
    before = lines(shown)
    assert names(joined(before, lines(given_lines), {each.id for each in before})) == expected


NAMES = st.lists(st.sampled_from(["A", "B", "C", "Z*", *"abcdefg"]), unique=True)


@given(NAMES, NAMES)
def test_nothing_is_lost_and_what_stays_keeps_its_order(before: list[str], after: list[str]) -> None:
    shown, wanted = lines(" ".join(before)), lines(" ".join(after))
    found = joined(shown, wanted, set(before))
    ids = [each.id for each in found]
    assert len(set(ids)) == len(ids)
    assert set(after) <= set(ids)
    assert all(isinstance(each, Heading) for each in found if each.id not in after)
    assert [each for each in ids if each in before] == [each for each in before if each in ids]


@given(NAMES, st.lists(st.integers(-4, 12), max_size=8))
def test_the_cursor_stands_on_sessions_and_on_what_can_be_unfolded(before: list[str], places: list[int]) -> None:
    shown = Rows()
    shown.take(lines(" ".join(before)), held=False, top=0, height=HEIGHT)
    for place in places:
        shown.put_cursor(place)
        cursor = shown.cursor
        if cursor is None:
            assert not any(each.stands for each in shown.shown)
        else:
            assert shown.shown[cursor].stands
            assert 0 <= cursor - shown.in_view(0, HEIGHT) < HEIGHT


def test_the_cursor_passes_over_headings_both_ways() -> None:
    shown = Rows()
    shown.take(lines("A a b B C c D d"), held=False, top=0, height=HEIGHT)
    way = []
    for step in (1, 1, 1, 1, -1, -1, -1, -1):
        shown.put_cursor((shown.cursor or 0) + step)
        way.append(shown.shown[shown.cursor or 0].id)
    assert "".join(way) == "bcddcbaa"
    assert [shown.neighbour("b", step) for step in (1, -1)] == ["c", "a"]
    assert [shown.neighbour("d", 1), shown.neighbour("a", -1), shown.neighbour(None, 1)] == ["a", "d", "a"]


def test_the_heading_above_is_seen_with_the_cursor() -> None:
    shown = Rows()
    shown.take(lines("A a b c d B e f g h"), held=False, top=0, height=HEIGHT)
    for place, top, below, expected in ((6, 9, 0, 5), (1, 3, 0, 0), (9, 0, 0, 6), (4, 0, 3, 4), (6, 0, 9, 5)):
        shown.put_cursor(place)
        assert shown.in_view(top, HEIGHT, below) == expected


def test_up_in_a_tree_is_what_the_session_stands_below() -> None:
    shown = Rows()
    shown.take(lines("A a .b ..c .d Z* z .y"), held=False, top=0, height=HEIGHT)
    found = []
    for place in range(8):
        shown.put_cursor(place)
        over = shown.above()
        found.append("" if over is None else shown.shown[over].id)
    assert found == ["", "", "a", "b", "a", "", "Z*", "z"]
