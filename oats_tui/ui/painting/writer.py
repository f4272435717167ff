"""The sequences that put cells on a screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment

from oats_tui.ui.painting.pens import Pens, Purpose
from oats_tui.ui.painting.strokes import Stroke


class Writer:
    """Writes cells, going from place to place and from style to style in as few bytes as can be.

    It begins in the terminal's own style, at a place that is not known, and ends in that style.

    Args:
        pens: The styles.
        width: How many columns the terminal has.
    """

    def __init__(self, pens: Pens, width: int) -> None:
        self._pens = pens
        self._width = width
        self._pen = 0
        self._at: tuple[int, int] | None = None
        self._out: list[str] = []

    def end(self) -> str:
        """Return what has been written."""
        self._switch("letters", 0)
        return "".join(self._out)

    def write_unsure(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Write text whose width is not sure."""
        self._go(y, x)
        for segment in segments:
            if segment.text and not segment.control:
                self._switch("letters", self._pens.number(segment.style))
                self._out.append(segment.text)
        self._at = None

    def write(self, stroke: Stroke) -> None:
        """Write cells, or erase them."""
        self._go(stroke.y, stroke.x)
        self._switch(stroke.purpose, stroke.pen)
        if not stroke.text:
            self._out.append(f"\x1b[{stroke.width}X" if stroke.width else "\x1b[K")
            return
        self._out.append(stroke.text)
        # At the right edge the cursor stays on the last cell.
        self._at = (stroke.y, stroke.stop) if stroke.stop < self._width else None

    def _switch(self, purpose: Purpose, pen: int) -> None:
        """Go on in another style."""
        if pen != self._pen:
            sequence, self._pen = self._pens.switch(purpose, self._pen, pen)
            self._out.append(sequence)

    def _go(self, y: int, x: int) -> None:
        """Go to a cell."""
        if self._at != (y, x):
            self._out.append(_way(self._at, y, x))
            self._at = (y, x)


def _way(at: tuple[int, int] | None, y: int, x: int) -> str:
    """Return the shortest that goes from a cell, or from nobody knows where, to another one."""
    if at is not None and at[0] == y and x > at[1]:
        return f"\x1b[{x - at[1]}C" if x > at[1] + 1 else "\x1b[C"
    return f"\x1b[{y + 1 if y else ''};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
