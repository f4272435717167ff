"""Reading a conversation: the cursor, what is folded, the state in which it is left."""

from __future__ import annotations

import random

import pytest

from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.widgets.transcript.cursor import Cursor
from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem
from oats_tui.ui.widgets.transcript.reading import Reading, ReadingState
from tests.unit.ui.transcript.conversations import answer, bars, plain, reading_of, shown, tool

WORDS = ("alpha", "beta", "gamma", "delta", "漢字", "epsilon", "a-rather-long-word-without-blanks")


def talk(count: int, seed: int = 1) -> list[Entry]:
    """Questions and answers of different lengths."""
    chance = random.Random(seed)
    entries = []
    for number in range(count):
        text = "\n\n".join(
            " ".join(f"{number}.{part}.{chance.choice(WORDS)}" for part in range(chance.choice([2, 9, 40])))
            for _ in range(chance.choice([1, 2, 6]))
        )
        entries.append(answer(f"m{number}", text) if number % 2 else plain(f"m{number}", text))
    return entries


def top_text(reading: Reading) -> str:
    """The first word in view that is not cut off by a soft break."""
    return shown(reading)[0]


def test_the_end_is_shown_first_and_followed() -> None:
    entries = talk(30)
    reading = reading_of(entries)
    assert reading.viewport.following
    reading.show([*entries, plain("new", "the newest")])
    assert "the newest" in shown(reading)
    assert reading.news == 0


def test_who_reads_elsewhere_is_told_how_many_came() -> None:
    entries = talk(30)
    reading = reading_of(entries)
    reading.scroll(reading.viewport.top - 10)
    before = shown(reading)
    reading.show([*entries, plain("n1", "one"), plain("n2", "two")])
    assert reading.news == 2
    assert shown(reading)[-1].endswith(" 2 new ↓")
    assert shown(reading)[:-1] == before[:-1]
    steps.last(reading)
    assert reading.news == 0
    assert not any("new ↓" in line for line in shown(reading))


def test_an_answer_that_grows_below_is_one_that_came() -> None:
    entries = [*talk(20), answer("a", "begun", growing=True)]
    reading = reading_of(entries)
    reading.scroll(reading.viewport.top - 15)
    before = shown(reading)
    assert reading.grow(answer("a", "begun\n\n" + "more\n\n" * 30, growing=True))
    assert reading.news == 1
    assert shown(reading)[:-1] == before[:-1]


@pytest.mark.parametrize("seed", range(4))
def test_at_any_width_the_same_character_is_at_the_top(seed: int) -> None:
    chance = random.Random(seed)
    reading = reading_of(talk(40, seed))
    for _ in range(6):
        reading.scroll(chance.randrange(reading.viewport.last_top))
        if reading.viewport.following:
            continue
        place = reading.viewport.place()
        assert place is not None
        for width in (100, 30, 120, 17, 64):
            reading.resize(width, 20)
            now = reading.viewport.place()
            assert now is not None
            assert (now.entry_id, now.piece, now.row) == (place.entry_id, place.piece, place.row)
            assert now.offset <= place.offset
            line = reading.document.line(reading.viewport.top)
            assert place.offset - now.offset <= len(line.copied() + line.join)


def test_the_cursor_goes_from_message_to_message_and_brings_them_into_view() -> None:
    entries = talk(30)
    reading = reading_of(entries)
    steps.first(reading)
    for number in range(29):
        assert reading.cursor == Cursor(f"m{number}")
        assert bars(reading)[0].startswith(("You", "gpt-oss"))
        steps.message(reading, 1)
    steps.message(reading, 1)
    assert reading.cursor == Cursor("m29")
    assert reading.viewport.following
    for number in reversed(range(29)):
        steps.message(reading, -1)
        assert reading.cursor == Cursor(f"m{number}")
        assert bars(reading)


