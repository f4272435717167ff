"""What was sent before, to be walked through."""

from __future__ import annotations

from collections.abc import Sequence


class History:
    """Texts, oldest first, with the unsent draft behind the last."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._position = 0
        self._draft = ""

    def take(self, sent: Sequence[str]) -> None:
        """Take on what was sent, and stand behind its end."""
        self._sent = list(sent)
        self._position = len(self._sent)

    def walk(self, step: int, text: str) -> str | None:
        """Return the text one step older (-1) or newer (1); None at the ends.

        Args:
            step: Where to go.
            text: What stands in the input now; kept as the draft when the walk begins.
        """
        position = self._position + step
        if not 0 <= position <= len(self._sent):
            return None
        if self._position == len(self._sent):
            self._draft = text
        self._position = position
        return self._sent[position] if position < len(self._sent) else self._draft
