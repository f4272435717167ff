from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.items import FoldItem
from oats_tui.ui.widgets.transcript.lines import copied
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.parts.fold import draw_fold

PALETTE = palette_from({"foreground": "#f0f0f0", "accent": "#e0a030"}, dark=True)
THOUGHT = FoldItem("thinking", "thought for 12 s", "First I look at the numbers, then at the words.\n\nSo be it.")


def drawn(item: FoldItem, width: int, *, whole: bool = False) -> list[str]:
    """The lines of something folded, as they are seen."""
    lines = draw_fold(item, width, PALETTE, whole=whole)
    assert all(line.width <= width for line in lines)
    assert {segment.style for line in lines for segment in line.segments if segment.text.strip()} <= {PALETTE.dim}
    return [line.plain for line in lines]


@pytest.mark.parametrize("width", [28, 60, 100])
def test_folded_it_is_one_line(width: int) -> None:
    assert drawn(THOUGHT, width) == ["▸ thought for 12 s"]
    assert drawn(FoldItem("thinking", "thinking", "so far", growing=True), width) == ["▸ thinking…"]
    assert drawn(FoldItem("system", "System prompt", "so far", growing=True), width) == ["▸ System prompt…"]


@pytest.mark.parametrize(
    ("width", "below"),
    [
        (28, ["  First I look at the", "  numbers, then at the", "  words.", "  ", "  So be it."]),
        (60, ["  First I look at the numbers, then at the words.", "  ", "  So be it."]),
        (100, ["  First I look at the numbers, then at the words.", "  ", "  So be it."]),
    ],
)
def test_unfolded_its_text_stands_below(width: int, below: list[str]) -> None:
    assert drawn(THOUGHT, width, whole=True) == ["▾ thought for 12 s", *below]
    lines = draw_fold(THOUGHT, width, PALETTE, whole=True)
    assert copied(lines) == f"thought for 12 s\n{THOUGHT.text}"


def test_of_a_system_message_the_first_lines_are_shown() -> None:
    item = FoldItem("system", "System prompt", "one\ntwo\nthree\nfour\nfive\n")
    assert drawn(item, 28) == ["▸ System prompt", "  one", "  two", "  three", "  ⋯ 2 more lines"]
    assert drawn(item, 28, whole=True) == ["▾ System prompt", "  one", "  two", "  three", "  four", "  five"]
    assert copied(draw_fold(item, 28, PALETTE, whole=False)) == "System prompt\none\ntwo\nthree"


def test_a_long_title_is_cut() -> None:
    assert drawn(FoldItem("summary", "Summary of 12 earlier messages", ""), 20, whole=True) == [
        "▾ Summary of 12 ear…"
    ]
    assert drawn(FoldItem("summary", "Summary", ""), 2) == ["▸…"]


def test_the_sign_is_in_the_cursor_s_colour_under_the_cursor() -> None:
    line = draw_fold(THOUGHT, 60, PALETTE, whole=False, focused=True)[0]
    assert (line.segments[0].text, line.segments[0].style) == ("▸", PALETTE.cursor)


def test_of_a_very_long_text_the_middle_is_left_out() -> None:
    lines = draw_fold(FoldItem("thinking", "thought", "some words\n" * 100_000), 60, PALETTE, whole=True)
    assert 2000 < len(lines) < 2010
    assert "98,000 lines are left out here" in copied(lines)
