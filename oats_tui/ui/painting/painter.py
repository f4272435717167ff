"""Decides what is written to the terminal now, of all that it does not show yet."""

from __future__ import annotations

from rich.color import ColorSystem
from textual._compositor import CompositorUpdate
from textual.geometry import Size

from oats_tui.ui.painting.canvas import Canvas
from oats_tui.ui.painting.moves import Means
from oats_tui.ui.painting.pacing import Pacing
from oats_tui.ui.painting.pens import Pens


class Painter:
    """Gives what differs, as much as the line takes.

    Args:
        colours: The colours that the terminal has; None for none at all.
        pacing: How slow the line to the terminal is.
        erases_in_colour: Whether erased cells have the ground of the style, and not the terminal's own.
    """

    def __init__(self, colours: ColorSystem | None, pacing: Pacing, *, erases_in_colour: bool) -> None:
        self.pacing = pacing
        self._pens = Pens(colours, erases_in_colour=erases_in_colour)
        self._canvas = Canvas(self._pens)
        if pacing.is_slow:
            self._pens.economize()

    @property
    def is_stale(self) -> bool:
        """Whether there is something left to be written."""
        return self._canvas.is_stale

    def forget(self) -> None:
        """Take it that the terminal may show anything."""
        self._canvas.forget()

    def take(self, update: CompositorUpdate, size: Size) -> None:
        """Take on what a terminal of some columns and lines is to show."""
        self._canvas.take(update, size)

    def learn(self, means: Means) -> None:
        """Take note of what the terminal can do."""
        self._canvas.means = means

    def portion(self, cursor: int) -> str:
        """Return what is to be written now; the line of the cursor goes first, and waits for nothing."""
        room = self.pacing.room()
        return self._canvas.changes_of(cursor) if room == 0 else self._canvas.changes(room, cursor)

    def economize(self) -> bool:
        """Save bytes from now on where the line is slow; returns whether all has to be painted anew for that."""
        return self.pacing.is_slow and self._pens.economize()
