"""The lines that the session list can have, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple, TypeAlias

from oats_tui.session.entries import UNFILED, Filing

Mark = Literal["", "answering", "elsewhere", "writing", "damaged", "failed", "unread"]

SIGNS: dict[Mark, str] = {
    "": " ",
    "answering": "●",
    "elsewhere": "○",
    "writing": "…",
    "damaged": "✗",
    "failed": "!",
    "unread": "•",
}
"""What stands in front of a title, one cell wide each."""


class Shape(NamedTuple):
    """How a session stands in its tree.

    Attributes:
        depth: How many sessions stand above it.
        inside: How many sessions stand below it, at any depth.
        is_open: Whether those are shown.
    """

    depth: int = 0
    inside: int = 0
    is_open: bool = True


FLAT = Shape()
"""The shape of a session that stands alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One session in the list.

    Attributes:
        id: The session's id.
        title: Its title, as stored.
        updated: When something happened in it last; None where nobody knows.
        mark: What is to be said about it.
        filing: Where it belongs.
        shape: How it stands in its tree.
    """

    stands: ClassVar[bool] = True

    id: str
    title: str
    updated: datetime | None
    mark: Mark = ""
    filing: Filing = UNFILED
    shape: Shape = FLAT


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a group.

    Attributes:
        id: What tells it from the others; no session has such an id.
        label: What it says, as it is stored; it may be foreign.
        is_open: Whether what is below is shown; None where it cannot be folded.
        is_last: Whether its group stands at the end whatever comes.
    """

    updated: ClassVar[None] = None

    id: str
    label: str
    is_open: bool | None = None
    is_last: bool = False

    @property
    def stands(self) -> bool:
        """Whether the cursor can stand on it."""
        return self.is_open is not None


Line: TypeAlias = Row | Heading
"""What the list has in a line."""
