"""What an application has to do with its terminal: colours, ground, notifications, and crashes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import PurePath

from textual import events, on
from textual.color import Color
from textual.filter import Monochrome, NoColor
from textual.theme import Theme

from oats_tui.core.crash import Crashes
from oats_tui.core.terminal import MOST_COLUMNS, MOST_LINES, colour_depth, is_light
from oats_tui.ui.asking import TerminalTold
from oats_tui.ui.driver import TerminalDriver
from oats_tui.ui.fewcolours import FewColours
from oats_tui.ui.memory import Memory
from oats_tui.ui.painting.app import PaintedApp
from oats_tui.ui.painting.pacing import Pacing
from oats_tui.ui.telling import Telling

LIGHT, DARK = "textual-light", "textual-dark"
"""The themes for a light and a dark ground, where the person has chosen none."""


SIZES_APART = 0.1
"""Seconds between two sizes of the terminal that are taken on, when somebody pulls at its window."""


def _is_possible(event: events.Resize) -> bool:
    """Return whether a terminal may have become that large."""
    return event.size.width <= MOST_COLUMNS and event.size.height <= MOST_LINES


class TerminalApp(PaintedApp):
    """An application that suits its terminal.

    Args:
        css_path: The style sheets.
        memory: What is remembered of the person.
        theme: The theme asked for in the configuration, or None.
        crashes: Who writes reports of errors that nobody foresaw.
        pacing: How slow the line to the terminal is.
    """

    telling: Telling

    def __init__(
        self,
        css_path: list[str | PurePath],
        memory: Memory,
        theme: str | None,
        crashes: Crashes | None,
        pacing: Pacing,
    ) -> None:
        super().__init__(pacing, driver_class=TerminalDriver, css_path=css_path)
        self.crashes = crashes
        self.is_hung_up = False
        self._memory = memory
        self._configured = theme
        self._suited = ""
        self._resized = float("-inf")
        self._size_waits: events.Resize | None = None
        depth = colour_depth(os.environ)
        self._filters = [each for each in self._filters if not isinstance(each, Monochrome | NoColor)]
        self.no_color = depth == "none"
        if depth in ("none", "16"):
            self.add_class("-few-colours")
            self._filters.append(FewColours(self._ground, hues=depth == "16"))

    def choose_theme(self) -> None:
        """Take on the theme: the person's choice, else one for the ground as far as that is known."""
        chosen = self._memory.theme or self._configured
        if chosen in self.available_themes:
            self.theme = str(chosen)
        else:
            self._suit(light=is_light(os.environ))
        self.theme_changed_signal.subscribe(self, self._remember)

    async def on_event(self, event: events.Event) -> None:
        """Take on a new size at once, but of many in a short while the last alone, and none that cannot be."""
        if isinstance(event, events.Resize) and not _is_possible(event):
            return
        if isinstance(event, events.Resize) and event.is_forwarded is False and self._is_storm(event):
            return
        await super().on_event(event)

    def _is_storm(self, event: events.Resize) -> bool:
        """Return whether a new size waits for those that come behind it."""
        now = time.monotonic()
        if self._size_waits is None and now - self._resized >= SIZES_APART:
            self._resized = now
            return False
        if self._size_waits is None:
            self.set_timer(SIZES_APART, self._take_size)
        self._size_waits = event
        return True

    async def _take_size(self) -> None:
        """Take on the last of many sizes."""
        waits, self._size_waits = self._size_waits, None
        if waits is not None:
            self._resized = time.monotonic()
            await super().on_event(waits)

    @property
    def is_there(self) -> bool:
        """Whether the screen is up, and its terminal has not gone."""
        return self.is_running and not self.is_hung_up

    def send(self, sequence: str) -> None:
        """Send a sequence to the terminal."""
        if sequence and self._driver is not None:
            self._driver.write(sequence)

    @on(events.AppFocus)
    def note_focus(self) -> None:
        """Take it that the window has the focus; not from keys, of which some may still wait for their turn."""
        self.telling.has_focus = True

    @on(events.AppBlur)
    def note_blur(self) -> None:
        """Take it that the window has not the focus."""
        self.telling.has_focus = False

    @on(TerminalTold)
    def take_told(self, told: TerminalTold) -> None:
        """Take on what the terminal has told of itself."""
        if self._memory.theme is None and self._configured not in self.available_themes:
            self._suit(light=told.light)
        if told.utf8:
            self.action_paint_all()

    def _suit(self, *, light: bool | None) -> None:
        """Take on the theme for a ground; nothing is changed where the ground is not known."""
        if light is not None:
            self._suited = LIGHT if light else DARK
            self.theme = self._suited

    def _remember(self, theme: Theme) -> None:
        """Remember a theme that was chosen, but not one that was taken for the ground."""
        if theme.name != self._suited:
            self._memory.theme = theme.name
        self._suited = ""

    def _ground(self) -> Color:
        """Return the theme's ground."""
        return Color.parse(self.theme_variables["background"])

    def _fatal_error(self) -> None:
        """End after an unforeseen error, with a report.

        Textual would print the local variables of every frame, and a key may be among them.
        """
        error = sys.exc_info()[1]
        if self.crashes is not None and error is not None:
            self.crashes.note(error)
        self._close_messages_no_wait()
