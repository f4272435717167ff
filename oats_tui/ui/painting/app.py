"""An application that writes to its terminal as little as can be."""

from __future__ import annotations

from typing import Any, cast

from rich.console import COLOR_SYSTEMS, RenderableType
from textual import events, on
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.timer import Timer

from oats_tui.ui.driver import TerminalDriver
from oats_tui.ui.painting.changes import Changes
from oats_tui.ui.painting.pacing import Pacing
from oats_tui.ui.painting.painter import Painter
from oats_tui.ui.painting.terminfo import erases_in_colour

PAINT_AFTER = 0.1
"""Seconds between two looks at a terminal that takes nothing, as one at the end of a line that stands still."""


class PaintedApp(App[None]):
    """Writes only what differs from what the terminal shows; to a slow line in portions.

    Args:
        pacing: How slow the line to the terminal is.
        options: What Textual's own class takes.
    """

    def __init__(self, pacing: Pacing, **options: Any) -> None:
        super().__init__(**options)
        colours = COLOR_SYSTEMS.get(self.console.color_system or "")
        self.painter = Painter(colours, pacing, erases_in_colour=erases_in_colour())
        self._waiting: Timer | None = None

    def line_changed(self) -> None:
        """Take note that the line to the terminal is slow now, or is no longer."""

    @on(Driver.SignalResume)
    @on(events.Resize)
    def action_paint_all(self) -> None:
        """Paint everything: the terminal may show anything by now.

        So it is once the program goes on after having been stopped, where Textual waits for a new size, or after
        sizes that came and went.
        """
        self.painter.forget()
        self.refresh()

    @property
    def asks(self) -> bool:
        """Whether the terminal was asked whether what was written has arrived."""
        return self.painter.pacing.asks

    def arrived(self) -> None:
        """Go on painting: the terminal has shown what was written."""
        if self.painter.pacing.answered():
            self.line_changed()
            if self.painter.economize():
                self.action_paint_all()
        if self.painter.is_stale:
            self._paint()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write only what differs from what the terminal shows; wait with it while the terminal takes nothing."""
        update = cast(object, renderable)
        is_ours = isinstance(self._driver, TerminalDriver) and self._running and not self._batch_count
        if not isinstance(update, CompositorUpdate) or not is_ours:
            super()._display(screen, renderable)
            return
        self.painter.take(update, self.size)
        self._paint()

    def _paint(self) -> None:
        """Write what the terminal does not show yet, as much as its line takes now."""
        driver = self._driver
        if not isinstance(driver, TerminalDriver) or driver.is_behind or self._batch_count:
            self._paint_later()
            return
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        sequences = self.painter.portion(cursor.y)
        if sequences or cursor != self._previous_cursor_position:
            asked = self.painter.pacing.question(len(sequences))
            super()._display(self.screen, Changes(sequences + asked))  # type: ignore[arg-type] # as Textual's own
        if self.painter.is_stale:
            self._paint_later()

    def _paint_later(self) -> None:
        """Paint what is left once the terminal has taken more, or should have."""
        if self._waiting is None:
            self._waiting = self.set_timer(PAINT_AFTER, self._paint_rest)

    def _paint_rest(self) -> None:
        """Paint what is left."""
        self._waiting = None
        if self._running and not self._closed:
            self._paint()
