"""What is written in portions, or moved by the terminal itself, ends as a whole painting would."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.pens import Pens
from oats_tui.ui.painting.scrolling import shift_of
from tests.support.emulator import Emulator
from tests.unit.ui.painting.test_canvas import SIZE, STYLES, a_canvas, a_line, cells, layout, shown

TALL = Size(24, 20)
# No marks that join what stands before: what is written in another order is joined to something else.
ALPHABETS = ["ab ", "ab ─│", "aé漢字ン한 ", "a🙂éx"]


def an_erasing_canvas() -> Canvas:
    """A canvas for a terminal that erases in the ground that is set."""
    return Canvas(Pens(ColorSystem.STANDARD, erases_in_colour=True))


def lines_of(count: int, first: int = 0) -> list[Strip]:
    """Lines that all differ, in two styles."""
    return [
        Strip([Segment(f"line {number} of many", STYLES[number % 2])]).adjust_cell_length(24)
        for number in range(first, first + count)
    ]


def told(canvas: Canvas, emulator: Emulator, strips: Sequence[Strip], size: Size = TALL) -> str:
    """Have a terminal show lines; returns what was written for it."""
    canvas.take(layout(strips), size)
    written = canvas.changes()
    emulator.feed(written.encode())
    return written


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("limit", [1, 30, 200])
def test_in_portions_all_is_shown_in_the_end_whatever_changes_meanwhile(alphabet: str, limit: int) -> None:
    for seed in range(40):
        choice, canvas, emulator = random.Random(seed), a_canvas(), Emulator(*SIZE)
        strips = [a_line(choice, SIZE.width, alphabet) for _ in range(SIZE.height)]
        for _ in range(8):
            for y in choice.sample(range(SIZE.height), 2):
                at = choice.randint(0, SIZE.width - 2)
                parts = strips[y].divide([at, at + 2, SIZE.width])
                new = a_line(choice, 2, choice.choice(ALPHABETS[:3]))
                strips[y] = Strip.join([parts[0], new, parts[2]]).adjust_cell_length(SIZE.width)
            canvas.take(layout(strips), SIZE)
            emulator.feed(canvas.changes(limit, choice.randrange(SIZE.height)).encode())
            emulator.feed(canvas.changes_of(choice.randrange(SIZE.height)).encode())
        while canvas.is_stale:
            emulator.feed(canvas.changes(limit).encode())
        assert cells(emulator) == cells(shown(strips)), seed


def test_a_portion_begins_with_the_line_that_is_asked_for() -> None:
    canvas, emulator = a_canvas(), Emulator(*TALL)
    canvas.take(layout(lines_of(20)), TALL)
    emulator.feed(canvas.changes(10, 7).encode())
    assert [y for y, line in enumerate(emulator.lines()) if line] == [7]
    emulator.feed(canvas.changes_of(19).encode())
    assert [y for y, line in enumerate(emulator.lines()) if line] == [7, 19]


def test_a_portion_of_nothing_writes_nothing() -> None:
    canvas = a_canvas()
    canvas.take(layout(lines_of(20)), TALL)
    assert canvas.changes(0) == ""
    assert canvas.is_stale


@pytest.mark.parametrize("by", [1, 3, -1, -5])
def test_lines_that_have_moved_are_moved_by_the_terminal(by: int) -> None:
    canvas, emulator = a_canvas(), Emulator(*TALL)
    head, foot = lines_of(2, 900), lines_of(3, 950)
    told(canvas, emulator, [*head, *lines_of(15, 100), *foot])
    strips = [*head, *lines_of(15, 100 + by), *foot]
    written = told(canvas, emulator, strips)
    assert len(written) < 40 + 40 * abs(by)
    other = Emulator(*TALL)
    told(a_canvas(), other, strips)
    assert cells(emulator) == cells(other)


def test_moving_at_random_ends_as_a_whole_painting() -> None:
    for seed in range(80):
        choice, canvas, emulator = random.Random(seed), an_erasing_canvas(), Emulator(*TALL)
        strips = lines_of(20)
        for _ in range(6):
            by, top = choice.randint(-9, 9), choice.randint(0, 6)
            fresh = [a_line(choice, 24, choice.choice(ALPHABETS)) for _ in range(abs(by))]
            body = strips[top:]
            body = [*body[by:], *fresh] if by > 0 else [*fresh, *body[: len(body) + by]]
            strips = [*strips[:top], *body][:20]
            strips[choice.randrange(20)] = Strip.blank(24, Style(bgcolor="#000040"))
            told(canvas, emulator, strips)
            other = Emulator(*TALL)
            told(an_erasing_canvas(), other, strips)
            assert cells(emulator) == cells(other), seed


def test_what_has_hardly_moved_is_written() -> None:
    alike = [list(f"line {number} of many") for number in range(10)]
    assert shift_of(alike, alike) is None
    assert shift_of(alike, [*alike[:6], *alike[7:], [" "] * 10]) is None
    assert shift_of(alike, [[" "] * 10] * 10) is None
    assert shift_of(alike, [*alike[5:], *([[" "] * 10] * 5)]) == (0, 9, 5)


def test_many_blanks_are_erased_where_that_gives_them_their_ground() -> None:
    blank, size = Strip.blank(24, Style(bgcolor="#000040")), Size(24, 20)
    written = told(an_erasing_canvas(), Emulator(*size), [blank] * 20, size)
    assert "\x1b[24X" in written
    assert " " not in written
    assert "X" not in told(a_canvas(), Emulator(*size), [blank] * 20, size)
    underlined = Strip.blank(24, Style(underline=True))
    assert "X" not in told(an_erasing_canvas(), Emulator(*size), [underlined] * 20, size)


def test_colours_are_given_in_fewer_bytes_where_these_are_saved() -> None:
    pens = Pens(ColorSystem.TRUECOLOR)
    canvas, strips = Canvas(pens), [Strip([Segment("words", Style(color="#e0e0e0"))]).adjust_cell_length(24)] * 20
    assert "38;2;224;224;224" in told(canvas, Emulator(*TALL), strips)
    assert pens.economize()
    assert not pens.economize()
    canvas.forget()
    written = told(canvas, Emulator(*TALL), strips)
    assert "38;5;" in written
    assert "38;2;" not in written
    assert not Pens(None).economize()
