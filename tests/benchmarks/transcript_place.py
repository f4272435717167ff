"""Where it is measured: windows of the measured program, whose screens are drawn after the fact.

Drawing is slow: while something is measured the bytes are only read and their times noted, and what the screen
showed after each of them is found out afterwards.
"""

from __future__ import annotations

import itertools
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.launch import READY, program_environment
from tests.support.terminal import Terminal

COLUMNS, ROWS = 120, 40
PAGE_UP = "\x1b[5~"
NOBODY = "http://127.0.0.1:9/v1"
"""An address at which nobody answers, for windows that ask nothing."""

_PANE_LEFT = 33
_START_SECONDS = 60.0
_CALM_SECONDS = 0.3
# An idle window looks at a file every two seconds; this is far above it and far below work.
_CALM_CPU = 0.04
_GAP_SECONDS = 0.15
_LAST_CHUNKS = 60
_SEQUENCE = re.compile(rb"\x1b\[[0-9;:?<=>]*[a-zA-Z]")


@dataclass(frozen=True)
class Place:
    """Where all parts work.

    Attributes:
        folder: A folder of its own for what they make.
        subject: The folder that holds the measured package.
        quick: Whether few samples and small sessions will do.
    """

    folder: Path
    subject: Path
    quick: bool = False
    _homes: itertools.count[int] = field(default_factory=itertools.count)

    def home(self) -> Path:
        """A folder for a window's home, where nobody has ever been."""
        return self.folder / f"home-{next(self._homes)}"

    def environment(self, home: Path, url: str = NOBODY) -> dict[str, str]:
        """The variables of a program of the subject's, with one model, `fake/fake`, at this address."""
        return program_environment(home, {"fake": url}) | {"PYTHONPATH": str(self.subject)}


@dataclass(frozen=True)
class Measured:
    """What one part has found.

    Attributes:
        figures: By name; None where nothing could be measured, infinity for what never came.
        troubles: What went wrong, in sentences.
        raw: All single values.
    """

    figures: Mapping[str, float | None]
    troubles: list[str] = field(default_factory=list)
    raw: Mapping[str, list[float]] = field(default_factory=dict)


class Colours(Emulator):
    """A screen of which the colours are known too."""

    def picture(self) -> list[tuple[str, str, str]]:
        """Character, foreground and background of every cell, row by row."""
        cells = (self._grid.buffer[row][column] for row in range(self.rows) for column in range(self.columns))
        return [(cell.data, cell.fg, cell.bg) for cell in cells]


class Window(Terminal):
    """The measured program, in 120 × 40 cells.

    Args:
        place: Where.
        data: Its data directory.
        *arguments: What follows on its command line.
        url: Where its model is served.
    """

    def __init__(self, place: Place, data: Path, *arguments: str, url: str = NOBODY) -> None:
        environment = place.environment(place.home(), url)
        argv = [sys.executable, "-m", "oats_tui", "--data-dir", str(data), "--model", "fake/fake", *arguments]
        super().__init__(argv, environment, environment["HOME"], columns=COLUMNS, rows=ROWS)
        self.colours = Colours(COLUMNS, ROWS, self.process.answer)
        self.emulator = self.colours

    def begin(self) -> None:
        """Wait until it can be used and has loaded what the first letter makes it load."""
        self.wait_for(READY, _START_SECONDS)
        self.wait_gone("loading…", _START_SECONDS)
        self.calm()
        self.send("x")
        time.sleep(1.0)
        self.calm()
        self.send("\x15")
        self.calm()

    def cpu(self) -> float:
        """Seconds of processor time of the program's own process, to the nanosecond where the system knows it."""
        if platform.system() == "Linux":
            # The number by which Linux knows the clock of another process.
            return time.clock_gettime((~self.pid << 3) | 2)
        return self.cost().cpu or 0.0

    def calm(self, timeout: float = _START_SECONDS) -> None:
        """Wait until it neither writes nor works.

        Raises:
            TimeoutError: It went on.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            count, cpu = len(self.chunks), self.cpu()
            time.sleep(_CALM_SECONDS)
            if count == len(self.chunks) and self.cpu() - cpu < _CALM_CPU * _CALM_SECONDS:
                return
        raise TimeoutError(f"the program had not come to rest after {timeout:g} s")

    def rest(self, gap: float = _GAP_SECONDS, timeout: float = _START_SECONDS) -> None:
        """Wait, without drawing, until nothing has been written for so long; at most so many seconds."""
        deadline = time.monotonic() + timeout
        with self.process.changed:
            while time.monotonic() < deadline:
                if not self.process.changed.wait(gap):
                    return

    def frames(self) -> Iterator[float]:
        """Draw what has come; the time of each whole frame, while the screen shows it."""
        while (chunk := self._next(0.0)) is not None:
            self._draw(chunk)
            if not self.emulator.torn:
                yield chunk.time

    def first(self, seen: Callable[[], bool], timeout: float = _START_SECONDS) -> float | None:
        """The time of the first frame, of those not drawn yet, for which something is true; None if there is none.

        Nothing is drawn while the program writes. Frames that follow that one are left to be drawn.
        """
        deadline = time.monotonic() + timeout
        while True:
            self.rest()
            for moment in self.frames():
                if seen():
                    return moment
            if time.monotonic() > deadline:
                return None

    def skip(self, kept: int) -> None:
        """Leave undrawn what has come, but for its last so many bytes, which are to paint all that matters."""
        self._drawn, size = len(self.chunks), 0
        while self._drawn and size < kept:
            self._drawn -= 1
            size += len(self.chunks[self._drawn].data)

    def wrote(self, word: str) -> bool:
        """Whether a word is in what was written last, without drawing it; it may be cut in two."""
        return word.encode() in plain(b"".join(chunk.data for chunk in self.chunks[-_LAST_CHUNKS:]))

    def pane(self) -> list[str]:
        """The lines of the messages' pane, as drawn last."""
        lines = [line[_PANE_LEFT:] for line in self.emulator.lines()]
        return lines[: _frame(lines)]

    def shows(self, words: str) -> Callable[[], bool]:
        """A function that tells whether the messages' pane shows these words."""
        return lambda: any(words in line for line in self.pane())

    def prompt(self) -> str:
        """What somebody has typed into the input, as drawn last."""
        lines = [line[_PANE_LEFT:] for line in self.emulator.lines()]
        return "\n".join(lines[_frame(lines) + 1 : -1]).replace(READY, "")

    def select(self, row: int) -> None:
        """Put the list's cursor on a row, counted from 0."""
        for keys in ("\x13", "g", "j" * row):
            if keys:
                self.send(keys)
                self.calm()
        self.draw()

    def draw(self) -> None:
        """Draw what has come."""
        for _ in self.frames():
            pass


def plain(data: bytes) -> bytes:
    """What a program has written, without the sequences between the characters."""
    return _SEQUENCE.sub(b"", data)


def milliseconds(begin: float, end: float | None) -> float:
    """The time between two moments in seconds; infinity if the second never came."""
    return float("inf") if end is None else (end - begin) * 1000


def ratio(above: float | None, below: float | None) -> float | None:
    """One figure divided by another, where both are known."""
    return None if above is None or not below else above / below


def _frame(lines: list[str]) -> int:
    """The number of the line that is drawn above the input."""
    found = (row for row in range(len(lines) - 1, -1, -1) if lines[row].startswith("─────"))
    return next(found, len(lines) - 1)
