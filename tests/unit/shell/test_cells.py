from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from oats_tui.shell.cells import cells, cut, line, padded
from tests.support.sessions import texts

anything = st.text(st.characters(exclude_categories=()), max_size=30) | texts | st.text("漢a é\u0301", max_size=30)


@given(anything)
def test_a_line_has_nothing_that_a_terminal_obeys(text: str) -> None:
    made = line(text)
    assert made == " ".join(made.split(" "))
    assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 for each in made)
    assert line(made) == made


@given(anything, st.integers(0, 40))
def test_what_is_cut_fits_and_is_a_beginning(text: str, columns: int) -> None:
    made = line(text)
    short = cut(made, columns)
    assert cells(short) <= columns
    if short != made:
        assert not short or (short.endswith("…") and made.startswith(short[:-1]))
        assert cells(made) > columns or len(made) > 9


@given(st.text("abc 漢字한글é\u0301ｱ…✓🙂", max_size=20))
def test_the_width_is_what_a_terminal_gives(text: str) -> None:
    assert cells(text) == cell_len(text)
    assert cells(padded(text, 50)) == 50


def test_what_terminals_disagree_about_is_left_out() -> None:
    assert line("👩\u200d💻 ❤\ufe0f") == "👩💻 ❤"
    assert cut("漢字漢字", 5) == "漢字…"
    assert cut("漢字漢字", 4) == "漢…"
    assert cut("漢字", 4) == "漢字"
    assert cut("e" + "\u0301" * 1000, 5) == "e" + "\u0301" * 8 + "…"
    assert cut("abc", 0) == ""
