"""An update of the screen as the changes that it makes."""

from __future__ import annotations

from rich.console import Console
from textual._compositor import CompositorUpdate


class Changes(CompositorUpdate):
    """Sequences that have been made already.

    Args:
        sequences: What goes to the terminal.
    """

    def __init__(self, sequences: str) -> None:
        self._sequences = sequences

    def render_segments(self, console: Console) -> str:
        """Return what goes to the terminal."""
        return self._sequences
