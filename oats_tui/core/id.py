"""Names for sessions, messages and parts."""

from __future__ import annotations

import uuid

_SHORT_LENGTH = 8


def generate_id() -> str:
    """A new random UUID (version 4), 36 characters long."""
    return str(uuid.uuid4())


def generate_short_id() -> str:
    """The first 8 characters of a new id: for a person to read, not to tell millions apart."""
    return generate_id()[:_SHORT_LENGTH]
