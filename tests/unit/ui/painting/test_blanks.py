"""Blanks that are erased, left as they are or written in another style look as if all had been written."""

from __future__ import annotations

import random

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.pens import Pens
from tests.support.emulator import Emulator

SIZE = Size(80, 4)
GROUND = Style(bgcolor="#101010")
STYLES = [
    GROUND,
    GROUND + Style(color="#e0e0e0"),
    GROUND + Style(color="#66d9ef", bold=True),
    GROUND + Style(color="#66d9ef", dim=True, italic=True),
    GROUND + Style(underline=True),
    GROUND + Style(reverse=True),
    Style(color="#e0e0e0", bgcolor="#202020"),
    Style(),
    Style(bold=True, strike=True),
]


def a_line(choice: random.Random) -> Strip:
    """Words with few and many blanks between them."""
    segments: list[Segment] = []
    while sum(segment.cell_length for segment in segments) < SIZE.width:
        text = choice.choice(["word", "a b  c", " ", " " * 3, " " * 12, " " * 30, "end  "])
        segments.append(Segment(text, choice.choice(STYLES)))
    return Strip(segments).crop(0, SIZE.width)


def paint(canvas: Canvas, emulator: Emulator, strips: list[Strip]) -> list[list[object]]:
    """Paint; returns how it looks."""
    canvas.take(LayoutUpdate([[strip] for strip in strips], Region(0, 0, *SIZE)), SIZE)
    emulator.feed(canvas.changes().encode())
    return [emulator.looks(y) for y in range(SIZE.height)]


@pytest.mark.parametrize("colours", [ColorSystem.TRUECOLOR, ColorSystem.STANDARD])
@pytest.mark.parametrize("erases", [False, True])
def test_whatever_stood_there_before(erases: bool, colours: ColorSystem) -> None:
    def a_canvas() -> Canvas:
        return Canvas(Pens(colours, erases_in_colour=erases))

    for seed in range(60):
        choice, canvas, emulator = random.Random(seed), a_canvas(), Emulator(*SIZE)
        strips = [a_line(choice) for _ in range(SIZE.height)]
        for _ in range(6):
            at = sorted(choice.sample(range(SIZE.width), 2))
            y = choice.randrange(SIZE.height)
            parts = strips[y].divide([*at, SIZE.width])
            new = a_line(choice).crop(0, at[1] - at[0])
            strips[y] = Strip.join([parts[0], new, parts[2]])
            assert paint(canvas, emulator, strips) == paint(a_canvas(), Emulator(*SIZE), strips), seed
            assert emulator.lines() == ["".join(segment.text for segment in strip).rstrip() for strip in strips]
