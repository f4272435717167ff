"""Why a conversation cannot be read."""

from __future__ import annotations


class UnreadableError(ValueError):
    """A conversation cannot be read; its text is the reason, as a clause that quotes nothing of it."""
