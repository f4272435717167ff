"""Foreign text in cells: what is measured is what a terminal shows, whatever is measured."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size, split_graphemes
from wcwidth import wcwidth

from oats_tui.ui.cells import MOST_MARKS, PLACEHOLDER, clean, clean_line

FAMILY = "👨\u200d👩\u200d👧"
ZALGO = "Z" + "\u0351\u036b\u0313\u036a\u0302" * 20 + "o"

ODD = st.sampled_from(
    [
        "\u200d", "\u200c", "\u200b", "\ufe0f", "\ufe0e", "\u0301", "\u20e3", "\u093f", "\u094d", "क", "ष", "ب",
        "\u0651", "\u06dd", "\u0600", "ไ", "\u0e31", "ᄀ", "\u1161", "\u11a8", "\u3164", "\uffa0", "\u115f", "한",
        "👍", "\U0001f3fd", "🇩", "🇪", "❤", "☰", "1", "a", " ", "\n", "\t", "\r", "\x1b[31m", "\x9b", "\u202e",
        "\u2028", "\xad", "\ufeff", "\U000e0041", "\U000e0100", "\ud800", "漢", "○", "\u3000", "\xa0", "㉈", "“",
        "\u180e", "\u2061", "\ufff9", "\U0001d173", "\U0001d300", "\U00013430", "\U00016ff0", "\ufffe", "◌",
    ]
)  # fmt: skip
TEXTS = st.lists(ODD | st.characters(exclude_categories=()), max_size=30).map("".join)


def size(text: str) -> int:
    """The columns of a text whose characters are measured one by one."""
    return sum(map(get_character_cell_size, text))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain ASCII, \ttabs\nand newlines", "plain ASCII, \ttabs\nand newlines"),
        ("漢字 かな 한글 Ωμέγα naïve “quoted” — ─│┌ ① ±", "漢字 かな 한글 Ωμέγα naïve “quoted” — ─│┌ ① ±"),
        (FAMILY, "👨👩👧"),
        ("👍🏽 and 👩🏿\u200d🚀", "👍 and 👩🚀"),
        ("🇩🇪 🇫🇷", "DE FR"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"),
        ("❤\ufe0f ☺\ufe0e 1\ufe0f\u20e3", "❤ ☺ 1\u20e3"),
        ("soft\xadhy\u200bphen\u2060s \ufeffand\u3164 fillers\U000e0041", "softhyphens and fillers"),
        ("می\u200cخواهم क्\u200cष", "می\u200cخواهم क्\u200cष"),
        ("a\u200cb \u200cب ب\u200c", "ab ب ب"),
        ("ب\u200dب", "بب"),
        ("हिन्दी ไทยที่ שָׁלוֹם العَرَبِيَّة", "हिन्दी ไทยที่ שָׁלוֹם العَرَبِيَّة"),
        ("\u0301a\n\u0301b \u0302c", "◌\u0301a\n◌\u0301b ◌\u0302c"),
        ("ᄀ\u1161\u11a8 \u1161", "ᄀ\u1161\u11a8 ◌\u1161"),
        (ZALGO, "Z" + ("\u0351\u036b\u0313\u036a\u0302" * 2)[:MOST_MARKS] + "o"),
        ("☰ ㉈ ㉏ ☲ \u06dd١", "≡ (10) (80) \ufffd ◌١"),
        ("a\x1b[31m\u202eb\r\nc\u2028d\x9be\ud800", "a␛[31m⟨RLO⟩b\nc\nd\ufffde\ufffd"),
    ],
)
def test_it_shows_what_every_terminal_shows_alike(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(TEXTS)
def test_columns_are_those_of_the_characters(text: str) -> None:
    cleaned = clean(text)
    for line in cleaned.split("\n"):
        assert cell_len(line) == size(line)
        assert all(unicodedata.category(each) not in {"Cc", "Cs", "Zl", "Zp"} for each in line.replace("\t", ""))
    assert clean(cleaned) == cleaned


@given(TEXTS, st.integers(0, 30))
def test_a_cut_between_letters_takes_no_column_away(text: str, place: int) -> None:
    for line in clean(text).split("\n"):
        ends = [end for _, end, _ in split_graphemes(line)[0]]
        cut = ends[place % len(ends)] if ends else 0
        assert cell_len(line[:cut]) + cell_len(line[cut:]) == cell_len(line)
        assert not line or line[0] == "\t" or get_character_cell_size(line[0])


@given(TEXTS)
def test_no_letter_has_more_marks_than_fit(text: str) -> None:
    above = 0
    for character in clean(text):
        above = 0 if character in "\t\n" or get_character_cell_size(character) else above + 1
        assert above <= MOST_MARKS


@given(TEXTS)
def test_one_line_is_one_line(text: str) -> None:
    line = clean_line(text)
    assert line == " ".join(line.split())
    assert clean_line(line) == line == clean(line)
    assert line == " ".join(clean(text).split())


def test_every_character_without_a_width_is_left_out_or_known_as_a_mark() -> None:
    """Rich's table is the judge: a later one that has more marks makes this fail."""
    characters = map(chr, range(0xA0, 0x110000))
    marks = [each for each in characters if not 0xD800 <= ord(each) < 0xE000 and not get_character_cell_size(each)]
    assert len(marks) > 2000
    for mark in marks:
        on_letter, alone = clean("a" + mark * 20), clean(mark)
        known = on_letter == "a" + mark * MOST_MARKS and alone == PLACEHOLDER + mark
        assert known or mark not in on_letter + alone, hex(ord(mark))


def test_widths_are_those_of_the_table_that_other_programs_use() -> None:
    for code in range(0xA0, 0x30000):
        cleaned = clean(chr(code))
        if unicodedata.category(chr(code)) not in {"Cn", "Cs"}:
            assert size(cleaned) == sum(map(wcwidth, cleaned.strip("\n"))), hex(code)


def test_most_text_costs_next_to_nothing() -> None:
    """Seconds for 1 MB, with room for a busy machine."""
    for text, limit in (("word " * 200_000, 0.05), ("naïve — 漢字 " * 80_000, 0.5), ("हिन्दी سلام " * 80_000, 1.5)):
        begun = time.perf_counter()
        cleaned = clean(text)
        assert time.perf_counter() - begun < limit
        assert cleaned == text
