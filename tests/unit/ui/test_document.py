from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.strip import Strip

from oats_tui.ui.widgets.transcript.document import Document
from oats_tui.ui.widgets.transcript.entries import Entry, TextItem

WIDTH = 20


def entry(number: int, lines: int, version: str = "") -> Entry:
    """An entry that is drawn with so many lines."""
    return Entry(str(number), "user", "You", version, (TextItem("x" * lines),))


class Pen:
    """Draws each entry as its number and a count of its lines, and remembers what it drew."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def draw(self, drawn: Entry, width: int) -> list[Strip]:
        """Draw one entry."""
        self.drawn.append(drawn.id)
        [item] = drawn.items
        assert isinstance(item, TextItem)
        return [Strip([Segment(f"{drawn.id}{drawn.about}/{line}/{width}")]) for line in range(len(item.text))]


def document(entries: Sequence[Entry]) -> tuple[Document, Pen]:
    """A document of these entries, and who draws it."""
    pen = Pen()
    made = Document(pen.draw)
    made.replace(entries, WIDTH)
    return made, pen


def shown(made: Document, first: int, end: int) -> list[str]:
    """The lines from one to another, those behind the end left out."""
    return [strip.text for strip in map(made.line, range(first, min(end, made.height))) if strip]


def whole(made: Document) -> list[str]:
    """Every line, from the first."""
    return shown(made, 0, made.height)


HEIGHTS = st.lists(st.integers(1, 30), max_size=12)


@given(HEIGHTS)
def test_measured_it_is_all_entries_one_behind_the_other(heights: list[int]) -> None:
    made, pen = document([entry(i, lines) for i, lines in enumerate(heights)])
    made.measure_above(len(made.entries), 10**9)
    assert made.height == sum(heights)
    expected = [f"{i}/{line}/{WIDTH}" for i, lines in enumerate(heights) for line in range(lines)]
    assert whole(made) == expected
    assert sorted(pen.drawn) == sorted(set(pen.drawn))
    for index, lines in enumerate(heights):
        assert made.top(index) == sum(heights[:index])
        assert {made.at(y) for y in range(made.top(index), made.top(index) + lines)} == {index}


@given(HEIGHTS.filter(bool), st.integers(0, 200), st.integers(0, 60))
def test_what_is_measured_is_exact_and_holds_its_place(heights: list[int], first: int, rows: int) -> None:
    made, _ = document([entry(i, lines) for i, lines in enumerate(heights)])
    first = min(first, made.height - 1)
    index = made.at(first)
    top = made.top(index)
    made.measure(first, first + rows)
    assert made.top(index) == top
    expected = [f"{i}/{line}/{WIDTH}" for i in range(index, len(heights)) for line in range(heights[i])]
    count = first + rows + 1 - top
    assert shown(made, top, top + count) == expected[:count]


def test_only_what_is_asked_for_is_drawn() -> None:
    made, pen = document([entry(i, 5) for i in range(1000)])
    assert pen.drawn == []
    assert made.height >= 1000
    made.measure_above(len(made.entries), 12)
    assert pen.drawn == ["999", "998", "997"]


def test_what_did_not_change_keeps_its_lines() -> None:
    entries = [entry(i, 3) for i in range(4)]
    made, pen = document(entries)
    made.measure_above(len(made.entries), 100)
    pen.drawn.clear()
    made.replace([entries[0], entry(1, 2, "new"), entries[2], entry(9, 1)], WIDTH)
    made.measure_above(len(made.entries), 100)
    assert sorted(pen.drawn) == ["1", "9"]
    assert made.height == 3 + 2 + 3 + 1
    pen.drawn.clear()
    made.replace(made.entries, WIDTH + 1)
    made.measure_above(len(made.entries), 100)
    assert sorted(pen.drawn) == ["0", "1", "2", "9"]
    assert whole(made)[0] == f"0/0/{WIDTH + 1}"


def test_one_entry_changes_and_the_others_are_not_drawn_again() -> None:
    made, pen = document([entry(i, 3) for i in range(4)])
    made.measure_above(len(made.entries), 100)
    pen.drawn.clear()
    assert made.change(entry(3, 7, "!"))
    assert pen.drawn == ["3"]
    assert made.height == 16
    assert whole(made)[-1] == f"3!/6/{WIDTH}"
    assert not made.change(entry(8, 1))


def test_forgotten_lines_are_drawn_again() -> None:
    made, pen = document([entry(0, 2)])
    made.measure_above(len(made.entries), 5)
    made.forget_lines()
    assert whole(made) == [f"0/0/{WIDTH}", f"0/1/{WIDTH}"]
    assert pen.drawn == ["0", "0"]


def test_an_empty_one_has_no_lines() -> None:
    made, _ = document([])
    made.measure(0, 10)
    made.measure_above(len(made.entries), 10)
    assert (made.height, whole(made), made.index_of("0")) == (0, [], None)
