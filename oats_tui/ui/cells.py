"""Foreign text as it can be placed in cells."""

from __future__ import annotations

from oats_tui.core.sanitize import sanitize, sanitize_line


def clean(text: str) -> str:
    """Return the text, safe for a terminal."""
    return sanitize(text)


def clean_line(text: str) -> str:
    """Return the text as one safe line."""
    return sanitize_line(text)
