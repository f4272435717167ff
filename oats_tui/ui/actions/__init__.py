"""What each command does: one function for each, named in ``ui/commands.py``.

Each takes the desk and what was typed behind the slash command, or an empty text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from oats_tui.ui.actions import exchange, listing, messages, program, searching, sessions, tending

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk

Action = Callable[["Desk", str], Awaitable[None]]


def action(name: str) -> Action:
    """Return the function of this name. Raises LookupError where there is none."""
    for module in (sessions, tending, listing, searching, exchange, messages, program):
        found: Action | None = getattr(module, name, None)
        if found is not None:
            return found
    raise LookupError(name)
