"""The title in what a model writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.chat.titles import LONGEST, clean_title


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Sorting lists in Python", "Sorting lists in Python"),
        ("  Sorting   lists \n", "Sorting lists"),
        ('"Sorting lists in Python."', "Sorting lists in Python"),
        ("“Sorting lists”.", "Sorting lists"),
        ("„Listen sortieren“", "Listen sortieren"),
        ("«Trier des listes»", "Trier des listes"),
        ("Title: **Sorting lists**", "Sorting lists"),
        ("# Sorting lists", "Sorting lists"),
        ("**Title:** Sorting lists", "Sorting lists"),
        ("What __init__ does", "What __init__ does"),
        ("Sure, here is a title: Sorting lists", "Sorting lists"),
        ("Here's a title for it: `Sorting lists`", "Sorting lists"),
        ("<think>\nWhat is it\nabout?\n</think>\n\nSorting lists", "Sorting lists"),
        ("Don’t panic", "Don’t panic"),
        ("“A” and “B”", "“A” and “B”"),
        ("Wait...", "Wait..."),
        ("a\x1b[31mb\u202ec", "a␛[31mb⟨RLO⟩c"),
        ("x" * LONGEST, "x" * LONGEST),
        ("列表排序", "列表排序"),
    ],
)
def test_what_models_put_around_a_title_is_taken_off(answer: str, title: str) -> None:
    assert clean_title(answer) == title


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "\n \n",
        '""',
        "...",
        "Title:",
        "x" * (LONGEST + 1),
        "Sorting lists\nIt is about lists.",
        "I'm sorry, but I can't help with that.",
        "I cannot write a title for this",
        "I am unable to do so",
        "I’m just an assistant",
        "Sorry, no title",
        "As an AI language model",
        "Unfortunately this is empty",
        "<think>What is it about",
        "What is it about</think>",
        "<|im_start|>assistant",
    ],
)
def test_what_is_no_title_is_none(answer: str) -> None:
    assert clean_title(answer) is None


@given(st.text(max_size=200))
def test_whatever_comes_is_one_short_safe_line_or_none(answer: str) -> None:
    title = clean_title(answer)
    if title is not None:
        assert 0 < len(title) <= LONGEST
        assert title == " ".join(title.split())
        assert "\x1b" not in title
        assert clean_title(title) == title
