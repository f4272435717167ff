"""Pastes, in however many pieces they come."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.pasting import BEGIN, END, Pasted, Pasting


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
