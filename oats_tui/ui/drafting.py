"""The draft that stands in the input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oats_tui.core.sanitize import sanitize
from oats_tui.ui.memory import Memory
from oats_tui.ui.widgets.prompt import Prompt


class Drafting:
    """Knows which session the text in the input is for.

    Args:
        prompt: The input.
        memory: Where drafts are kept.

    Attributes:
        session_id: The session that is written to; None for a new conversation.
    """

    def __init__(self, prompt: Prompt, memory: Memory) -> None:
        self._prompt = prompt
        self._memory = memory
        self.session_id: str | None = None
        self._sending: list[str] = []

    def take_up(self, session_id: str | None) -> None:
        """Put the draft in the input away, and that of a session there."""
        self.keep()
        self.session_id = session_id
        self._prompt.put(sanitize(self._memory.draft(session_id)))

    def keep(self) -> None:
        """Have the draft remembered."""
        self._memory.keep_draft(self.session_id, "\n".join(filter(None, (*self._sending, self._prompt.text))))

    @contextmanager
    def sending(self, text: str) -> Iterator[None]:
        """Count a message that has left the input as a draft until it is on disk."""
        self._sending.append(text)
        try:
            yield
        finally:
            self._sending.remove(text)

    def begin(self, session_id: str) -> None:
        """Go on with what was a new conversation as a session; what is typed by now is its draft."""
        self._memory.keep_draft(None, "")
        self.session_id = session_id

    def resume(self, session_id: str | None) -> None:
        """Show the draft of a session, unless something has been typed for it already."""
        self.session_id = session_id
        if not self._prompt.text:
            self._prompt.put(sanitize(self._memory.draft(session_id)))
