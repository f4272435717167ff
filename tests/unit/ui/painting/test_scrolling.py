"""Lines that move are moved by the terminal, whatever part of them is painted anew."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.pens import Pens
from tests.support.emulator import Emulator

SIZE = Size(40, 20)
FIXED = 3
"""Lines at the lower end that stay."""

WORDS = ["the wheel turns", "flour = 0.0", "", "", "for sack in sacks:", "漢字ン한", "─────┼─────"]
STYLES = [Style(color="#f8f8f2", bgcolor="#1e1e1e"), Style(bold=True), Style(color="#66d9ef")]


def document(choice: random.Random, count: int) -> list[Strip]:
    """Lines of which some are alike and some are blank."""
    texts = [choice.choice(WORDS) + (f" {number}" if choice.random() < 0.5 else "") for number in range(count)]
    return [Strip([Segment(text, choice.choice(STYLES))]).adjust_cell_length(SIZE.width) for text in texts]


def view(lines: Sequence[Strip], first: int) -> list[Strip]:
    """What is seen of a document from a line on, above what stays."""
    stays = [Strip([Segment(f"what stays {number}")]).adjust_cell_length(SIZE.width) for number in range(FIXED)]
    return [*lines[first : first + SIZE.height - FIXED], *stays]


def differing(before: Sequence[Strip], after: Sequence[Strip]) -> ChopsUpdate:
    """The painting of those columns of each line alone that may differ."""
    spans = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        if old.text != new.text or list(old) != list(new):
            widths = [Strip([Segment(strip.text.rstrip())]).cell_length for strip in (old, new)]
            spans.append((y, 0, min(SIZE.width, max(widths) + 1)))
    return ChopsUpdate([{0: strip} for strip in after], spans, [[SIZE.width]] * SIZE.height)


def whole(strips: Sequence[Strip]) -> LayoutUpdate:
    """The painting of all lines."""
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, *SIZE))


def painted(canvas: Canvas, emulator: Emulator, update: LayoutUpdate | ChopsUpdate) -> int:
    """Paint; returns how many bytes that took."""
    canvas.take(update, SIZE)
    written = canvas.changes().encode()
    emulator.feed(written)
    return len(written)


@pytest.mark.parametrize("seed", range(40))
def test_what_was_scrolled_is_what_a_whole_painting_shows(seed: int) -> None:
    choice = random.Random(seed)
    lines = document(choice, 60)
    canvas, emulator, first = Canvas(Pens(ColorSystem.TRUECOLOR)), Emulator(*SIZE), 20
    strips = view(lines, first)
    painted(canvas, emulator, whole(strips))
    for _ in range(8):
        first = max(0, min(40, first + choice.choice((-7, -2, -1, 1, 2, 7))))
        if choice.random() < 0.3:
            lines[first + choice.randrange(17)] = document(choice, 1)[0]
        before, strips = strips, view(lines, first)
        painted(canvas, emulator, differing(before, strips))
        fresh = Emulator(*SIZE)
        painted(Canvas(Pens(ColorSystem.TRUECOLOR)), fresh, whole(strips))
        assert [emulator.looks(y) for y in range(SIZE.height)] == [fresh.looks(y) for y in range(SIZE.height)]


@pytest.mark.parametrize("by", [-1, 1])
def test_one_line_costs_itself_although_others_look_alike(by: int) -> None:
    choice = random.Random(2)
    lines = document(choice, 40)
    canvas, emulator = Canvas(Pens(ColorSystem.TRUECOLOR)), Emulator(*SIZE)
    before, after = view(lines, 10), view(lines, 10 + by)
    painted(canvas, emulator, whole(before))
    new = after[0] if by < 0 else after[SIZE.height - FIXED - 1]
    assert painted(canvas, emulator, differing(before, after)) <= 60 + 1.5 * len(new.text.rstrip().encode())


def test_a_line_that_is_not_known_is_not_moved() -> None:
    choice = random.Random(3)
    lines = [
        *document(choice, 14),
        Strip([Segment("🏳\ufe0f\u200d🌈 whose width nobody knows")]),
        *document(choice, 20),
    ]
    lines = [line.adjust_cell_length(SIZE.width) for line in lines]
    canvas, emulator = Canvas(Pens(ColorSystem.TRUECOLOR)), Emulator(*SIZE)
    before, after = view(lines, 5), view(lines, 6)
    painted(canvas, emulator, whole(before))
    painted(canvas, emulator, differing(before, after))
    fresh = Emulator(*SIZE)
    painted(Canvas(Pens(ColorSystem.TRUECOLOR)), fresh, whole(after))
    assert emulator.lines() == fresh.lines()
