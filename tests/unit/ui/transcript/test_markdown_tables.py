"""Tables as they are drawn, and what is copied from them."""

from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.lines import copied
from oats_tui.ui.widgets.transcript.markdown.blocks import split
from oats_tui.ui.widgets.transcript.markdown.draw import draw_block
from oats_tui.ui.widgets.transcript.markdown.grid import fitted
from tests.unit.ui.transcript.conversations import PALETTE
from tests.unit.ui.transcript.test_markdown_text import copy_of, drawn, shown, style_of

TABLE = """| Name | Size | What it is for |
|:-----|-----:|:--------------:|
| `a.txt` | 12 | notes |
| 漢字 | 1,048 | **much** that has to be wrapped |
"""
COPY = "Name\tSize\tWhat it is for\na.txt\t12\tnotes\n漢字\t1,048\tmuch that has to be wrapped"
MANY = "|h0|h1|h2|h3|h4|h5|\n|-|-|-|-|-|-|\n" + "|a|b|c|d||f|\n" * 2


def test_columns_are_aligned() -> None:
    assert shown(TABLE, 60) == [
        "Name  │  Size │       What it is for",
        "──────┼───────┼────────────────────────────",
        "a.txt │    12 │            notes",
        "漢字  │ 1,048 │ much that has to be wrapped",
    ]


def test_the_widest_columns_give_way() -> None:
    assert shown(TABLE, 28) == [
        "Name  │  Size │  What it is",
        "      │       │     for",
        "──────┼───────┼─────────────",
        "a.txt │    12 │    notes",
        "漢字  │ 1,048 │  much that",
        "      │       │  has to be",
        "      │       │   wrapped",
    ]


@pytest.mark.parametrize("width", [28, 60, 100])
def test_rows_are_copied_with_tabs(width: int) -> None:
    assert copy_of(TABLE, width) == COPY
    assert copy_of(f"a\n\n{TABLE}\nb", width) == f"a\n\n{COPY}\n\nb"
    assert copy_of("> " + TABLE.replace("\n", "\n> "), width) == COPY


def test_part_of_a_row_can_be_copied() -> None:
    row = drawn(TABLE, 60)[2]
    assert row.copied(8) == "12\tnotes"
    assert row.copied(0, 8) == "a.txt\t"


def test_a_row_of_several_lines_is_copied_with_the_first() -> None:
    lines = drawn(TABLE, 28)
    assert copied(lines[4:5]) == "漢字\t1,048\tmuch that has to be wrapped"
    assert copied(lines[5:7]) == ""


def test_the_header_is_bold_and_the_rules_are_dim() -> None:
    assert style_of(TABLE, "Name") == "bold #f0f0f0"
    assert style_of(TABLE, "a.txt") == "#e0a030"
    assert style_of(TABLE, "┼") == style_of(TABLE, "│") == "dim #f0f0f0"


def test_too_many_columns_are_drawn_cell_by_cell() -> None:
    assert shown(MANY, 20)[:5] == ["h0: a", "h1: b", "h2: c", "h3: d", "h5: f"]
    assert shown(MANY, 20)[5:8] == ["─" * 20, "h0: a", "h1: b"]
    assert copy_of(MANY, 20) == "\n".join(["h0: a", "h1: b", "h2: c", "h3: d", "h5: f"] * 2)
    assert shown("| a | b |\n|---|---|\n", 3) == ["1:", "a", "2:", "b"]


def test_pieces_of_a_long_table_have_the_same_columns() -> None:
    text = "| n | name |\n|--:|---|\n" + "".join(f"| {n} | {'x' * (n % 7)} |\n" for n in range(120))
    blocks, references = split(text)
    assert len(blocks) == 3
    lines = [line for block in blocks for line in draw_block(block, references, 28, PALETTE, 1)]
    assert len(lines) == 122
    assert {line.plain.index("│") for line in lines if "│" in line.plain} == {4}
    assert lines[60].plain == " 58 │ xx"
    assert copied(lines).count("\n") == 120
    narrow = [line.plain for block in blocks for line in draw_block(block, references, 5, PALETTE, 1)]
    assert "1: 50" in narrow


def test_addresses_in_a_table_have_room() -> None:
    text = "| a | b |\n|---|---|\n| [docs](https://example.org/x) | c |\n"
    assert shown(text, 60)[2] == "docs (https://example.org/x) │ c"


@pytest.mark.parametrize("width", range(10, 40))
def test_no_line_is_too_long(width: int) -> None:
    for text in (TABLE, MANY, TABLE.replace("a.txt", "x" * 200), f"- {TABLE}".replace("\n", "\n  ")):
        assert all(line.width <= width for line in drawn(text, width))


def test_widths_that_fit() -> None:
    assert fitted([5, 10], 15) == [5, 10]
    assert fitted([5, 10], 13) == [5, 8]
    assert fitted([20, 20, 3], 20) == [9, 8, 3]
    assert fitted([20, 20], 8) == [4, 4]
    assert fitted([20, 20], 7) is None
    assert fitted([0, 1], 2) == [1, 1]
    assert fitted([1_000] * 50, 210) == [5] * 10 + [4] * 40


def test_marks_of_letters_are_copied_once() -> None:
    text = "| name | b |\n|---|---|\n| cafe\u0301 and words that wrap around re\u0301sume\u0301 | c |\n"
    assert len(drawn(text, 20)) > 3
    assert (
        copy_of(text, 20).encode()
        == "name\tb\ncafe\u0301 and words that wrap around re\u0301sume\u0301\tc".encode()
    )
