"""A text area in which a line is what was typed as one, however many rows it takes on the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea


class Editor(TextArea):
    """Deletes to either end of a line as shells do, and goes to either end of everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "text_start", "To the beginning", show=False),
        Binding("ctrl+end", "text_end", "To the end", show=False),
    ]

    def action_text_start(self) -> None:
        """Go to the beginning of everything that is typed."""
        self.move_cursor(self.document.start)

    def action_text_end(self) -> None:
        """Go to the end of everything that is typed."""
        self.move_cursor(self.document.end)

    def action_delete_to_start_of_line(self) -> None:
        """Delete the line in front of the cursor; at its beginning, join it to the one before."""
        row, column = self.cursor_location
        if column:
            self.delete((row, 0), (row, column))
        else:
            super().action_delete_to_start_of_line()

    async def action_delete_to_end_of_line_or_delete_line(self) -> None:
        """Delete the line behind the cursor; at its end, join the next one to it."""
        row, column = self.cursor_location
        length = len(self.document.get_line(row))
        if column < length:
            self.delete((row, column), (row, length))
        else:
            await super().action_delete_to_end_of_line_or_delete_line()
