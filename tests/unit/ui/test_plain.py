"""Text for terminals that cannot show every letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from oats_tui.ui.cells import clean
from oats_tui.ui.plain import Plain, table_for
from oats_tui.ui.widgets.row import SIGNS
from oats_tui.ui.widgets.rowlook import FOLDED, MARKED, UNFOLDED

ASCII = Plain("ascii")


def test_lines_signs_and_letters() -> None:
    assert ASCII.fit("╭─┬┐ ▎Größe… “ja” → 5 × €") == '+-++ |Grose~ "ja" > 5 x E'
    assert ASCII.fit("日本 é ﬁ Ж") == "? ?  e f ?"
    assert ASCII.fit("plain\x1b[1m") == "plain\x1b[1m"


def test_every_state_keeps_a_sign_of_its_own() -> None:
    signs = [ASCII.fit(sign) for sign in (*SIGNS.values(), MARKED, FOLDED)]
    assert len(set(signs)) == len(signs)
    assert ASCII.fit(FOLDED) != ASCII.fit(UNFOLDED)
    assert "?" not in signs


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_changes_its_width(text: str) -> None:
    for character in clean(text):
        shown = ASCII.fit(character)
        assert shown.isascii()
        if not character.isascii():
            assert len(shown) == get_character_cell_size(character)


@pytest.mark.parametrize("charset", ["iso8859-1", "koi8-r", "euc_jp", "gbk"])
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_shown_can_be_written(charset: str, text: str) -> None:
    assert Plain(charset, charset).fit(text).encode(charset) is not None


def test_what_a_character_set_has_stays() -> None:
    assert Plain("iso8859-1", "latin-1").fit("Größe · ─ Ж") == "Größe · - ?"
    assert Plain("koi8-r", "koi8-r").fit("Жаба é") == "Жаба e"
    assert Plain("euc_jp", "euc_jp").fit("日本 ─") == "日本 -"


def test_written_in_another_set_it_is_what_both_have() -> None:
    assert Plain("iso8859-1", "utf-8").fit("Größe") == "Grose"


def test_who_shows_everything_needs_no_table() -> None:
    assert table_for("utf-8", "utf-8") is None
    assert table_for(None, None) is not None
