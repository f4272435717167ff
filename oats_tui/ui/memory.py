"""What the program remembers of its person on this machine: theme, drafts, what was sent.

All of it is convenience: a file that cannot be read or written costs nothing but itself.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pydantic
from pydantic import BaseModel, Field

HISTORY_KEPT = 500
NEW = "new"
"""The name under which the draft of a new conversation is kept."""

_log = logging.getLogger(__name__)


class Memory(BaseModel):
    """What is kept from one start to the next.

    Attributes:
        theme: The name of the theme, or None for the usual one.
        sidebar: Whether the session list is shown.
        drafts: Unsent text by session id.
        history: What was sent, oldest first.
    """

    theme: str | None = None
    sidebar: bool = True
    drafts: dict[str, str] = Field(default_factory=dict)
    history: list[str] = Field(default_factory=list)

    def draft(self, session_id: str | None) -> str:
        """Return the unsent text of a session, or of a new conversation."""
        return self.drafts.get(session_id or NEW, "")

    def keep_draft(self, session_id: str | None, text: str) -> None:
        """Keep the unsent text of a session; an empty one is forgotten."""
        if text.strip():
            self.drafts[session_id or NEW] = text
        else:
            self.drafts.pop(session_id or NEW, None)

    def sent(self, text: str) -> None:
        """Add to what was sent."""
        self.history = [*(old for old in self.history if old != text), text][-HISTORY_KEPT:]


def load_memory(path: Path) -> Memory:
    """Return what was kept; an empty memory where there is none or it cannot be read."""
    try:
        return Memory.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Memory()
    except (OSError, pydantic.ValidationError) as error:
        _log.warning("%s cannot be read: %s", path, type(error).__name__)
        return Memory()


async def save_memory(path: Path, memory: Memory) -> None:
    """Write the memory down, readable by its owner only; a failure is logged."""
    import aiofiles
    import aiofiles.os

    new = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        await aiofiles.os.makedirs(path.parent, mode=0o700, exist_ok=True)
        async with aiofiles.open(new, "w", encoding="utf-8", opener=_private) as file:
            await file.write(
                json.dumps(memory.model_dump(), ensure_ascii=False, indent=1).encode("utf-8", "replace").decode()
            )
        await aiofiles.os.replace(new, path)
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, error.strerror)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)
