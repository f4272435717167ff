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
from oats_tui.ui.painting.cursor import OWN_CURSOR, Cursor, typing_place
from oats_tui.ui.painting.metering import Meter
from oats_tui.ui.painting.moves import Means
from oats_tui.ui.painting.pacing import Pacing
from oats_tui.ui.painting.painter import Painter
from oats_tui.ui.painting.terminfo import erases_in_colour

PAINT_AFTER = 0.1
"""Seconds between two looks at a terminal that takes nothing, as one at the end of a line that stands still."""

SMALL = 200
"""Characters that come in one piece, so that they need not be announced as a frame."""


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
        self._is_small = False
        self._cursor = Cursor()

        def written() -> int:
            """Return how many bytes have gone to the terminal."""
            return self._driver.written if isinstance(self._driver, TerminalDriver) else 0

        self._meter = Meter(written, self.set_timer, self.show_rate)

    def action_meter(self) -> None:
        """Begin to tell how many bytes a second go to the terminal, or end it."""
        self._meter.turn()

    def show_rate(self, words: str) -> None:
        """Show how many they are; nothing where the words are empty."""

    def line_changed(self) -> None:
        """Take note that the line to the terminal is slow now, or is no longer."""

    @on(Driver.SignalResume)
    @on(events.Resize)
    def action_paint_all(self) -> None:
        """Paint everything: the terminal may show anything by now.

        So it is once the program goes on after having been stopped, where Textual waits for a new size, or after
        sizes that came and went.
        """
        self.forget_screen()
        self.refresh()

    def forget_screen(self) -> None:
        """Take it that the terminal shows anything, and no cursor."""
        self.painter.forget()
        self._cursor = Cursor()

    def on_mount(self) -> None:
        """Have the terminal show its own cursor, where there is a terminal."""
        self.set_class(isinstance(self._driver, TerminalDriver), OWN_CURSOR)

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
        self.painter.learn(Means(margins=driver.answers.told.margins, synchronized=self._sync_available))
        place = typing_place(self.focused)
        if place is not None:
            self.cursor_position = place
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        sequences = self.painter.portion(cursor.y)
        before, behind = self._cursor.around(sequences, wanted=place == cursor)
        if sequences or before or behind or cursor != self._previous_cursor_position:
            asked = self.painter.pacing.question(len(sequences))
            changes = Changes(f"{before}{sequences}{asked}{behind}")
            # What has been moved may have to be put right, however short that is.
            self._is_small = len(sequences) <= SMALL and "\x1b[r" not in sequences
            super()._display(self.screen, changes)  # type: ignore[arg-type] # as Textual's own
            self._is_small = False
            self._meter.painted()
        if self.painter.is_stale:
            self._paint_later()

    def _begin_update(self) -> None:
        """Announce a frame, but for one of a few cells."""
        if not self._is_small:
            super()._begin_update()

    def _end_update(self) -> None:
        """Have a frame shown that was announced."""
        if not self._is_small:
            super()._end_update()

    def _paint_later(self) -> None:
        """Paint what is left once the terminal has taken more, or should have."""
        if self._waiting is None:
            self._waiting = self.set_timer(PAINT_AFTER, self._paint_rest)

    def _paint_rest(self) -> None:
        """Paint what is left."""
        self._waiting = None
        if self._running and not self._closed:
            self._paint()
