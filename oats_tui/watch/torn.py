"""Files that cannot be understood yet, perhaps because somebody is in the middle of writing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from oats_tui.core.files import Signature

LONG_SECONDS = 2.0
"""For so long a file may be broken before that is told, and unchanged before it counts as damaged."""

Verdict: TypeAlias = Literal["wait", "writing", "damaged"]


@dataclass(slots=True)
class _Torn:
    """A broken file.

    Attributes:
        is_new: Whether it was unknown before.
        since: When it was found broken first.
        signature: Its version at the last look.
        changed: When that was seen first.
        is_told: Whether it has been told that it is being written.
    """

    is_new: bool
    since: float
    signature: Signature
    changed: float
    is_told: bool = False

    def is_damaged(self, now: float) -> bool:
        """Whether nobody seems to be writing it any more."""
        return now - self.changed >= LONG_SECONDS

    def is_to_be_told(self, now: float) -> bool:
        """Whether somebody has been writing it for long, and that has not been told."""
        return not self.is_told and now - self.since >= LONG_SECONDS


class TornFiles:
    """Remembers which files are broken, and since when; moments are seconds on a clock that only goes forward."""

    def __init__(self) -> None:
        self._torn: dict[str, _Torn] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._torn)

    def __contains__(self, session_id: str) -> bool:
        """Whether a session's file is one of them."""
        return session_id in self._torn

    def ids(self) -> list[str]:
        """The sessions whose files are broken."""
        return list(self._torn)

    def found(self, session_id: str, version: Signature, now: float, *, is_new: bool) -> Verdict:
        """Note that a file was found broken; returns what is to be told now.

        "wait": nothing, it may be whole in a moment. "writing": it has been broken for long, and still changes.
        "damaged": it has been broken and unchanged for long, and is forgotten here.
        """
        torn = self._torn.setdefault(session_id, _Torn(is_new, now, version, now))
        if torn.signature != version:
            torn.signature, torn.changed = version, now
        if torn.is_damaged(now):
            del self._torn[session_id]
            return "damaged"
        if torn.is_to_be_told(now):
            torn.is_told = True
            return "writing"
        return "wait"

    def can_wait(self, session_id: str, now: float) -> bool:
        """Whether nothing is to be told of a broken file yet, unless it has changed.

        It need not be read again then, which takes long for a large one.
        """
        torn = self._torn[session_id]
        return not torn.is_damaged(now) and not torn.is_to_be_told(now)

    def settled(self, session_id: str) -> bool:
        """Note that a file is broken no more; returns whether it was unknown when it was found so."""
        torn = self._torn.pop(session_id, None)
        return torn is not None and torn.is_new and not torn.is_told
