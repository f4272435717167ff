"""Sessions with all that is kept beside them, deleted and restored."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from oats_tui.session.answers import AnswerStorage
from oats_tui.session.meta import MetaStorage
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage


def made(id_: str, *texts: str, parent: str | None = None, root: str | None = None) -> Session:
    """A session on the disk, with a journal and a note beside it."""
    info = SessionInfo(
        id=id_,
        title=f"T {id_}",
        project_dir="/p",
        working_dir="/p",
        parent_session_id=parent,
        root_session_id=root,
    )
    session = Session(info=info)
    for text in texts or ("u1",):
        message = session.create_user_message(text)
    asyncio.run(SessionStorage().create(session))
    asyncio.run(AnswerStorage().write_down(session, message))
    asyncio.run(SessionStorage().update(session))
    asyncio.run(MetaStorage().set_note(id_, message.id, "a note"))
    return session


def contents(data_dir: Path) -> dict[str, bytes]:
    """The files of the sessions, by their paths: of the sessions, journals and our own facts."""
    folders = ("sessions", "oats_tui/journal", "oats_tui/meta")
    paths = (path for name in folders for path in (data_dir / name).iterdir())
    return {str(path.relative_to(data_dir)): path.read_bytes() for path in paths}


def trash(data_dir: Path) -> list[str]:
    """What lies in the trash."""
    folder = data_dir / "oats_tui" / "trash"
    return sorted(os.listdir(folder)) if folder.exists() else []


def texts(id_: str) -> list[str]:
    """What is said in a session."""
    session = asyncio.run(SessionStorage().get(id_))
    assert session is not None
    return [message.get_text_content() for message in session.messages]


def delete(id_: str) -> bool:
    """Delete a session."""
    return asyncio.run(SessionStorage().delete(id_))
