"""Whether the other programs have a message: what is not in their copy, no summary of theirs can stand for."""

from __future__ import annotations

from dataclasses import dataclass

_NEVER = -1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the versions of other programs tell of one message, whatever the order in which they are told.

    Attributes:
        found: When one was found that had it, in seconds since 1970, and the summaries that stood there; in order.
        missed: When one was found last that lacked it and had no summary for it; -1 for never. Its writer works on
            a copy without the message.
    """

    found: tuple[tuple[float, frozenset[str]], ...] = ()
    missed: float = _NEVER

    @property
    def is_held(self) -> bool:
        """Whether they have it, as far as is known."""
        return bool(self.found)

    @property
    def sums(self) -> frozenset[str]:
        """The summaries that stood where it was found first since it was missed last."""
        return self.found[0][1] if self.found else frozenset()

    def joined(self, other: Seen) -> Seen:
        """What both tell together."""
        missed = max(self.missed, other.missed)
        found = {at: sums for at, sums in (*other.found, *self.found) if at >= missed}
        return Seen(tuple(sorted(found.items(), key=lambda each: each[0])), missed)


NOT_SEEN = Seen()
"""What is known of a message that nobody has found in a version of another program."""
