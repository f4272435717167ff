"""Where in each session its reader was when another one was opened."""

from __future__ import annotations

from dataclasses import replace

from oats_tui.ui.widgets.transcript.reading import ReadingState
from oats_tui.ui.workspace import MOST_KEPT


class Left:
    """Remembers how conversations were left; a new one has no id."""

    def __init__(self) -> None:
        self._states: dict[str | None, ReadingState] = {}

    def note(self, session_id: str | None, state: ReadingState) -> None:
        """Remember how a conversation was left."""
        self._states.pop(session_id, None)
        self._states[session_id] = state
        for older in list(self._states)[:-MOST_KEPT]:
            # What a place is stays small; the messages themselves do not.
            self._states[older] = replace(self._states[older], memory=None)

    def state(self, session_id: str | None) -> ReadingState:
        """Return how a conversation was left; at its end, where it was not open before."""
        return self._states.get(session_id, ReadingState())
