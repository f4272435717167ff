"""The models to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.screens.overlay import Overlay

ANY_OTHER = "Any other: /model SERVICE/NAME, or /model gguf:/path/to/file.gguf"


class ModelsScreen(Overlay[str]):
    """Gives the name of the chosen model; an empty text where the person thinks better of it.

    Args:
        names: What can be chosen, each as "provider/model".
        current: The one that answers now, or an empty text.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave('')", "never mind")]

    def __init__(self, names: Sequence[str], current: str) -> None:
        super().__init__(classes="overlay")
        self._names = list(names)
        self._current = current

    def compose(self) -> ComposeResult:
        """Make the list."""
        with Vertical(classes="card"):
            yield Label("Choose the model", markup=False, classes="card--title")
            if self._names:
                yield OptionList(*(Option(Content(sanitize_line(name))) for name in self._names), compact=True)
                keys = "enter: take it · esc: never mind\n" + ANY_OTHER
            else:
                keys = "No model is configured yet; the first screen says how to add one. esc: back"
            yield Label(keys, markup=False, classes="card--keys")

    def on_mount(self) -> None:
        """Put the cursor on the one that answers now."""
        if self._current in self._names:
            self.query_one(OptionList).highlighted = self._names.index(self._current)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the name."""
        self.leave(self._names[event.option_index])
