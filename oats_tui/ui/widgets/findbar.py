"""The line in which one types what is to be found in the open session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.widgets.lineinput import LineInput
from oats_tui.ui.widgets.transcript import steps

if TYPE_CHECKING:
    from oats_tui.ui.widgets.transcript.widget import Transcript

LONGEST_QUERY = 200
"""Characters of what is looked for."""


class FindBar(Horizontal):
    """Finds as one types; enter goes to the messages, where n and N go on.

    Args:
        transcript: What is searched.
        id: The widget's id.
    """

    def __init__(self, transcript: Transcript, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._transcript = transcript
        self.display = False

    def compose(self) -> ComposeResult:
        """Make the parts of the line."""
        yield Static("/", id="find-sign", markup=False)
        yield LineInput(
            placeholder="find in this session", compact=True, id="find-words", max_length=LONGEST_QUERY
        )
        yield Static("", id="find-count", markup=False)

    def open(self, words: str) -> None:
        """Show the line; with words, find them at once and go to the messages."""
        self.display = True
        box = self.query_one(Input)
        if words:
            with box.prevent(Input.Changed):
                box.value = sanitize_line(words)[:LONGEST_QUERY]
            self._find(words[:LONGEST_QUERY])
            self.screen.set_focus(self._transcript)
        else:
            self.screen.set_focus(box)
            box.action_select_all()

    def open_at(self, entry_id: str, words: str, terms: Sequence[str]) -> None:
        """Show the line with what was searched for, its terms marked, and go to a message that holds them."""
        self.display = bool(terms)
        box = self.query_one(Input)
        with box.prevent(Input.Changed):
            box.value = sanitize_line(words)[:LONGEST_QUERY]
        self._transcript.update(lambda reading: steps.find_in(reading, entry_id, terms))
        self.screen.set_focus(self._transcript)
        self._tell()

    def close(self) -> None:
        """Hide the line, and mark nothing any more."""
        self.display = False
        self._transcript.update(lambda reading: steps.find(reading, ""))
        self.screen.set_focus(self._transcript)

    def go(self, step: int) -> None:
        """Go to the next match, or the one before."""
        if self.display:
            self._transcript.update(lambda reading: steps.find_next(reading, step))
            self._tell()
        else:
            self.open("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find what has been typed so far."""
        event.stop()
        self._find(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the messages, where n and N go on."""
        event.stop()
        self.screen.set_focus(self._transcript)

    def _find(self, words: str) -> None:
        """Find words, and say how often they are there."""
        self._transcript.update(lambda reading: steps.find(reading, words))
        self._tell()

    def _tell(self) -> None:
        """Say how much was found."""
        words = steps.found_words(self._transcript.reading)
        self.query_one("#find-count", Static).update(f"{words} · n N · esc" if words else "esc")
