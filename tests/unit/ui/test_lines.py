"""Drawn lines: none too long, none that loses a character, and what is copied is what was said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.lines import (
    BLANK,
    Border,
    Line,
    behind,
    breaks,
    copied,
    padded,
    wrapped,
)

BOLD = Style(bold=True)
LETTERS = st.sampled_from(
    [*"abcdefg", " ", " ", "  ", "\n", "漢", "字", "👍", "é", "e\u0301", "نص", "हि", "─", "."]
)
TEXTS = st.lists(LETTERS | st.characters(exclude_categories=()), max_size=40).map(
    lambda pieces: clean("".join(pieces)).expandtabs(4)
)
WIDTHS = st.integers(2, 24)


def plain(lines: list[Line]) -> list[str]:
    """What is drawn."""
    return [line.plain for line in lines]


def runs(text: str, cuts: list[int]) -> list[Segment]:
    """A text as several pieces, every other one bold."""
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    return [Segment(text[a:b], BOLD if n % 2 else None) for n, (a, b) in enumerate(pairwise(places))]


def trimmed(text: str) -> str:
    """A text without the blanks at the ends of its lines, which a break there leaves out."""
    return "\n".join(line.rstrip(" ") for line in text.split("\n"))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("one   two", 4, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("漢字 ab", 5, ["漢字", "ab"]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("  indented text", 10, ["  indented", "text"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("漢", 1, ["漢"]),
    ],
)
def test_lines_are_broken_between_words(text: str, width: int, lines: list[str]) -> None:
    assert plain(wrapped([Segment(text)], width)) == lines


def test_code_is_broken_where_a_line_is_full() -> None:
    lines = wrapped([Segment("ab  cd  ef")], 3, words=False)
    assert plain(lines) == ["ab ", " cd", "  e", "f"]
    assert copied(lines) == "ab  cd  ef"


@given(TEXTS, WIDTHS, st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_wrapping_keeps_every_character_and_every_style(
    text: str, width: int, cuts: list[int], words: bool
) -> None:
    made = runs(text, cuts)
    lines = wrapped(made, width, words=words)
    assert all(line.width <= width for line in lines)
    assert all(
        line.width == cell_len(line.plain) == sum(map(get_character_cell_size, line.plain)) for line in lines
    )
    said = copied(lines)
    assert said == text if not words else trimmed(said) == trimmed(text)
    bold = "".join(segment.text for segment in made if segment.style).replace("\n", "").replace(" ", "")
    shown = "".join(segment.text for line in lines for segment in line.segments if segment.style)
    assert shown.replace(" ", "") == bold


@given(TEXTS, WIDTHS, st.booleans())
def test_no_line_begins_with_a_mark_or_is_wasted(text: str, width: int, words: bool) -> None:
    lines = wrapped([Segment(text)], width, words=words)
    for line in lines:
        assert not line.plain or get_character_cell_size(line.plain[0])
    for line, after in pairwise(lines):
        if line.join != "\n" and not line.join.startswith(" ") and words:
            room = width - line.width
            first = next(iter(after.plain), "")
            assert get_character_cell_size(first) > room or " " in line.plain or line.plain.endswith(" ")


@given(TEXTS.filter(lambda text: "\n" not in text), WIDTHS, st.booleans())
def test_breaks_are_in_order_and_leave_only_blanks_out(text: str, width: int, words: bool) -> None:
    found = list(breaks(text, width, words=words))
    assert found[0][0] == 0
    assert found[-1][2] == "\n"
    for (first, last, join), (start, _, _) in pairwise(found):
        assert first < last <= start
        assert text[last:start] == join
        assert not join.strip(" ")


@given(TEXTS, WIDTHS, st.integers(0, 30), st.integers(0, 30))
def test_any_columns_of_a_line_are_copied_once(text: str, width: int, first: int, second: int) -> None:
    start, end = sorted((first, second))
    for line in wrapped([Segment(text)], width):
        assert line.copied(0, start) + line.copied(start, end) + line.copied(end) == line.plain
        assert line.copied() == line.plain


@given(TEXTS, WIDTHS)
def test_borders_are_drawn_and_not_copied(text: str, width: int) -> None:
    lines = wrapped([Segment(text)], width)
    bars = behind(lines, [Segment("│ ", BOLD)])
    assert copied(bars) == copied(lines)
    assert [line.plain for line in bars] == [f"│ {line.plain}" for line in lines]
    items = behind(lines, [Segment(" • ")], [Segment("   ")], "- ")
    inner = copied(lines).split("\n")
    outer = copied(items).split("\n")
    assert outer[0] == f"- {inner[0]}"
    assert [line.removeprefix("  ") for line in outer[1:]] == inner[1:]
    assert copied(behind(bars, [Segment("漢 ")])) == copied(lines)


@given(TEXTS, WIDTHS)
def test_a_ground_is_filled_and_its_filling_not_copied(text: str, width: int) -> None:
    lines = wrapped([Segment(text)], width)
    ground = Style(bgcolor="blue")
    filled = [padded(line, width, ground) for line in lines]
    assert all(line.width == width for line in filled)
    assert all(segment.style is not None and segment.style.bgcolor for line in filled for segment in line.segments)
    assert copied(filled) == copied(lines)
    assert copied(behind(filled, [Segment("▎")])) == copied(lines)


def test_a_border_between_cells_is_copied_as_a_tab() -> None:
    line = Line((Segment("│ a │ 漢 │"),), "\n", (Border(0, 2), Border(3, 6, "\t"), Border(8, 10)))
    assert line.copied() == "a\t漢"
    assert line.copied(2, 5) == "a\t"
    assert line.copied(4) == "漢"
    assert line.copied(0, 2) == ""
    assert copied([line, BLANK, line]) == "a\t漢\n\na\t漢"


def test_half_a_wide_character_is_copied_where_it_begins() -> None:
    line = Line((Segment("漢字"),))
    assert [line.copied(0, 1), line.copied(1, 2), line.copied(2, 3)] == ["漢", "", "字"]


def test_nothing_is_copied_of_nothing() -> None:
    assert copied([]) == ""
    assert wrapped([], 10) == [BLANK]
    assert padded(BLANK, 0, BOLD) == BLANK
