"""The terminal shows its own cursor where somebody types, and hides it while it would run along."""

from __future__ import annotations

import pytest

from oats_tui.ui.painting.cursor import HIDE, LEAST_HIDDEN, SHOW, Cursor

LONG = "x" * LEAST_HIDDEN


def test_it_is_shown_once_and_stays_while_letters_are_typed() -> None:
    cursor = Cursor()
    assert cursor.around("a", wanted=True) == ("", SHOW)
    assert cursor.around("b", wanted=True) == ("", "")
    assert cursor.is_shown


def test_it_does_not_run_along_with_what_is_painted() -> None:
    cursor = Cursor()
    cursor.around("", wanted=True)
    assert cursor.around(LONG, wanted=True) == (HIDE, SHOW)
    assert cursor.is_shown


@pytest.mark.parametrize("painting", ["", "a", LONG])
def test_where_nobody_types_there_is_none(painting: str) -> None:
    cursor = Cursor()
    assert cursor.around(painting, wanted=False) == ("", "")
    cursor.around(painting, wanted=True)
    assert cursor.around(painting, wanted=False) == (HIDE, "")
    assert cursor.around(painting, wanted=False) == ("", "")
    assert not cursor.is_shown
