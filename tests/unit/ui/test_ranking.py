"""Rows stay in the order of their rank, whatever is put and dropped."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.ranking import Ranking
from oats_tui.ui.widgets.rows import Row

RANKS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1.0, float("-inf")])
IDS = st.sampled_from([*"abcdefgh", "é", "漢", ""])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "put", "put", "drop", "take"]), IDS, RANKS), max_size=40)


def row(row_id: str, title: str = "") -> Row:
    """A row."""
    return Row(row_id, title or row_id, None)


def in_order(kept: dict[str, tuple[float, Row]]) -> list[Row]:
    """The rows by rank and id, the greatest first."""
    return [made for _, made in sorted(kept.values(), key=lambda each: (each[0], each[1].id), reverse=True)]


@given(STEPS)
def test_any_puts_and_drops_come_to_the_same_as_sorting(steps: list[tuple[str, str, float]]) -> None:
    ranking, kept = Ranking(), dict[str, tuple[float, Row]]()
    for number, (what, row_id, rank) in enumerate(steps):
        if what == "put":
            kept[row_id] = (rank, row(row_id, f"title {number}"))
            ranking.put(*kept[row_id])
        elif what == "drop":
            kept.pop(row_id, None)
            ranking.drop(row_id)
        else:
            kept = {each: (rank + place, row(each)) for place, each in enumerate([*kept][::2])}
            ranking.take(iter(kept.values()))
        assert ranking.rows() == in_order(kept)


def test_the_same_object_stays_where_a_row_says_the_same() -> None:
    ranking, first = Ranking(), row("a")
    ranking.take([(1.0, first), (2.0, row("b"))])
    ranking.put(3.0, row("a"))
    assert ranking.rows()[0] is first
    ranking.put(3.0, replace(first, mark="unread"))
    assert [each.mark for each in ranking.rows()] == ["unread", ""]
    assert ranking.rows()[0] is not first


def test_one_that_was_dropped_leaves_nothing_behind() -> None:
    ranking, first = Ranking(), row("a")
    ranking.put(5.0, first)
    ranking.drop("a")
    ranking.drop("a")
    ranking.drop("never")
    assert ranking.rows() == []
    ranking.put(float("-inf"), row("a"))
    ranking.put(float("-inf"), row("b"))
    assert [each.id for each in ranking.rows()] == ["b", "a"]
    ranking.take([])
    assert ranking.rows() == []


def test_many_changes_do_not_sort_everything_anew() -> None:
    compared = 0

    class Rank(float):
        """A number that counts how often it is compared."""

        def __lt__(self, other: float) -> bool:
            nonlocal compared
            compared += 1
            return float.__lt__(self, other)

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return float.__eq__(self, other)

        __hash__ = float.__hash__

    ranking, count = Ranking(), 5000
    ranking.take([(Rank(number), row(f"{number:05}")) for number in range(count)])
    compared = 0
    for number in range(0, count, 5):
        ranking.put(Rank(count + number), row(f"{number:05}"))
    assert compared < count // 5 * 80
    assert [each.id for each in ranking.rows()[:2]] == ["04995", "04990"]
