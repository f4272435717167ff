from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.core.sanitize import sanitize, sanitize_line

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NASTY = st.text(st.sampled_from("\x00\x07\x08\x0b\x0c\x1b\x7f\x85\x9b\x9d\u2028\u2029\ud800\r\n\t ab" + BIDI))


def unsafe(text: str) -> list[str]:
    """What a terminal would obey, or would reorder text by."""
    return [
        letter
        for letter in text
        if letter not in "\n\t" and (unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} or letter in BIDI)
    ]


@given(st.text() | NASTY)
def test_nothing_unsafe_passes_and_once_is_enough(text: str) -> None:
    safe = sanitize(text)
    assert unsafe(safe) == []
    assert sanitize(safe) == safe
    safe.encode()


@given(st.text() | NASTY)
def test_a_line_is_one_line(text: str) -> None:
    line = sanitize_line(text)
    assert unsafe(line) == []
    assert not set(line) & set("\n\t")
    assert line == line.strip()
    assert "  " not in line


@pytest.mark.parametrize(
    "text", ["", "plain", "tabs\tand\nlines", "日本語 café 🙂", "👨‍👩‍👧 a\u0301", "שלום", "\xa0soft\xad"]
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\x00b\x7fc", "a␀b␡c"),
        ("\x9b31m", "\ufffd31m"),
        ("exe.\u202egnp", "exe.⟨RLO⟩gnp"),
        ("\u2066x\u2069", "⟨LRI⟩x⟨PDI⟩"),
        ("half \ud83d letter", "half \ufffd letter"),
        ("a\r\nb\rc\u2028d\u2029e\x0bf\x0cg\x85h", "a\nb\nc\nd\ne\nf\ng\nh"),
    ],
)
def test_what_is_unsafe_is_shown_in_its_place(text: str, shown: str) -> None:
    assert sanitize(text) == shown


def test_white_space_in_a_line_is_one_space() -> None:
    assert sanitize_line("  a \t\r\n b\u2028c ") == "a b c"
