"""An answer that was begun, as far as it was written down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from oats_tui.core.id import generate_id

_GAP = "\n[…]\n"


@dataclass(slots=True)
class Answer:
    """An answer that was begun.

    Attributes:
        number: By what its pieces call it.
        message: Its message without parts, as plain values.
        asked: The id of the message that it answers.
        after: The key of the message before it.
        by: Who writes it.
        texts: By number of the part, the pieces of its text by their offsets.
        parts: By number, the parts that came whole.
    """

    number: int
    message: dict[str, Any]
    asked: str
    after: str | None
    by: dict[str, Any]
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    parts: dict[int, dict[str, Any]] = field(default_factory=dict)

    def copy(self) -> Answer:
        """The answer as it is now."""
        return replace(self, texts={p: dict(each) for p, each in self.texts.items()}, parts=dict(self.parts))

    def so_far(self) -> dict[str, Any]:
        """The message with all of it that was written down, as plain values."""
        parts = {
            p: {"type": "text", "id": generate_id(), "content": joined(pieces)} for p, pieces in self.texts.items()
        }
        parts |= self.parts
        return {**self.message, "parts": [parts[p] for p in sorted(parts)]}


def joined(pieces: dict[int, str]) -> str:
    """A text out of its pieces; where one is missing, a sign stands for it."""
    texts: list[str] = []
    end = 0
    for offset in sorted(pieces):
        if offset > end:
            texts.append(_GAP)
            end = offset
        piece = pieces[offset][end - offset :]
        texts.append(piece)
        end += len(piece)
    return "".join(texts)
