"""Which sessions a filter leaves, and which letters it marks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.cells import clean_line
from oats_tui.ui.filtering import LONGEST_TITLE, Filtering
from oats_tui.ui.widgets.row import Row

TITLES = [
    "Fix the parser",
    "Bread recipe",
    "parser cache for Rust",
    "Memory leak",
    "",
    "sparse",
    "日本語 の タイトル",
]


def left(text: str, titles: list[str] | None = None) -> list[str]:
    """The titles that a filter leaves, the best on top."""
    filtering = Filtering()
    filtering.text = text
    rows = [Row(f"s{number}", title, None) for number, title in enumerate(titles or TITLES)]
    return [row.title for row in filtering.matching(rows)]


def marked(text: str, title: str) -> str:
    """The characters of a title that a filter marks, others as dots."""
    filtering = Filtering()
    filtering.text = text
    return "".join(letter if place in filtering.letters(title) else "." for place, letter in enumerate(title))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", TITLES),
        ("  ", TITLES),
        ("pars", ["Fix the parser", "parser cache for Rust", "sparse"]),
        ("PARSER rust", ["parser cache for Rust"]),
        ("rust parser", ["parser cache for Rust"]),
        ("prser", ["Fix the parser", "parser cache for Rust", "sparse"]),
        ("memry laek", ["Memory leak"]),
        ("語", ["日本語 の タイトル"]),
        ("xyz", []),
        ("zz", []),
    ],
)
def test_all_words_have_to_be_there_or_nearly(text: str, expected: list[str]) -> None:
    assert left(text) == expected


def test_a_short_word_is_taken_as_it_is() -> None:
    assert left("rst") == []
    assert left("rus") == ["parser cache for Rust"]
    # A title of one letter is not like every word with that letter.
    assert left("parser", ["p", "rser", ""]) == []


def test_the_best_is_on_top_and_of_two_alike_the_first() -> None:
    titles = ["serve", "user", "a server", "usre", "server"]
    assert left("server", titles) == ["a server", "server"]
    assert left("servre", titles)[0] == "server"
    assert left("ser", titles) == ["serve", "a server", "server", "user"]


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("pars", "Sparse parser", ".......pars.."),
        ("ix", "Fix it", ".ix..."),
        ("prser fx", "Fix the parser", "..........rser"),
        ("rust fix", "fix Rust", "fix.Rust"),
        ("zzz", "nothing", "......."),
        ("i", "İi", ".."),  # its small form has two characters
    ],
)
def test_the_letters_sought_are_marked(text: str, title: str, expected: str) -> None:
    assert marked(text, title) == expected


@given(st.text(max_size=30), st.lists(st.text(max_size=40), max_size=8))
def test_whatever_is_typed_a_filter_leaves_some_of_what_there_is(text: str, titles: list[str]) -> None:
    found = left(text, titles)
    assert len(found) <= len(titles or TITLES)
    assert set(found) <= set(titles or TITLES)
    filtering = Filtering()
    filtering.text = text
    for title in titles:
        shown = clean_line(title)
        assert filtering.letters(shown) <= set(range(len(shown)))


@given(st.lists(st.text("abc ", max_size=12), min_size=1, max_size=8), st.text("abc", min_size=1, max_size=3))
def test_a_title_with_the_word_is_always_left(titles: list[str], word: str) -> None:
    assert sorted(title for title in titles if word in clean_line(title)) == sorted(left(word, titles))


def test_a_changed_title_is_found_by_its_new_words() -> None:
    filtering = Filtering()
    filtering.text = "old"
    assert len(filtering.matching([Row("s", "old", None)])) == 1
    assert filtering.matching([Row("s", "new", None)]) == []


def test_long_and_alike_letters_take_no_time() -> None:
    rows = [Row(f"s{number}", "a" * 20_000, None) for number in range(50)]
    filtering = Filtering()
    filtering.text = "ab" * 40
    begun = time.process_time()
    assert filtering.matching(rows) == []
    filtering.text = "a" * 90
    assert len(filtering.matching(rows)) == len(rows)
    assert len(filtering.letters("a" * 20_000)) <= LONGEST_TITLE
    assert time.process_time() - begun < 2
