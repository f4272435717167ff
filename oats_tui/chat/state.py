"""How far an answer is, in a form that a screen can draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TURN_CHANGED = "turn.changed"
"""The type of the bus event that tells of a new TurnState; its data is ``session_id`` and ``state``.

At an answer's end the state is None, and ``outcome`` says how it ended: "answered", "failed", "stopped",
"elsewhere" (another program answered), or nothing where that is not known."""

PREPARING_CHANGED = "preparing.changed"
"""The type of the bus event that tells how the fetching of a model goes.

Its data is ``preparing``, which is None when all is there.
"""

Phase = Literal["waiting", "fetching", "loading", "reading", "thinking", "answering", "retrying", "unsaved"]


@dataclass(frozen=True, slots=True)
class TurnState:
    """How far an answer is.

    Attributes:
        phase: What happens now.
        done: How much of it is done (bytes or tokens), where somebody tells.
        total: How much there is to do.
        note: A sentence about it, such as why a request is sent again; may be empty.
        queued: How many messages wait for their turn behind this one.
    """

    phase: Phase
    done: int | None = None
    total: int | None = None
    note: str = ""
    queued: int = 0


@dataclass(frozen=True, slots=True)
class Preparing:
    """How far the fetching of a model is.

    Attributes:
        model: The model's name.
        done: Bytes that are here, or None where the package client does not tell.
        total: Bytes in all, or None.
        seconds: How long it has taken so far.
        problem: What went wrong, as a sentence with its remedy; empty while all is well.
    """

    model: str
    done: int | None = None
    total: int | None = None
    seconds: float = 0.0
    problem: str = ""
