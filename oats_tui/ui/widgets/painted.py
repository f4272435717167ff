"""A list of lines of which only those are painted that differ from what the terminal shows."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from oats_tui.ui.widgets.borderless import Borderless
from oats_tui.ui.widgets.repaint import repaint


class PaintedLines(Borderless):
    """Draws the lines in view, and paints those that have changed.

    Args:
        id: The widget's id.
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._painted: list[Strip] = []

    def lines(self) -> list[Strip]:
        """Return the lines of the view as they should be, as many as it has room for."""
        raise NotImplementedError

    def place_lines(self, count: int, top: int) -> None:
        """Show so many lines, the view beginning at one of them or as near to it as there is room."""
        size = Size(self.size.width, count)
        if count != self.virtual_size.height:
            if self.show_vertical_scrollbar and count > self.container_size.height > 0:
                # The reactive way would lay out the screen and paint the whole widget at each new line.
                self.set_reactive(ScrollView.virtual_size, size)
                self.vertical_scrollbar.window_virtual_size = count
            else:
                self.virtual_size = size
        top = max(0, min(top, self.max_scroll_y))
        if top != self.scroll_offset.y:
            # It paints.
            self.scroll_to(y=top, animate=False, force=True)
        else:
            self.paint()

    def paint(self) -> None:
        """Paint the lines of the view that have changed."""
        painted, self._painted = self._painted, self.lines()
        if len(painted) == len(self._painted):
            repaint(painted, self._painted, self.refresh)
        else:
            self.refresh()

    def on_resize(self) -> None:
        """Draw at the new size."""
        self.paint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what has come into view; what looks the same as before is not painted."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self.paint()

    def notify_style_update(self) -> None:
        """Draw everything in the theme's new colours."""
        super().notify_style_update()
        self._painted = []

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        if len(self._painted) != self.size.height:
            self._painted = self.lines()
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width)
