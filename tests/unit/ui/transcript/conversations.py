"""Conversations to be read in tests, without a screen."""

from __future__ import annotations

from collections.abc import Sequence

from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.items import Entry, Item, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.reading import Reading, ReadingState

PALETTE = palette_from(
    {
        "background": "#101010",
        "foreground": "#f0f0f0",
        "primary": "#4080c0",
        "primary-darken-2": "#205080",
        "accent": "#e0a030",
        "warning": "#d0d030",
        "error": "#d04040",
        "success": "#40c060",
        "surface": "#202020",
        "panel-lighten-2": "#606060",
    },
    dark=True,
)


def plain(entry_id: str, text: str, role: str = "user") -> Entry:
    """A message that is shown as it is."""
    return Entry(entry_id, role, "You", "14:31", (TextItem(text, plain=True),))


def answer(entry_id: str, *items: Item | str, growing: bool = False) -> Entry:
    """An answer in Markdown, or of parts."""
    made = tuple(TextItem(item) if isinstance(item, str) else item for item in items)
    return Entry(entry_id, "assistant", "gpt-oss", "14:32", made, growing=growing)


def tool(call_id: str, output: str, error: str | None = None) -> ToolItem:
    """A tool call with its result."""
    return ToolItem(call_id, "bash", '{\n  "command": "ls"\n}', "List files", output, error)


def reading_of(entries: Sequence[Entry], width: int = 64, height: int = 20) -> Reading:
    """Messages being read from their end, in a view of this size."""
    reading = Reading(PALETTE)
    reading.resize(width, height)
    reading.show(entries, (), ReadingState())
    return reading


def shown(reading: Reading, *, focused: bool = False) -> list[str]:
    """The lines of the view, without the margin and the mark of the position."""
    return [strip.text[2:-1].rstrip() for strip in Frame(reading).strips(focused=focused)]


def bars(reading: Reading) -> list[str]:
    """The margins of the view where the cursor's bar stands, and what is beside it."""
    cursor = reading.look.palette.cursor.color
    made = []
    for strip in Frame(reading).strips(focused=True):
        first = next(iter(strip))
        if first.text.startswith("▎") and first.style is not None and first.style.color == cursor:
            made.append(strip.text[2:-1].rstrip())
    return made


def marked(reading: Reading) -> list[str]:
    """The texts of the view that are drawn on a ground of their own, line by line."""
    ground = reading.look.palette.ground.bgcolor
    made = []
    for strip in Frame(reading).strips(focused=True):
        words = "".join(text for text, style, _ in strip if style is not None and style.bgcolor != ground)
        if words:
            made.append(words)
    return made
