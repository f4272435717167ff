"""Pastes, in however many pieces they come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.pasting import BEGIN, END, MANY, Pasted, Pasting, Typed, many


@given(st.lists(st.integers(8, 60), max_size=8), st.text("ab\x1b[20~1\n", max_size=30))
def test_however_a_paste_is_cut_it_is_whole(cuts: list[int], pasted: str) -> None:
    pasted = pasted.replace(END, "").replace("\x1b[201", "")
    whole = f"ab{BEGIN}{pasted}{END}cd{BEGIN}{END}e"
    limit = len(whole) - len(f"cd{BEGIN}{END}e")
    places = sorted({0, *(cut for cut in cuts if cut < limit), len(whole)})
    pasting = Pasting()
    found = [piece for a, b in pairwise(places) for piece in pasting.cut(whole[a:b])]
    assert [piece for piece in found if isinstance(piece, Pasted)] == [Pasted(pasted), Pasted("")]
    assert "".join(piece for piece in found if isinstance(piece, str)) == "abcde"


def test_keys_and_pastes_keep_their_order() -> None:
    assert list(Pasting().cut(f"a{BEGIN}x\0y{END}b")) == ["a", Pasted("xy"), "b"]
    assert list(Pasting().cut("")) == []
    assert list(Pasting().cut(END)) == [END]


@pytest.mark.parametrize(
    ("keys", "pieces"),
    [
        ("x" * (MANY - 1), ["x" * (MANY - 1)]),
        ("x" * MANY, [("x" * MANY,)]),
        ("ab\r" + "é" * MANY + "\rcd", ["ab\r", ("é" * MANY,), "\rcd"]),
        ("\x1b[1;5A" + "x" * MANY + "\x1bOP", ["\x1b[1;5A", ("x" * MANY,), "\x1bOP"]),
        ("\x1ba" + "x" * (MANY - 1) + "\x1b", ["\x1ba" + "x" * (MANY - 1) + "\x1b"]),
        ("\x1b[<" + "1;" * MANY + "1M" + "x" * MANY, ["\x1b[<" + "1;" * MANY + "1M", ("x" * MANY,)]),
    ],
)
def test_letters_that_came_at_once_are_one_piece(keys: str, pieces: list[str | tuple[str]]) -> None:
    assert [(each.text,) if isinstance(each, Typed) else each for each in many(keys)] == pieces


def test_where_there_is_nothing_to_paste_into_they_are_keys() -> None:
    keys = Typed("aé /").keys()
    assert [(key.key, key.character) for key in keys] == [
        ("a", "a"),
        ("é", "é"),
        ("space", " "),
        ("slash", "/"),
    ]


def test_a_paste_whose_end_does_not_come_ends_by_itself() -> None:
    now = 0.0
    pasting = Pasting(lambda: now)
    assert list(pasting.cut(f"a{BEGIN}some")) == ["a"]
    now = 2.9
    assert list(pasting.cut("")) == []
    assert list(pasting.cut(" words")) == []
    now = 5.8
    assert list(pasting.cut("")) == []
    now = 6.0
    assert list(pasting.cut("")) == [Pasted("some words")]
    assert list(pasting.cut("")) == []
    assert list(pasting.cut("b")) == ["b"]
