"""Sessions that are there before the program starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from oats_tui.session.session import Session, SessionInfo, get_session_storage

NEWEST = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


def make(title: str, *texts: str, age: int = 0) -> Session:
    """A session in which question and answer take turns, changed so many days before the newest."""
    session = Session(info=SessionInfo(title=title, project_dir="/project", working_dir="/project"))
    for number, text in enumerate(texts):
        if number % 2:
            session.create_assistant_message().add_text(text)
        else:
            session.create_user_message(text)
    session.info.time.updated = NEWEST - timedelta(days=age)
    return session


def keep(session: Session) -> str:
    """Write a session down as another program does; returns its id."""
    path = get_session_storage().path_of(session.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(session.model_dump_json(), "utf-8")
    return session.id


def keep_three(_: Path) -> list[str]:
    """Sessions called one, two and three, the newest first; returns their ids."""
    return [
        keep(make(title, f"u {title}", f"a {title}", age=age)) for age, title in enumerate(("one", "two", "three"))
    ]
