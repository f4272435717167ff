"""What is written makes a terminal show what a whole painting would, however little it is."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.pens import Pens
from tests.support.emulator import Emulator

SIZE = Size(24, 5)
STYLES = [
    Style(),
    Style(bold=True),
    Style(color="#ff0000"),
    Style(color="#ff0000", bgcolor="#000040"),
    Style(bgcolor="#000040", italic=True),
    Style(color="green", reverse=True),
    Style(color="color(200)", underline=True, link="https://example.org"),
]
ALPHABETS = ["ab ", "ab ─│", "aé漢字ン한 ", "a🙂é\u0301x"]


def a_line(choice: random.Random, width: int, alphabet: str) -> Strip:
    """Text of several styles, so many cells wide."""
    segments: list[Segment] = []
    while sum(segment.cell_length for segment in segments) < width:
        text = "".join(choice.choices(alphabet, k=choice.randint(1, 6)))
        segments.append(Segment(text, choice.choice(STYLES)))
    return Strip(segments).adjust_cell_length(width)


def layout(strips: Sequence[Strip]) -> LayoutUpdate:
    """The painting of all lines."""
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, *SIZE))


def cells(emulator: Emulator) -> list[list[object]]:
    """What each cell of a terminal shows, and how."""
    return [emulator.looks(y) for y in range(emulator.rows)]


def a_canvas() -> Canvas:
    """A canvas for a terminal with all colours."""
    return Canvas(Pens(ColorSystem.TRUECOLOR))


def painted(canvas: Canvas, update: CompositorUpdate, size: Size) -> str:
    """What a canvas writes for an update."""
    canvas.take(update, size)
    return canvas.changes()


def shown(strips: Sequence[Strip]) -> Emulator:
    """A terminal that was told all lines at once."""
    emulator = Emulator(*SIZE)
    emulator.feed(painted(a_canvas(), layout(strips), SIZE).encode())
    return emulator


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_changes_show_what_a_whole_painting_shows(alphabet: str) -> None:
    for seed in range(60):
        choice, canvas, emulator = random.Random(seed), a_canvas(), Emulator(*SIZE)
        strips = [a_line(choice, SIZE.width, alphabet) for _ in range(SIZE.height)]
        emulator.feed(painted(canvas, layout(strips), SIZE).encode())
        for _ in range(6):
            for y in choice.sample(range(SIZE.height), 2):
                at, alike = choice.randint(0, SIZE.width - 2), choice.choice(ALPHABETS[:3])
                parts = strips[y].divide([at, at + 2, SIZE.width])
                new = a_line(choice, 2, alike if choice.random() < 0.2 else alphabet)
                strips[y] = Strip.join([parts[0], new, parts[2]]).adjust_cell_length(SIZE.width)
            emulator.feed(painted(canvas, layout(strips), SIZE).encode())
            assert cells(emulator) == cells(shown(strips)), seed


def test_a_part_of_a_line_is_painted_alone() -> None:
    canvas, emulator = a_canvas(), Emulator(*SIZE)
    strips = [Strip([Segment("a" * SIZE.width)]) for _ in range(SIZE.height)]
    emulator.feed(painted(canvas, layout(strips), SIZE).encode())
    left, right = Strip([Segment("x" * 10)]), Strip([Segment("y" * 14)])
    chops = [{0: left, 10: right} for _ in range(SIZE.height)]
    update = ChopsUpdate(chops, [(1, 10, 14), (3, 0, 24)], [[10, 24]] * SIZE.height)
    emulator.feed(painted(canvas, update, SIZE).encode())
    assert emulator.lines() == ["a" * 24, "a" * 10 + "yyyy" + "a" * 10, "a" * 24, "x" * 10 + "y" * 14, "a" * 24]


def test_nothing_is_written_where_nothing_differs() -> None:
    canvas, choice = a_canvas(), random.Random(1)
    strips = [a_line(choice, SIZE.width, ALPHABETS[2]) for _ in range(SIZE.height)]
    assert painted(canvas, layout(strips), SIZE)
    assert painted(canvas, layout(strips), SIZE) == ""


def test_all_is_written_once_the_canvas_forgets_and_at_another_size() -> None:
    canvas = a_canvas()
    strips = [Strip([Segment("word")]).adjust_cell_length(SIZE.width)] * SIZE.height
    whole = painted(canvas, layout(strips), SIZE)
    canvas.forget()
    assert painted(canvas, layout(strips), SIZE) == whole
    assert "word" in painted(canvas, layout(strips), Size(SIZE.width, SIZE.height - 1))


def test_a_letter_costs_its_cell() -> None:
    canvas, style = a_canvas(), Style(color="#e0e0e0", bgcolor="#121212")
    before = Strip([Segment("words", style)]).adjust_cell_length(SIZE.width, style)
    after = Strip([Segment("wordy", style)]).adjust_cell_length(SIZE.width, style)
    painted(canvas, layout([before] * SIZE.height), SIZE)
    written = painted(canvas, layout([before, after, before, before, before]), SIZE)
    assert written == "\x1b[2;5H\x1b[38;2;224;224;224;48;2;18;18;18my\x1b[m"


def test_what_lies_beyond_the_terminal_is_left_out() -> None:
    canvas = a_canvas()
    long = Strip([Segment("a" * 40)])
    written = painted(canvas, LayoutUpdate([[long]] * 9, Region(0, 0, 40, 9)), SIZE)
    assert written.count("a") == SIZE.width * SIZE.height
