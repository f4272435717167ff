"""A folder of sessions, and the command line run on it in this process."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oats_tui import cli
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.session import SessionStorage

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The JSON document that it wrote."""
        assert self.out.isascii()
        return json.loads(self.out)


def sessions(capsys: pytest.CaptureFixture[str], *words: str) -> Done:
    """Run `oats-tui sessions` with these words, and without a terminal."""
    capsys.readouterr()
    code = cli.main(["sessions", *words])
    return Done(code, *capsys.readouterr())


def wrong(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said of words that are wrong usage."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["sessions", *words])
    assert ended.value.code == cli.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    return err


def build(session_id: str, *texts: str, hours: float = 0, title: str | None = None, **facts: Any) -> Session:
    """A session on the disk, changed so many hours after the beginning."""
    archived = START if facts.pop("archived", False) else None
    time = SessionTime(created=START, updated=START + timedelta(hours=hours), archived=archived)
    values = {"project_dir": "/p", "working_dir": "/p", **facts}
    called = f"T {session_id}" if title is None else title
    session = Session(info=SessionInfo(id=session_id, title=called, time=time, **values))
    for index, text in enumerate(texts):
        message = session.create_assistant_message() if index % 2 else session.create_user_message(text)
        if index % 2:
            message.add_text(text)
        message.created_at = START + timedelta(minutes=index)
    session.info.time.updated = START + timedelta(hours=hours)
    asyncio.run(SessionStorage().create(session))
    return session


def read(session_id: str) -> Session:
    """A session as it is on the disk."""
    session = asyncio.run(SessionStorage().get(session_id))
    assert session is not None
    return session


def ids(done: Done) -> list[str]:
    """The first column of a table."""
    return [line.split("\t")[0] for line in done.out.splitlines()]
