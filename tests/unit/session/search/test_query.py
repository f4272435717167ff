"""Whatever is typed means something, and never fails."""

from __future__ import annotations

import string
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.search.query import Query, Term, understood
from tests.unit.session.search.library import Library, keep, told

ODD = [
    '"',
    '"unbalanced',
    'a "b" "c',
    "-",
    "--",
    '-"',
    "title:",
    "before:soon",
    "after:2026-13-99",
    "role:nobody",
    "AND",
    "OR NOT",
    "NEAR(zebra)",
    "zebra AND (",
    "zebra*",
    "*",
    "{text}:zebra",
    "^zebra",
    "a\0b",
    "'; DROP TABLE words; --",
    "\ud800",
    "x" * 10_000,
    "a " * 5_000,
    '"' * 999,
]


@pytest.mark.parametrize("text", ODD)
def test_odd_syntax_searches_for_the_words(library: Library, text: str) -> None:
    keep(told("s1", "zebra and text a b c"))
    found = library.find(text)
    assert found.is_complete


def test_operators_of_other_languages_are_words(library: Library) -> None:
    keep(told("s1", "zebra or not"), told("s2", "zebra", hours=1))
    assert library.ids("zebra OR NOT") == ["s1-0"]


def test_a_filter_without_a_meaning_is_words() -> None:
    assert understood("before:soon x ").wanted[0].text == "before soon"
    assert understood("role:nobody x ").wanted[0].pieces == ("role", "nobody")


def test_dates_are_the_beginning_of_a_day_month_or_year() -> None:
    assert understood("after:2026-01-02").after == datetime(2026, 1, 2).astimezone().timestamp()
    assert understood("before:2026-03").before == datetime(2026, 3, 1).astimezone().timestamp()
    assert understood("after:2025 after:2026").after == datetime(2026, 1, 1).astimezone().timestamp()
    assert understood("-after:2026").before == datetime(2026, 1, 1).astimezone().timestamp()


def test_only_the_last_word_may_go_on_and_only_while_it_is_typed() -> None:
    assert understood("one two").wanted == (Term("one", ("one",)), Term("two", ("two",), is_prefix=True))
    assert not understood("one ").wanted[0].is_prefix
    assert not understood('"one"').wanted[0].is_prefix
    assert understood("") == understood(" - ") == Query()


@given(st.text(max_size=200))
def test_any_text_is_understood(text: str) -> None:
    query = understood(text)
    for term in (*query.wanted, *query.unwanted):
        assert term.pieces
        assert all(piece and not piece.isspace() for piece in term.pieces)


@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=8), min_size=1, max_size=6))
def test_plain_words_are_themselves(words: list[str]) -> None:
    assert [term.pieces for term in understood(" ".join(words)).wanted] == [(word,) for word in words]


@given(st.text(string.ascii_letters + " ", min_size=1, max_size=30).filter(str.strip))
def test_a_phrase_is_its_words_in_a_row(text: str) -> None:
    (term,) = understood(f'"{text}"').wanted
    assert list(term.pieces) == text.lower().split()
    assert term.is_phrase
