"""Sessions to measure with: invented, always the same ones, on disk exactly as the program writes them."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.codec import encode

MANY = 20_000
"""How many sessions there are in the big folder."""
MESSAGES = 30
"""How many messages each of them has: 66 KB."""
MEDIUM = 5_000
"""How many messages a file of 11 MB has."""
LARGE = 20_000
"""How many messages a file of 44 MB has."""
PAGE = 50
"""How many sessions the first page of a list shows."""

_SEED = 20_260_101
_VOCABULARY = (
    "answer async await branch buffer café client commit cursor deploy error event fetch folder "
    "function größe index journal kernel naïve reader request"
)
_WORDS = _VOCABULARY.split()
_BODIES = 40
_TEXT_LENGTH = 1_760
_LINE_WORDS = 14
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR_SECONDS = 365 * 24 * 3600
_EMPTY = b'"messages": []\n}'
# Takes the place of an id, and is as long as one.
_NO_ID = "00000000-0000-4000-8000-000000000000"


def text_of(source: random.Random, length: int) -> str:
    """Words in lines, a little longer than asked for at most, with letters that are not ASCII."""
    words: list[str] = []
    size = 0
    while size < length:
        end = "\n" if len(words) % _LINE_WORDS == _LINE_WORDS - 1 else " "
        words.append(source.choice(_WORDS) + end)
        size += len(words[-1])
    return "".join(words).rstrip()


def session_of(messages: int, session_id: str, seed: int = 0) -> Session:
    """A conversation with so many messages of about 2.2 KB on disk each."""
    source = random.Random(_SEED + seed)
    session = Session(info=_info(source, session_id))
    session.info.message_count = messages
    for number in range(messages):
        message = Message(
            id=_id(source),
            session_id=session_id,
            role="assistant" if number % 2 else "user",
            created_at=session.info.time.created + timedelta(seconds=number),
        )
        message.add_text(text_of(source, _TEXT_LENGTH)).id = _id(source)
        session.messages.append(message)
    return session


def fill(folder: Path, count: int = MANY) -> None:
    """Put so many sessions of 66 KB into a folder; a folder that has as many already is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    if sum(1 for entry in os.scandir(folder) if entry.name.endswith(".json")) >= count:
        return
    tails = [_tail(seed) for seed in range(_BODIES)]
    source = random.Random(_SEED)
    for number in range(count):
        session_id = _id(source)
        info = _info(source, session_id)
        info.message_count = MESSAGES
        head = encode(Session(info=info)).removesuffix(_EMPTY)
        tail = tails[number % _BODIES].replace(_NO_ID.encode(), session_id.encode())
        _write(folder / f"{session_id}.json", head + tail, info.time.updated)


def write_session(path: Path, messages: int) -> None:
    """Put one conversation, named after the file, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    session = session_of(messages, path.stem)
    _write(path, encode(session), session.info.time.updated)


def link(source: Path, folder: Path, count: int) -> None:
    """Show the first so many files of a folder in another one, so that what is measured there spares them."""
    folder.mkdir(parents=True, mode=0o700)
    names = sorted(entry.name for entry in os.scandir(source) if entry.name.endswith(".json"))
    for name in names[:count]:
        try:
            os.link(source / name, folder / name)
        except OSError:
            shutil.copy2(source / name, folder / name)


def touch(folder: Path) -> None:
    """Read every file, so that none is the first to come from the disk."""
    for entry in os.scandir(folder):
        with open(entry.path, "rb", buffering=0) as file:
            file.readall()


def write_table(path: Path, count: int = MANY) -> None:
    """Make a database that holds what a list shows, for the bare first page."""
    source = random.Random(_SEED)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE entries (id TEXT PRIMARY KEY, updated INTEGER, info TEXT) WITHOUT ROWID")
        database.execute("CREATE INDEX newest ON entries (updated)")
        infos = (_info(source, _id(source)) for _ in range(count))
        rows = ((info.id, int(info.time.updated.timestamp()), info.model_dump_json()) for info in infos)
        database.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
    database.close()


def _tail(seed: int) -> bytes:
    """All that follows the facts in the file of a session that has no id yet."""
    session = session_of(MESSAGES, _NO_ID, seed)
    head = encode(Session(info=session.info)).removesuffix(_EMPTY)
    return encode(session).removeprefix(head)


def _info(source: random.Random, session_id: str) -> SessionInfo:
    """The facts about a session of the last year."""
    created = _NOW - timedelta(seconds=source.randrange(_YEAR_SECONDS))
    project = f"/projects/{source.choice(_WORDS)}"
    return SessionInfo(
        id=session_id,
        title=text_of(source, 40),
        project_dir=project,
        working_dir=project,
        time=SessionTime(created=created, updated=created + timedelta(hours=1)),
        model_id="chat-large",
        provider_id="example",
        total_tokens=source.randrange(100_000),
    )


def _id(source: random.Random) -> str:
    """An id that is the same in every run."""
    return str(UUID(int=source.getrandbits(128), version=4))


def _write(path: Path, data: bytes, changed: datetime) -> None:
    """Write a file that was last changed long ago: what is fresh is read with more care."""
    path.write_bytes(data)
    path.chmod(0o600)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
