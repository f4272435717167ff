"""Finding words in a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oats_tui.ui.widgets.transcript import finding, steps
from oats_tui.ui.widgets.transcript.cursor import Cursor
from oats_tui.ui.widgets.transcript.finding import searched
from oats_tui.ui.widgets.transcript.items import TextItem
from oats_tui.ui.widgets.transcript.lines import Line
from tests.unit.ui.transcript.conversations import answer, marked, plain, reading_of, shown, tool


def many(count: int = 60) -> list[str]:
    """Texts, every tenth of which says something of its own."""
    return [f"needle {number}" if number % 10 == 0 else f"hay {number}" for number in range(count)]


def test_the_nearest_match_above_is_shown_and_all_are_marked() -> None:
    reading = reading_of([plain(f"m{number}", text) for number, text in enumerate(many())])
    steps.find(reading, "NEEDLE")
    assert steps.found_words(reading) == "message 6 of 6"
    assert "needle 50" in shown(reading)
    assert "needle" in marked(reading)
    seen = [steps.found_words(reading)]
    for _ in range(6):
        steps.find_next(reading, -1)
        seen.append(steps.found_words(reading))
    assert seen == [f"message {number} of 6" for number in (6, 5, 4, 3, 2, 1, 6)]
    steps.find_next(reading, 1)
    assert steps.found_words(reading) == "message 1 of 6"
    assert "needle 0" in shown(reading)


def test_matches_on_one_line_are_gone_to_one_by_one() -> None:
    reading = reading_of([plain("a", "one two one\none")])
    steps.find(reading, "one")
    assert reading.finder is not None
    places = []
    for _ in range(4):
        steps.find_next(reading, 1)
        assert reading.finder.found is not None
        places.append((reading.finder.found.row, reading.finder.found.offset))
    assert places == [(0, 0), (0, 8), (1, 0), (0, 0)]
    assert marked(reading) == ["oneone", "one"]


def test_what_a_soft_break_parts_is_found() -> None:
    text = "x" * 20 + " needle in the hay " + "y" * 20
    for width in range(24, 60):
        reading = reading_of([plain("a", text)], width=width)
        steps.find(reading, "needle in the hay")
        assert steps.found_words(reading) == "message 1 of 1"
        assert "".join(marked(reading)).replace(" ", "") == "needleinthehay"


def test_markdown_is_searched_as_it_is_shown() -> None:
    reading = reading_of([answer("a", "the **very** word, and [a link](https://example.org/x)")])
    steps.find(reading, "very word")
    assert steps.found_words(reading) == "message 1 of 1"
    assert marked(reading) == ["very word"]
    steps.find(reading, "**very")
    assert steps.found_words(reading) == "not found"


def test_wide_characters_are_marked_where_they_stand() -> None:
    reading = reading_of([plain("a", "日本語のテキスト needle 終わり")])
    steps.find(reading, "テキスト")
    assert marked(reading) == ["テキスト"]
    steps.find(reading, "needle")
    assert marked(reading) == ["needle"]


def test_what_is_folded_is_found_once_it_is_unfolded() -> None:
    long = "\n".join(f"row {number}" for number in range(30))
    reading = reading_of([answer("a", tool("c", long))], height=50)
    assert "row 29" in searched(reading.entries[0])
    steps.find(reading, "row 29")
    assert steps.found_words(reading) == "not found"
    reading.turn(Cursor("a", 0))
    steps.find(reading, "row 29")
    assert steps.found_words(reading) == "message 1 of 1"


def test_nothing_is_marked_when_it_is_over() -> None:
    reading = reading_of([plain("a", "one")])
    steps.find(reading, "one")
    assert marked(reading) == ["one"]
    steps.find(reading, "")
    assert marked(reading) == []
    assert steps.found_words(reading) == ""


def test_what_comes_later_is_found_as_well() -> None:
    reading = reading_of([plain("a", "one")])
    steps.find(reading, "two")
    assert steps.found_words(reading) == "not found"
    reading.show([plain("a", "one"), plain("b", "two")])
    steps.find_next(reading, 1)
    assert steps.found_words(reading) == "message 1 of 1"


def test_signs_are_found_too() -> None:
    reading = reading_of([plain("a", "a + b"), plain("b", "(.*)")])
    steps.find(reading, "(.*)")
    assert steps.found_words(reading) == "message 1 of 1"
    steps.find(reading, "+")
    assert steps.found_words(reading) == "message 1 of 1"


def test_a_match_in_a_long_fence_draws_little_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    look = finding.matches_in

    def watched(lines: Sequence[Line], *rest: Any, **more: Any) -> Any:
        drawn.append(len(lines))
        return look(lines, *rest, **more)

    monkeypatch.setattr(finding, "matches_in", watched)
    code = "\n".join(f"x{number} = needle({number})" for number in range(5000))
    reading = reading_of([answer("a", TextItem(f"```py\n{code}\n```"))])
    steps.find(reading, "needle")
    for step in (-1, 1):
        steps.find_next(reading, step)
    assert sum(drawn) < 1000


def test_what_one_is_at_is_looked_for_once_however_many_lines_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = reading_of([answer("a", tool("1", "\n".join(f"row {number} needle" for number in range(500))))])
    reading.turn(Cursor("a", 0))
    steps.find(reading, "needle")
    searches: list[int] = []
    look = finding.matches_in

    def watched(lines: Sequence[Line], *rest: Any, **more: Any) -> Any:
        searches.append(1)
        return look(lines, *rest, **more)

    monkeypatch.setattr(finding, "matches_in", watched)
    marked(reading)
    marked(reading)
    assert len(searches) <= 4
