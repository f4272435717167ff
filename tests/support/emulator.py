"""What a terminal would show: the program's output, drawn into a grid of cells by pyte.

pyte knows the classic sequences of a VT102 and stumbles over newer ones: it draws their last letters, raises,
or drops the rest of a line. `Emulator` takes those out of the stream first and keeps, beside the grid, what
pyte does not: the alternate screen, the modes that are set, and how deep the keyboard protocol was pushed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

import pyte

from tests.support.grid import Grid, look

# Private modes, by names a reader of a failed test understands. A fresh terminal has set `_ON_AT_START`.
_MODE_NAMES = {
    1: "application cursor keys",
    7: "line wrap",
    25: "visible cursor",
    69: "margins at the sides",
    47: "alternate screen",
    1047: "alternate screen",
    1049: "alternate screen",
    1000: "mouse clicks",
    1002: "mouse drags",
    1003: "mouse moves",
    1005: "mouse in UTF-8",
    1006: "mouse in SGR",
    1015: "mouse in urxvt's way",
    1016: "mouse in pixels",
    1004: "focus reports",
    2004: "bracketed paste",
    2026: "synchronized output",
    2031: "colour scheme reports",
    2048: "size reports",
}
_ON_AT_START = frozenset({7, 25})
_ALTERNATE = frozenset({47, 1047, 1049})
_SYNCHRONIZED = 2026
_SIDES = 69

# A sequence whose end has not been read yet. Strings (OSC, DCS, APC, PM) run to BEL or ST.
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X](?:(?!\x07|\x1b\\).)*|[ -/]*)?\Z", re.DOTALL)
_LONGEST_SEQUENCE = 1 << 20

_SEQUENCE = re.compile(
    r"\x1b[\]P_^X].*?(?:\x07|\x1b\\)"  # strings: titles, links, colours, the clipboard, pictures
    r"|\x1b\[(?P<mark>[<=>?]?)(?P<parameters>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[=>]"
    # Characters without a width of their own that pyte cannot combine: it would drop what follows them.
    r"|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]",
    re.DOTALL,
)
_SGR_PART = re.compile(
    r"(?P<kind>38|48):(?:2:[0-9]*:(?P<rgb>[0-9]+:[0-9]+:[0-9]+)|2:(?P<bare>[0-9]+:[0-9]+:[0-9]+)|5:(?P<one>[0-9]+)).*"
)


class Emulator:
    """A grid of cells and the modes of the terminal around it.

    Args:
        columns: Width in cells.
        rows: Height in cells.
        answer: Called with what the terminal says when the program asks where the cursor is.

    Attributes:
        strings: What was asked for by strings, such as a title, a link or the clipboard: each once.
    """

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], None] | None = None) -> None:
        self.columns = columns
        self.rows = rows
        self.modes: dict[int, bool] = {}
        self.keyboard_level = 0
        self.cursor_shape = 0
        self.strings: set[str] = set()
        self._answer = answer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._main = Grid(columns, rows)
        self._grid = self._main
        self._stream = pyte.Stream(self._grid)
        self._lines = [""] * rows

    def feed(self, data: bytes) -> None:
        """Draw `data`. A sequence cut in two by the end of `data` waits for its rest."""
        text = self._held + self._decoder.decode(data)
        self._held = ""
        cut = _UNFINISHED.search(text)
        if cut is not None and len(text) - cut.start() < _LONGEST_SEQUENCE:
            text, self._held = text[: cut.start()], text[cut.start() :]
        position = 0
        for match in _SEQUENCE.finditer(text):
            kept = self._sequence(match)
            if kept == match.group():
                continue
            self._stream.feed(text[position : match.start()])
            position = match.end()
            self._apply(match)
            self._stream.feed(kept)
        self._stream.feed(text[position:])

    def lines(self) -> list[str]:
        """The rows of the screen from the top, without the blanks at their ends."""
        grid = self._grid
        for row in grid.dirty:
            if row < self.rows:
                cells = grid.buffer[row]
                self._lines[row] = "".join([cells[column].data for column in range(self.columns)]).rstrip()
        grid.dirty.clear()
        return list(self._lines)

    def cells(self, row: int) -> list[str]:
        """What stands in each cell of a row; a wide character leaves the cell behind it empty."""
        line = self._grid.buffer[row]
        return [line[column].data for column in range(self.columns)]

    def looks(self, row: int) -> list[object]:
        """What stands in each cell of a row and how it looks, as values that can be compared."""
        line = self._grid.buffer[row]
        return [look(line[column]) for column in range(self.columns)]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the grid in cells; the program is expected to draw everything again."""
        self.columns, self.rows = columns, rows
        self._main.resize(rows, columns)
        if self._grid is not self._main:
            self._crop(columns, rows)
        self._lines = [""] * rows
        self._grid.dirty.update(range(rows))

    @property
    def torn(self) -> bool:
        """Whether the program is in the middle of a frame, which a terminal does not show yet."""
        return self.modes.get(_SYNCHRONIZED, False)

    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, counted from 0."""
        return self._grid.cursor.x, self._grid.cursor.y

    def changed_modes(self) -> list[str]:
        """Names of what the program has switched and not switched back."""
        names = {
            f"{_MODE_NAMES.get(mode, f'mode {mode}')} {'on' if value else 'off'}"
            for mode, value in self.modes.items()
            if value != (mode in _ON_AT_START)
        }
        if self.keyboard_level > 0:
            names.add("keyboard protocol pushed")
        if self.cursor_shape > 1:
            names.add("cursor shape changed")
        return sorted(names)

    def _sequence(self, match: re.Match[str]) -> str:
        """What of a sequence pyte may see: all, nothing, or a plainer form."""
        final = match["final"]
        if final is None or match["between"] or match["mark"] in ("<", "=", ">"):
            return ""
        if match["mark"] == "?":
            return match.group() if final in "hl" and not self._switches(match) else ""
        if final == "m":
            return _plain_colours(match.group())
        return "" if final in "ncstux" else match.group()

    def _switches(self, match: re.Match[str]) -> bool:
        """Note the modes a sequence sets. True if there is more to be done for them."""
        modes = {int(part) for part in match["parameters"].split(";") if part}
        self.modes.update(dict.fromkeys(modes, match["final"] == "h"))
        return not modes.isdisjoint(_ALTERNATE | {_SIDES})

    def _apply(self, match: re.Match[str]) -> None:
        """Do what a sequence asks for that pyte would not do."""
        mark, final, parameters = match["mark"], match["final"], match["parameters"]
        if match.group()[:2] in ("\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX"):
            self.strings.add(match.group())
        elif final == "u" and mark in ("<", ">"):
            self.keyboard_level = max(0, self.keyboard_level + (1 if mark == ">" else -int(parameters or 1)))
        elif final == "q" and match["between"] == " ":
            self.cursor_shape = int(parameters or 0)
        elif final == "n" and parameters == "6" and self._answer is not None:
            column, row = self.cursor()
            self._answer(b"\x1b[%s%d;%dR" % (mark.encode(), row + 1, column + 1))
        elif final == "s" and not mark and self.modes.get(_SIDES):
            first, _, last = parameters.partition(";")
            self._grid.set_sides(int(first or 1), int(last or self.columns))
        elif mark == "?" and final in ("h", "l") and parameters == str(_SIDES):
            self._grid.sides = None
        elif mark == "?" and final in ("h", "l"):
            self._show(alternate=final == "h")

    def _crop(self, columns: int, rows: int) -> None:
        """Resize the alternate screen at its lower end, as terminals do; pyte would cut off its top."""
        grid = self._grid
        for row in [row for row in grid.buffer if row >= rows]:
            del grid.buffer[row]
        grid.lines = min(grid.lines, rows)
        grid.resize(rows, columns)
        grid.cursor.y = min(grid.cursor.y, rows - 1)

    def _show(self, *, alternate: bool) -> None:
        """Change to an empty alternate screen, or back to the main one as it was left."""
        if alternate and self._grid is self._main:
            self._grid = Grid(self.columns, self.rows)
        elif not alternate:
            self._grid = self._main
        self._stream = pyte.Stream(self._grid)
        self._grid.dirty.update(range(self.rows))


def _plain_colours(sequence: str) -> str:
    """Colours and underlines written with colons, in the older form with semicolons."""
    if ":" not in sequence:
        return sequence
    parts = [_plain_part(part) for part in sequence[2:-1].split(";")]
    kept = [part for part in parts if part]
    return f"\x1b[{';'.join(kept)}m" if kept else ""


def _plain_part(part: str) -> str:
    """One parameter without colons; empty if the older form has no word for it."""
    if ":" not in part:
        return part or "0"
    if part.startswith("4:"):
        return "24" if part == "4:0" else "4"
    match = _SGR_PART.fullmatch(part)
    if match is None:
        return ""
    if match["one"]:
        return f"{match['kind']};5;{match['one']}"
    return f"{match['kind']};2;{(match['rgb'] or match['bare']).replace(':', ';')}"
