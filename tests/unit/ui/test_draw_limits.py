from __future__ import annotations

import time

from oats_tui.ui.widgets.transcript.draw import LONGEST_BLOCK, LONGEST_DRAWN, LONGEST_MARKDOWN, Artist, shortened
from oats_tui.ui.widgets.transcript.entries import Entry, TextItem, distinct
from oats_tui.ui.widgets.transcript.palette import palette_from


def entry(text: str, entry_id: str = "m") -> Entry:
    """An answer."""
    return Entry(entry_id, "assistant", "model", "12:00", (TextItem(text),))


def drawn(text: str) -> str:
    """What is drawn of an answer."""
    strips = Artist(palette_from({}, dark=True)).draw(entry(text), 80)
    return "\n".join(strip.text for strip in strips)


def test_of_a_very_long_text_the_ends_are_drawn_and_the_gap_is_told() -> None:
    text = "first " + "x" * LONGEST_MARKDOWN + " last"
    picture = drawn(text)
    assert "first" in picture
    assert "last" in picture
    assert f"{len(text) - LONGEST_DRAWN:,} characters are left out here" in " ".join(picture.split())


def test_a_text_that_can_be_drawn_is_drawn_whole() -> None:
    assert shortened("a" * LONGEST_DRAWN) == "a" * LONGEST_DRAWN


def test_a_very_long_block_of_code_is_drawn_without_highlighting_in_bearable_time() -> None:
    line = "value = [1, 2, 3]  # a comment\n"
    begun = time.process_time()
    picture = drawn("```python\n" + line * (LONGEST_BLOCK // len(line) + 10) + "```\n\nAnd a **bold** end.")
    assert time.process_time() - begun < 20
    assert picture.count("value = [1, 2, 3]") > LONGEST_BLOCK // len(line)
    assert "And a bold end." in picture


def test_messages_of_one_id_are_told_apart() -> None:
    entries = distinct([entry("one"), entry("two"), entry("three", "n"), entry("four")])
    assert len({each.id for each in entries}) == 4
    assert [each.items[0] for each in entries] == [TextItem(text) for text in ("one", "two", "three", "four")]
