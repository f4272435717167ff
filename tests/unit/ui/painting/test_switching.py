"""From style to style in as few bytes as can be, whatever cannot be seen."""

from __future__ import annotations

import itertools

import pytest
from rich.color import ColorSystem
from rich.style import Style

from oats_tui.ui.painting.order import in_short
from oats_tui.ui.painting.pens import Pens, Purpose
from oats_tui.ui.painting.strokes import Stroke
from oats_tui.ui.painting.switching import Pen, switch
from tests.support.emulator import Emulator

ATTRIBUTES = ["", "1", "2", "1;2", "3", "4", "7", "9", "1;3;4", "4;7", "1;7;9"]
COLOURS = ["", "31", "38;2;1;2;3", "38;5;200"]
GROUNDS = ["", "44", "48;2;4;5;6", "48;2;1;2;3"]
PENS = [Pen(*parts) for parts in itertools.product(ATTRIBUTES, COLOURS, GROUNDS)]


def looks(*sequences: str) -> list[object]:
    """How a letter and a blank look after sequences."""
    emulator = Emulator(2, 1)
    emulator.feed("".join([*sequences, "x "]).encode())
    return emulator.looks(0)


@pytest.mark.parametrize("before", PENS[::5])
def test_a_switch_leads_to_the_style_from_any_other(before: Pen) -> None:
    for after in PENS:
        begun = switch(Pen(), before)
        assert looks(begun, switch(before, after)) == looks(switch(Pen(), after)), after
        assert len(switch(before, after)) <= len(f"\x1b[{';'.join(filter(None, ('0', *after[:3])))}m")


@pytest.mark.parametrize("pen", PENS)
def test_what_looks_alike_looks_alike(pen: Pen) -> None:
    whole = looks(switch(Pen(), pen))
    assert looks(switch(Pen(), pen.exchanged)) == whole
    assert looks(switch(Pen(), pen.blank))[1] == whole[1]
    assert pen.blank.blank == pen.blank


def test_a_cursor_is_a_reversal() -> None:
    text = Pen(colour="38;2;224;224;224", ground="48;2;18;18;18")
    cursor = Pen(colour="38;2;18;18;18", ground="48;2;224;224;224")
    assert switch(text, cursor.exchanged) == "\x1b[7m"
    assert switch(cursor.exchanged, text) == "\x1b[27m"
    assert switch(text, Pen()) == "\x1b[m"


@pytest.mark.parametrize("purpose", ["letters", "blanks", "erasing"])
def test_what_cannot_be_seen_is_not_switched_to(purpose: Purpose) -> None:
    pens = Pens(ColorSystem.TRUECOLOR, erases_in_colour=True)
    code, blank = pens.number(Style(color="#112233", bgcolor="#000040")), pens.number(Style(bgcolor="#000040"))
    lined = pens.number(Style(color="#112233", bgcolor="#000040", underline=True))
    assert (pens.switch(purpose, code, blank)[0] == "") is (purpose != "letters")
    assert pens.switch(purpose, lined, blank)[0] != ""
    assert pens.blank(code) == blank != pens.blank(lined)


@pytest.mark.parametrize(("colours", "is_sorted"), [(ColorSystem.TRUECOLOR, True), (ColorSystem.STANDARD, False)])
def test_strokes_are_sorted_where_colours_take_more_than_ways(colours: ColorSystem, is_sorted: bool) -> None:
    pens = Pens(colours)
    numbers = [pens.number(Style(color=colour)) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    strokes = [Stroke(y, x, 1, numbers[x], "a", "letters") for y in range(9) for x in range(3)]
    shown = in_short(strokes, pens)
    assert sorted(shown) == sorted(strokes)
    assert (list(shown) != strokes) is is_sorted
    assert len({stroke.pen for stroke in shown[:9]}) == (1 if is_sorted else 3)
