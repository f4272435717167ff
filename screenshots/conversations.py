"""The sessions that the pictures show: fixed names, fixed times, nothing of this machine."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

from oats_tui.core.files import Holder
from oats_tui.session.activity import Activity, Running
from oats_tui.session.message import Message, Role, TextPart, ToolCallPart, ToolResultPart
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.session import Session, SessionInfo, SessionTime, get_session_storage
from oats_tui.session.trash import discard
from screenshots import texts

NOW = datetime(2026, 3, 12, 14, 36, tzinfo=UTC)
"""The moment of every picture, a Thursday."""

PROVIDER_ID, MODEL_ID = "work", "gpt-oss"

COPIES = "00000000-0000-4000-8000-000000000001"
DAYS = "00000000-0000-4000-8000-000000000002"
PORT = "00000000-0000-4000-8000-000000000003"
RELEASE = "00000000-0000-4000-8000-000000000004"
DATES = "00000000-0000-4000-8000-000000000005"

PROCESS = 4711
"""The process that answers in the session RELEASE where another window does."""

Part = TextPart | ToolCallPart | ToolResultPart


def _at(day: int, hour: int, minute: int, month: int = 3, year: int = 2026) -> datetime:
    """Return a moment, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _text(content: str) -> TextPart:
    """Return something said in words."""
    return TextPart(content=content.strip())


def _tool(
    number: int, name: str, arguments: dict[str, Any], title: str, output: str = "", error: str | None = None
) -> list[Part]:
    """Return a tool call with its result."""
    call_id = f"call-{number}"
    return [
        ToolCallPart(tool_call_id=call_id, tool_name=name, arguments=arguments),
        ToolResultPart(tool_call_id=call_id, tool_name=name, title=title, output=output.strip(), error=error),
    ]


def _session(session_id: str, title: str, at: datetime, question: str, answer: list[Part], tokens: int) -> Session:
    """Return a conversation of one question and, where there are parts for it, one answer.

    Args:
        session_id: Its id.
        title: Its title.
        at: The moment of the answer, or of the question where there is no answer.
        question: What the person says.
        answer: The parts of the answer; none leave the question open.
        tokens: How many tokens the answer took.
    """
    spoken: list[tuple[Role, list[Part], datetime]] = [("user", [_text(question)], at)]
    if answer:
        spoken = [("user", [_text(question)], at - timedelta(minutes=1)), ("assistant", answer, at)]
    messages = [
        Message(
            id=f"{session_id}-{number}",
            session_id=session_id,
            role=role,
            parts=list(parts),
            created_at=moment,
            model=MODEL_ID if role == "assistant" else None,
            provider=PROVIDER_ID if role == "assistant" else None,
            usage={"total_tokens": tokens} if role == "assistant" else None,
        )
        for number, (role, parts, moment) in enumerate(spoken)
    ]
    info = SessionInfo(
        id=session_id,
        title=title,
        project_dir="/srv/project",
        working_dir="/srv/project",
        time=SessionTime(created=messages[0].created_at, updated=at),
        provider_id=PROVIDER_ID,
        model_id=MODEL_ID,
        message_count=len(messages),
        total_tokens=tokens if answer else 0,
    )
    return Session(info=info, messages=messages)


def _days_answer() -> list[Part]:
    """Return the answer that called tools."""
    return [
        _text("The failing test first, then where its date comes from."),
        *_tool(
            1, "bash", {"command": "pytest -q tests/test_days.py"}, "Run the tests of days", texts.PYTEST_OUTPUT
        ),
        *_tool(2, "read", {"path": "tests/conftest.py"}, "tests/conftest.py", error=texts.NO_CONFTEST),
        *_tool(3, "grep", {"pattern": "fromtimestamp", "path": "src"}, "fromtimestamp in src", texts.GREP_OUTPUT),
        _text(texts.DAYS_ANSWER),
    ]


def _sessions() -> list[Session]:
    """Return every session, the newest first."""
    told = [
        _session(COPIES, "Photos I have twice", _at(12, 14, 32), texts.COPIES, [_text(texts.COPIES_ANSWER)], 863),
        _session(DAYS, "Fails here, passes in CI", _at(12, 13, 5), texts.DAYS, _days_answer(), 2941),
        _session(PORT, "Who holds the port?", _at(12, 11, 48), texts.PORT, [_text(texts.PORT_ANSWER)], 187),
        _session(RELEASE, "Release notes for 0.4", _at(12, 9, 17), texts.RELEASE, [], 0),
        _session(DATES, "Dates in a log file", _at(11, 16, 40), texts.DATES, [], 0),
    ]
    older = (
        ("A traceback, explained", _at(10, 10, 5)),
        ("Bread with more rye", _at(8, 18, 22)),
        ("SQLite or plain files?", _at(27, 9, 50, month=2)),
        ("Names for a service", _at(12, 15, 1, month=2)),
        ("Outline: talk on small tools", _at(30, 11, 11, month=1)),
        ("Review of the backup script", _at(18, 20, 30, month=11, year=2025)),
    )
    for number, (title, at) in enumerate(older, start=len(told) + 1):
        session_id = f"00000000-0000-4000-8000-{number:012}"
        told.append(_session(session_id, title, at, title, [_text("Gladly.")], 64))
    told[5].info.time.archived = NOW
    return [*told, *_below(told[1])]


def _below(above: Session) -> list[Session]:
    """Return the sub-sessions that agents made of a session."""
    titles = ("Read the calendar code", "Run the tests in UTC")
    made = []
    for number, title in enumerate(titles, start=20):
        session_id = f"00000000-0000-4000-8000-{number:012}"
        at = above.info.time.updated - timedelta(minutes=number)
        session = _session(session_id, title, at, title, [_text("Done.")], 64)
        session.info.parent_session_id = session.info.root_session_id = above.id
        made.append(session)
    return made


def _deleted() -> list[Session]:
    """Return what is in the trash."""
    titles = ("Scratch: sed one-liners", "Untitled experiment", "Draft of a letter")
    return [
        _session(f"00000000-0000-4000-8000-{number:012}", title, _at(11, 8, number), title, [_text("Gladly.")], 64)
        for number, title in enumerate(titles, start=30)
    ]


def answer_elsewhere() -> Activity:
    """Return that another process of this machine answers in the session RELEASE, and how far it is."""
    answer = Message(
        id=f"{RELEASE}-1",
        session_id=RELEASE,
        role="assistant",
        parts=[_text(texts.RELEASE_BEGUN)],
        created_at=NOW,
        model=MODEL_ID,
        provider=PROVIDER_ID,
    )
    # Of another machine's process the name of that machine would be shown.
    holder = Holder(PROCESS, socket.gethostname(), NOW.timestamp())
    return Activity(holder, Running(answer, f"{RELEASE}-0"))


async def write_down() -> None:
    """Save every session to the data directory, one of them with a failure. Raises StorageError."""
    sessions = _sessions()
    storage = get_session_storage()
    for session in sessions:
        await storage.create(session)
    for deleted in _deleted():
        await storage.create(deleted)
        moment = deleted.info.time.updated + timedelta(hours=2)
        await asyncio.to_thread(discard, storage.storage_dir.parent, [deleted.id], moment.astimezone)
    asked = next(session.messages[0] for session in sessions if session.id == DATES)
    failure = Outcome(state="failed", title="The service did not answer.", at=asked.created_at)
    await MetaStorage().set_outcome(DATES, asked.id, failure)
