"""The terminal's own cursor: it stands where somebody types, and blinks without a byte being sent."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input, TextArea

SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"

OWN_CURSOR = "-own-cursor"
"""The application's class while the terminal shows its cursor, and no widget draws one."""

LEAST_HIDDEN = 100
"""Bytes from which on something is painted elsewhere than at the cursor, which is not to run along."""


def typing_place(focused: Widget | None) -> Offset | None:
    """Return where on the screen the next letter would appear; None where nobody types."""
    if isinstance(focused, TextArea | Input) and focused.is_attached:
        return focused.cursor_screen_offset
    return None


class Cursor:
    """Knows whether the terminal shows its cursor, which begins hidden.

    Attributes:
        is_shown: Whether it is shown.
    """

    def __init__(self) -> None:
        self.is_shown = False

    def around(self, painting: str, *, wanted: bool) -> tuple[str, str]:
        """Return what is to be written before and behind something that is painted.

        Args:
            painting: What is painted.
            wanted: Whether the cursor is to be shown afterwards.
        """
        runs_along = self.is_shown and len(painting) >= LEAST_HIDDEN
        before = HIDE if self.is_shown and (runs_along or not wanted) else ""
        behind = SHOW if wanted and (before or not self.is_shown) else ""
        self.is_shown = wanted
        return before, behind
