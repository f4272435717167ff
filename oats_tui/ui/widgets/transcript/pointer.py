"""What the mouse does in a conversation."""

from __future__ import annotations

from typing import Literal

from textual import events

from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.painter import MARGIN
from oats_tui.ui.widgets.transcript.places import Place, place_of
from oats_tui.ui.widgets.transcript.reading import Reading
from oats_tui.ui.widgets.transcript.selecting import Selection

_LEFT = 1


class Pointer:
    """Follows the mouse.

    Args:
        reading: What is read.
        frame: What of it is in view.
    """

    def __init__(self, reading: Reading, frame: Frame) -> None:
        self._reading = reading
        self._frame = frame
        self._pressed: tuple[Place, int, int] | None = None

    def take(self, event: events.MouseEvent) -> Literal["begin", "go on", "end"] | None:
        """Take in what the mouse does; returns whether that changed anything."""
        if not self._reading.entries and not isinstance(event, events.MouseUp):
            return None
        match event:
            case events.MouseDown(button=1):
                self._reading.selection = None
                self._pressed = (self._place(event), event.x, event.y)
                return "begin"
            case events.MouseMove() if self._pressed is not None:
                return self._drag(event)
            case events.MouseUp() if self._pressed is not None:
                self._release(event)
                return "end"
            case _:
                return None

    def _drag(self, event: events.MouseEvent) -> Literal["go on"] | None:
        """Select from where the button was pressed up to here, scrolling at the edges."""
        reading, viewport = self._reading, self._reading.viewport
        if self._pressed is None or (event.x, event.y) == self._pressed[1:]:
            return None
        if not 0 <= event.y < viewport.page:
            reading.scroll(viewport.top + (1 if event.y > 0 else -1))
        selection = Selection(reading.document, self._place(event), self._pressed[0])
        reading.selection = selection if selection.is_there else None
        return "go on"

    def _release(self, event: events.MouseEvent) -> None:
        """End; where nothing was selected it was a click."""
        reading = self._reading
        self._pressed = None
        if reading.selection is not None:
            return
        clicked = self._frame.part_at(event.y)
        if clicked is not None:
            reading.cursor = clicked
            if clicked.item is not None:
                reading.turn(clicked)

    def _place(self, event: events.MouseEvent) -> Place:
        """Return the place under the mouse."""
        viewport = self._reading.viewport
        y = viewport.top + max(0, min(event.y, viewport.page - 1))
        y = min(y, self._reading.document.height - 1)
        return place_of(self._reading.document, y, max(0, event.x - MARGIN))