def test_the_cursor_stays_in_view_when_one_scrolls() -> None:
    reading = reading_of(talk(40))
    steps.first(reading)
    reading.scroll(reading.document.height // 2)
    assert reading.cursor.entry_id not in ("", "m0")
    assert bars(reading)


def test_parts_are_folded_and_unfolded_one_by_one_or_all_at_once() -> None:
    long = "\n".join(f"row {number}" for number in range(30))
    fold = FoldItem("thinking", "thought for 3 s", "first this, then that")
    reading = reading_of([answer("a", fold, tool("c1", long), tool("c2", "short"), "the end")], height=60)
    assert "row 29" not in "\n".join(shown(reading))
    assert "first this" not in "\n".join(shown(reading))
    steps.first(reading)
    steps.part(reading, 1)
    assert reading.cursor == Cursor("a", 0)
    reading.turn(reading.cursor)
    assert "first this, then that" in "\n".join(shown(reading))
    assert "row 29" not in "\n".join(shown(reading))
    steps.part(reading, 1)
    reading.turn(reading.cursor)
    assert "row 29" in "\n".join(shown(reading))
    steps.turn_all(reading)
    assert "row 29" in "\n".join(shown(reading))
    assert '"command": "ls"' in "\n".join(shown(reading))
    steps.turn_all(reading)
    assert "row 29" not in "\n".join(shown(reading))
    reading.turn(Cursor("a"))
    assert "row 29" in "\n".join(shown(reading))
    reading.turn(Cursor("a"))
    assert "row 29" not in "\n".join(shown(reading))


def test_parts_of_other_messages_are_found_in_both_directions() -> None:
    entries = [answer("a", tool("c1", "x")), *talk(4), answer("b", "no parts"), answer("c", "t", tool("c2", "y"))]
    reading = reading_of(entries)
    steps.first(reading)
    steps.part(reading, 1)
    assert reading.cursor == Cursor("a", 0)
    steps.part(reading, 1)
    assert reading.cursor == Cursor("c", 1)
    steps.part(reading, 1)
    assert reading.cursor == Cursor("c", 1)
    steps.part(reading, -1)
    assert reading.cursor == Cursor("a", 0)


def test_a_conversation_is_found_again_as_it_was_left() -> None:
    entries, other = talk(40), talk(3, seed=9)
    reading = reading_of(entries)
    reading.scroll(37)
    steps.message(reading, 1)
    before, state = shown(reading), reading.state
    reading.show(other, (), ReadingState())
    assert shown(reading) != before
    reading.show(entries, (), state)
    assert shown(reading) == before
    assert reading.cursor == state.cursor


def test_a_place_that_has_not_been_read_yet_is_gone_to_once_it_is() -> None:
    entries = talk(60)
    reading = reading_of(entries)
    reading.scroll(25)
    before, state = shown(reading), reading.state
    reading.show(entries[50:], (), state)
    assert not reading.viewport.following
    reading.show(entries)
    assert shown(reading) == before


def test_a_long_text_is_taken_in_piece_by_piece() -> None:
    text = "\n\n".join(f"paragraph {number}" for number in range(20_000))
    reading = reading_of([answer("a", text)])
    count = 0
    while Frame(reading).is_partial:
        reading.viewport.go_on()
        count += 1
    assert count > 5
    assert "paragraph 19999" in shown(reading)


def test_where_there_are_no_messages_something_is_said() -> None:
    reading = Reading(reading_of([]).look.palette)
    reading.resize(40, 6)
    reading.show([], ["Nothing here yet.", "Type a message."], ReadingState())
    assert shown(reading) == ["", "Nothing here yet.", "Type a message.", "", "", ""]


def test_a_size_that_shows_the_end_for_a_while_does_not_lose_the_place() -> None:
    reading = reading_of([plain(f"m{number}", f"text {number}") for number in range(30)])
    width, page = reading.width, reading.viewport.page
    reading.scroll(reading.viewport.top - 5)
    before = shown(reading)
    for taller in (page + 20, page + 300):
        reading.resize(width, taller)
        assert reading.viewport.following
        reading.resize(width, page)
        assert shown(reading) == before
    reading.resize(width, page + 20)
    steps.last(reading)
    reading.resize(width, page)
    assert reading.viewport.following, "who went to the end meanwhile stays there"


def test_another_conversation_does_not_go_where_the_one_before_was_pushed_from() -> None:
    reading = reading_of([plain(f"m{number}", f"text {number}") for number in range(30)])
    width, page = reading.width, reading.viewport.page
    reading.scroll(reading.viewport.top - 5)
    reading.resize(width, page + 300)
    reading.show([plain(f"other{number}", f"other {number}") for number in range(30)], state=ReadingState())
    reading.resize(width, page)
    assert reading.viewport.following
    assert reading.news == 0


def test_who_was_pushed_from_a_message_that_is_gone_stays_at_the_end() -> None:
    entries = [plain(f"m{number}", f"text {number}") for number in range(30)]
    reading = reading_of(entries)
    width, page = reading.width, reading.viewport.page
    reading.scroll(0)
    reading.resize(width, page + 300)
    reading.show(entries[20:])
    reading.resize(width, page)
    assert reading.viewport.following
