"""What is scrolled beside something that stays is moved in the ways that the terminal has told that it knows."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from oats_tui.core.handback import RESET
from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.moves import Means
from oats_tui.ui.painting.pens import Pens
from tests.support.emulator import Emulator
from tests.unit.ui.painting.test_canvas import cells, layout
from tests.unit.ui.painting.test_scrolling import WORDS

SIZE = Size(60, 20)
LIST = 16
PLAIN, MARGINS, SYNCHRONIZED, BOTH = Means(), Means(margins=True), Means(synchronized=True), Means(True, True)
GROUND = Style(color="#e0e0e0", bgcolor="#121212")
STYLES = [
    GROUND,
    Style(color="#66d9ef", bgcolor="#1e1e1e"),
    Style(bold=True, bgcolor="#121212"),
    Style(color="#121212", bgcolor="#e0e0e0"),
    Style(color="#e0e0e0", bgcolor="#121212", reverse=True),
    Style(color="#ff0000", italic=True),
]


def a_canvas(means: Means, *, erases: bool = True) -> Canvas:
    canvas = Canvas(Pens(ColorSystem.TRUECOLOR, erases_in_colour=erases))
    canvas.means = means
    return canvas


def a_list(choice: random.Random, alphabet: str = "abc漢ン ") -> list[Strip]:
    """What stands beside the document: titles that all differ."""
    titles = ["".join(choice.choices(alphabet, k=12)) + f"{number:2}" for number in range(SIZE.height)]
    return [Strip([Segment(title, choice.choice(STYLES))]).adjust_cell_length(LIST, GROUND) for title in titles]


def document(choice: random.Random, words: Sequence[str] = WORDS) -> list[Strip]:
    """Lines of several styles, of which some are alike and some are blank."""
    lines = []
    for number in range(60):
        segments = [
            Segment(f"{choice.choice(words)} ", choice.choice(STYLES)) for _ in range(choice.randint(1, 3))
        ]
        segments += [Segment(str(number), choice.choice(STYLES))] if choice.random() < 0.7 else []
        lines.append(Strip(segments).adjust_cell_length(SIZE.width - LIST - 2, choice.choice(STYLES)))
    return lines


def view(beside: Sequence[Strip], lines: Sequence[Strip], first: int) -> list[Strip]:
    """The list, some of the document, and a scrollbar."""
    thumb = first * SIZE.height // len(lines)
    bars = [Strip([Segment(" ▐" if y == thumb else "  ", GROUND)]) for y in range(SIZE.height)]
    return [Strip.join([a, b, c]) for a, b, c in zip(beside, lines[first:], bars, strict=False)]


def told(canvas: Canvas, emulator: Emulator, strips: Sequence[Strip]) -> str:
    """Have a terminal show lines; returns what was written for it."""
    canvas.take(layout(strips), SIZE)
    written = canvas.changes()
    emulator.feed(written.encode())
    return written


@pytest.mark.parametrize("erases", [True, False])
@pytest.mark.parametrize("means", [PLAIN, MARGINS, SYNCHRONIZED, BOTH])
def test_however_it_is_scrolled_the_terminal_shows_what_it_should(means: Means, erases: bool) -> None:
    for seed in range(25):
        choice = random.Random(seed)
        beside, lines, first = a_list(choice), document(choice), 20
        canvas, emulator = a_canvas(means, erases=erases), Emulator(*SIZE)
        for _ in range(6):
            strips = view(beside, lines, first)
            told(canvas, emulator, strips)
            fresh = Emulator(*SIZE)
            told(a_canvas(PLAIN, erases=erases), fresh, strips)
            assert cells(emulator) == cells(fresh), seed
            assert emulator.changed_modes() == []
            first = max(0, min(40, first + choice.choice((-7, -2, -1, 1, 1, 2))))
            if choice.random() < 0.4:
                beside[choice.randrange(SIZE.height)] = a_list(choice)[0]
            if choice.random() < 0.4:
                lines[first + choice.randrange(SIZE.height)] = document(choice)[0]


def scrolled(means: Means, by: int, *, limit: int | None = None, alphabet: str = "abc") -> tuple[str, str]:
    """What is written for scrolling beside a list, and the text of the new line."""
    choice = random.Random(4)
    beside, lines = a_list(choice, alphabet), document(choice, ["the wheel turns and turns", "flour = 0.0"])
    canvas, emulator = a_canvas(means), Emulator(*SIZE)
    told(canvas, emulator, view(beside, lines, 20))
    canvas.take(layout(view(beside, lines, 20 + by)), SIZE)
    return canvas.changes(limit), (lines[20 + by] if by < 0 else lines[20 + SIZE.height]).text.rstrip()


@pytest.mark.parametrize("by", [-1, 1])
def test_between_margins_a_line_costs_itself(by: int) -> None:
    written, line = scrolled(MARGINS, by)
    assert written.startswith("\x1b[?69h\x1b[17;58s\x1b[1;20r")
    assert "\x1b[r\x1b[s\x1b[?69l" in written
    assert len(written.encode()) < 240 + 1.5 * len(line)


@pytest.mark.parametrize("by", [-1, 1])
def test_whole_lines_are_moved_beside_what_stays_only_where_nobody_sees_that(by: int) -> None:
    plain, _ = scrolled(PLAIN, by)
    repaired, _ = scrolled(SYNCHRONIZED, by)
    assert "r" not in {sequence[-1:] for sequence in plain.split("\x1b")}
    assert not any(part.startswith("[1;20r") for part in plain.split("\x1b"))
    assert repaired.startswith("\x1b[1;20r")
    assert len(repaired) < len(plain)


def test_in_portions_nothing_is_moved_that_has_to_be_put_right() -> None:
    written, _ = scrolled(SYNCHRONIZED, 1, limit=300)
    assert "\x1b[1;20r" not in written
    assert scrolled(BOTH, 1, limit=300)[0].startswith("\x1b[?69h")


@pytest.mark.parametrize("means", [PLAIN, MARGINS])
def test_what_stays_is_not_moved_because_some_of_it_looks_alike(means: Means) -> None:
    choice = random.Random(5)
    beside, lines = a_list(choice, "abc"), document(choice, ["the wheel turns", "flour = 0.0"])
    beside[1] = beside[0]
    beside[-5:] = [Strip.blank(LIST, GROUND)] * 5
    canvas, emulator = a_canvas(means), Emulator(*SIZE)
    told(canvas, emulator, view(beside, lines, 20))
    written = told(canvas, emulator, view(beside, lines, 19))
    assert "[1;20r" not in written or "[?69h" in written
    assert ("[?69h" in written) is means.margins


def test_wherever_a_move_is_cut_off_the_margins_are_taken_back() -> None:
    written, _ = scrolled(MARGINS, 1)
    moved = written.index("\x1b[?69l")
    for cut in range(moved + len("\x1b[?69l")):
        emulator = Emulator(*SIZE)
        emulator.feed(f"\x1b[?1049h{written[:cut]}".encode() + b"\x18\x1b[?69l\x1b[r" + RESET)
        assert "margins at the sides on" not in emulator.changed_modes(), cut


def half_covered(first: int) -> list[Strip]:
    """Lines that scroll, every other one with its first column below the right half of a letter that stays."""
    starts = [f"{row:8}漢" if (first + row) % 2 else f"{row:8}a{chr(97 + first + row)}" for row in range(20)]
    texts = [f"{start}{first + row} line" for row, start in enumerate(starts)]
    return [Strip([Segment(text)]).adjust_cell_length(SIZE.width) for text in texts]


def test_no_margin_goes_through_a_wide_letter() -> None:
    canvas, emulator, fresh = a_canvas(MARGINS), Emulator(*SIZE), Emulator(*SIZE)
    told(canvas, emulator, half_covered(0))
    written = told(canvas, emulator, half_covered(2))
    told(a_canvas(PLAIN), fresh, half_covered(2))
    assert cells(emulator) == cells(fresh)
    assert "[?69h" not in written
    assert not any(sequence.endswith("r") for sequence in written.split("\x1b"))
