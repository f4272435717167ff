"""What there is to know about a session."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from oats_tui.session.models import Session, SessionInfo


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know about a session.

    Attributes:
        info: What its file says of it.
        path: Its file.
        size: The file's size in bytes; None where it cannot be told.
        roles: How many messages there are of whom.
        models: Who answered, those who did most first.
        tokens_in: Tokens that were sent, as far as answers tell.
        tokens_out: Tokens of the answers, as far as they tell.
        parent: The title of the session it was made from; None where there is none.
        made_from_it: How many sessions were made from it, directly or not.
    """

    info: SessionInfo
    path: Path
    size: int | None
    roles: dict[str, int]
    models: list[str]
    tokens_in: int
    tokens_out: int
    parent: str | None
    made_from_it: int


def facts_of(session: Session, path: Path, parent: str | None, made_from_it: int) -> Facts:
    """Return what there is to know about a session.

    Args:
        session: The session.
        path: Its file.
        parent: The title of the session it was made from.
        made_from_it: How many sessions were made from it.
    """
    try:
        size: int | None = path.stat().st_size
    except OSError:
        size = None
    usages = [message.usage for message in session.messages if message.usage]
    answered = (message for message in session.messages if message.role == "assistant" and message.model)
    models = Counter("/".join(filter(None, (message.provider, message.model))) for message in answered)
    return Facts(
        session.info,
        path,
        size,
        dict(Counter(message.role for message in session.messages)),
        [name for name, _ in models.most_common()],
        sum(_tokens(usage, "prompt_tokens", "input_tokens") for usage in usages),
        sum(_tokens(usage, "completion_tokens", "output_tokens") for usage in usages),
        parent,
        made_from_it,
    )


def _tokens(usage: dict[str, int], *names: str) -> int:
    """Return a number of tokens, under the first of some names that is there."""
    return next((usage[name] for name in names if isinstance(usage.get(name), int)), 0)
