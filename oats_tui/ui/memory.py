"""What the program remembers of its person on this machine: theme, drafts, what was sent.

All of it is convenience: a file that cannot be read or written costs nothing but itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Literal

import pydantic
from pydantic import BaseModel, Field, PrivateAttr

from oats_tui.ui.private_file import write_private

HISTORY_KEPT = 200
LONGEST_KEPT = 10_000
"""Characters of the longest text that the history keeps; longer ones are in their session anyway."""

NEW = "new"
"""The name under which the draft of a new conversation is kept."""

_log = logging.getLogger(__name__)


class Memory(BaseModel):
    """What is kept from one start to the next.

    Attributes:
        theme: The name of the theme, or None for the usual one.
        sidebar: Whether the session list is shown.
        order: By what the session list is grouped.
        drafts: Unsent text by session id.
        history: What was sent, oldest first.
    """

    theme: str | None = None
    sidebar: bool = True
    order: Literal["day", "project"] = "day"
    drafts: dict[str, str] = Field(default_factory=dict)
    history: list[str] = Field(default_factory=list)
    _touched: set[str] = PrivateAttr(default_factory=set)
    _sent: list[str] = PrivateAttr(default_factory=list)

    def draft(self, session_id: str | None) -> str:
        """Return the unsent text of a session, or of a new conversation."""
        return self.drafts.get(session_id or NEW, "")

    def keep_draft(self, session_id: str | None, text: str) -> None:
        """Keep the unsent text of a session; an empty one is forgotten."""
        name = session_id or NEW
        if text == self.drafts.get(name, ""):
            return
        self._touched.add(name)
        if text.strip():
            self.drafts[name] = text
        else:
            self.drafts.pop(name, None)

    def sent(self, text: str) -> None:
        """Add to what was sent."""
        self._sent.append(text)
        self.history = _added(self.history, [text])

    def joined(self, other: Memory) -> Memory:
        """Return this memory with what another window has written down meanwhile.

        Each window's own drafts and its choice of theme win; what was sent is joined.
        """
        drafts = {name: text for name, text in other.drafts.items() if name not in self._touched}
        drafts |= {name: text for name, text in self.drafts.items() if name in self._touched}
        return self.model_copy(
            update={"drafts": drafts, "history": _added(self.history, [*other.history, *self._sent])}
        )


def load_memory(path: Path) -> Memory:
    """Return what was kept; an empty memory where there is none or it cannot be read."""
    try:
        # Anything but a regular file could keep its reader waiting for ever.
        return Memory.model_validate_json(path.read_bytes()) if path.is_file() else Memory()
    except (OSError, pydantic.ValidationError) as error:
        _log.warning("%s cannot be read: %s", path, type(error).__name__)
        return Memory()


async def save_memory(path: Path, memory: Memory) -> None:
    """Write the memory down, readable by its owner only; a failure is logged."""
    kept = memory.joined(await asyncio.to_thread(load_memory, path))
    text = json.dumps(kept.model_dump(), ensure_ascii=False, indent=1)
    try:
        await write_private(path, text.encode("utf-8", "replace"))
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, error.strerror)


def _added(history: list[str], sent: list[str]) -> list[str]:
    """Return the history with these at its end, each text once and no more than are kept."""
    fresh = [text for text in dict.fromkeys(sent) if len(text) <= LONGEST_KEPT]
    return [*(old for old in history if old not in fresh), *fresh][-HISTORY_KEPT:]
