"""An input of one line."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class LineInput(Input):
    """Textual's input, with a cursor that stands still: one that blinks sends bytes for nothing."""

    cursor_blink = reactive(False, init=False)
