"""Pictures of the message pane as text: what is drawn, with the style of each run.

python -m tests.unit.ui.transcript.snapshot    makes them again
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.style import Style
from textual.strip import Strip

from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.items import Entry
from tests.unit.ui.transcript.conversations import reading_of
from tests.unit.ui.transcript.kinds import kinds

FOLDER = Path(__file__).parent / "snapshots"

WIDTHS = (32, 64, 104)
"""Columns of a narrow, a usual and a wide view."""

_HEIGHT = 60


def drawn(entry: Entry, width: int, *, whole: bool = False) -> str:
    """A message as it is shown, line by line, each run with its style."""
    reading = reading_of([entry], width, _HEIGHT)
    if whole:
        steps.turn_all(reading)
    lines = [_line(strip) for strip in Frame(reading).strips(focused=False)]
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def picture_of(entry: Entry) -> str:
    """A message at every width, folded, and unfolded where that differs."""
    parts = []
    for width in WIDTHS:
        folded, whole = drawn(entry, width), drawn(entry, width, whole=True)
        parts.append(f"=== {width} columns\n{folded}\n")
        if whole != folded:
            parts.append(f"=== {width} columns, unfolded\n{whole}\n")
    return "".join(parts)


def _line(strip: Strip) -> str:
    """A line with the styles of its runs in brackets, its ground left out."""
    runs = [(text, _foreground(style)) for text, style, _ in strip]
    made = []
    for style, group in groupby(runs, key=lambda run: run[1]):
        text = "".join(text for text, _ in group)
        made.append(text if style == "none" or not text.strip() else f"⟦{style}⟧{text}⟦/⟧")
    return "".join(made).rstrip()


def _foreground(style: Style | None) -> str:
    """A style without the ground that everything stands on."""
    words = str(style).replace(" on #101010", "").replace("#f0f0f0", "").strip()
    return words or "none"


def main() -> None:
    """Make all snapshots again."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, entry in kinds().items():
        (FOLDER / f"{name}.txt").write_text(picture_of(entry), "utf-8")


if __name__ == "__main__":
    main()
