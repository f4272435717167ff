"""What a search gives, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A message in which something was found.

    Attributes:
        session_id: The session it is in.
        message_id: The message; where the title was found, the session's first one. Empty if there is none.
        title: What the session is called.
        project: The folder that the session is about.
        role: Who spoke; empty where the title was found.
        time: When, in seconds since 1970; None if it is not told.
        snippet: About 100 characters around the first match, on one line, otherwise as they came.
        marks: Where in the snippet the matches begin and end, in characters, in order.
    """

    session_id: str
    message_id: str
    title: str
    project: str
    role: str
    time: float | None
    snippet: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        hits: The newest first.
        terms: The words and phrases that were looked for, as they were typed; for marking them in a message.
        is_complete: Whether everything was searched: not while the index is behind the files.
    """

    hits: list[Hit]
    terms: tuple[str, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is.

    Attributes:
        done: Bytes of sessions' files that are in it.
        all: Bytes of all sessions' files.
        is_building: Whether it is being brought up to date at this moment.
    """

    done: int = 0
    all: int = 0
    is_building: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything is in it."""
        return not self.is_building and self.done >= self.all
