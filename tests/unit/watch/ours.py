"""Another window of this program, as far as files go; it obeys like `foreign`."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from oats_tui.core import files
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from oats_tui.session.trash import Trash
from tests.unit.watch.foreign import obey


def save(session_id: str, title: str) -> int:
    """Make a session."""
    session = Session(info=SessionInfo(id=session_id, title=title, project_dir="/p", working_dir="/p"))
    asyncio.run(SessionStorage().create(session))
    return time.monotonic_ns()


def delete(session_id: str) -> int:
    """Move a session to the trash."""
    moment = time.monotonic_ns()
    asyncio.run(SessionStorage().delete(session_id))
    return moment


def restore() -> int:
    """Put back what was deleted last."""
    moment = time.monotonic_ns()
    asyncio.run(Trash().restore_last())
    return moment


def rewrite(path: str, text: str) -> int:
    """Add to a journal, and write it anew."""
    moment = time.monotonic_ns()
    files.append(Path(path), text.encode(), sync=False)
    assert files.rewrite(Path(path), lambda data: data[-len(text) :])
    return moment


if __name__ == "__main__":
    obey({each.__name__: each for each in (save, delete, restore, rewrite)})
