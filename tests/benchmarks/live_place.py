"""Where it is measured: folders of sessions, windows on them, and the bare watcher beside them."""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from oats_tui.session.message import TextPart
from oats_tui.session.models import Session
from oats_tui.session.store.codec import encode
from tests.benchmarks import storage_data
from tests.benchmarks.figures import Sample
from tests.benchmarks.live_floor import WATCHING
from tests.benchmarks.live_reading import COLUMNS, ROWS
from tests.e2e.driving import fold, wait_folded
from tests.support.launch import READY, launch, program_environment
from tests.support.terminal import Terminal

_FLOOR_MODULE = "tests.benchmarks.live_floor"
_SEED = 20_260_102
_START_SECONDS = 120.0
_SETTLE_SECONDS = 1.0
_END_LENGTH = 12
_MODEL_ID = "00000000-0000-4000-8000-000000000001"
_TITLE = "A title that is the same in all files at first"


@dataclass(frozen=True)
class Place:
    """Where all parts work, and how long.

    Attributes:
        folder: A folder of its own for what they make.
        many: A data directory with many sessions, used as it is; None to have one made.
        quick: Whether few samples will do.
    """

    folder: Path
    many: Path | None = None
    quick: bool = False
    _homes: itertools.count[int] = field(default_factory=itertools.count)

    def home(self) -> Path:
        """A folder for a window's home, where nobody has ever been."""
        return self.folder / f"home-{next(self._homes)}"

    def crowd(self) -> Path:
        """The data directory with many sessions."""
        if self.many is not None:
            return self.many
        data = self.folder / "many"
        if not data.exists():
            write_small(data / "sessions", storage_data.MANY)
        return data


@dataclass(frozen=True)
class Measured:
    """What one part has found.

    Attributes:
        subject: The program's figures.
        floor: The same of what it is held against.
        troubles: What went wrong, in sentences.
        raw: All single values.
    """

    subject: Sample
    floor: Sample
    troubles: list[str] = field(default_factory=list)
    raw: Mapping[str, list[float]] = field(default_factory=dict)


def window(home: Path, data: Path, session_id: str, services: Mapping[str, str] | None = None) -> Terminal:
    """Start the program on a data directory with one session open."""
    arguments = ("--data-dir", str(data), "-r", session_id)
    return launch(home, *arguments, columns=COLUMNS, rows=ROWS, services=services or {})


def settle(terminal: Terminal, session: Session) -> None:
    """Wait until a window shows its session to the end, has read the list, and has nothing more to say."""
    said = "".join(part.content for part in session.messages[-1].parts if isinstance(part, TextPart))
    terminal.wait_for(READY, _START_SECONDS)
    terminal.wait_gone("loading…", _START_SECONDS)
    wait_folded(terminal, fold(said)[-_END_LENGTH:], _START_SECONDS)
    terminal.quiet(_SETTLE_SECONDS, _START_SECONDS)


def bare_watcher(home: Path, sessions: Path) -> Terminal:
    """Start the floor with the same variables as the program; it is watching when this returns."""
    environment = program_environment(home)
    root = str(Path(__file__).resolve().parents[2])
    argv = [sys.executable, "-m", _FLOOR_MODULE, str(sessions)]
    terminal = Terminal(argv, environment | {"PYTHONPATH": root}, environment["HOME"], columns=COLUMNS, rows=ROWS)
    try:
        terminal.wait_for(WATCHING, _START_SECONDS)
    except AssertionError:
        terminal.close()
        raise
    return terminal


def write_small(folder: Path, count: int) -> None:
    """Put so many sessions of a question and its answer, 2 KB each, into a new folder."""
    folder.mkdir(parents=True, mode=0o700)
    source = random.Random(_SEED)
    model = storage_data.session_of(2, _MODEL_ID)
    model.info.title = _TITLE
    for message in model.messages:
        message.parts = []
        message.add_text(storage_data.text_of(source, 300))
    data = encode(model)
    newest = datetime.now(UTC) - timedelta(days=1)
    stamp = newest.timestamp()
    for number in range(count):
        session_id = str(UUID(int=source.getrandbits(128), version=4))
        title = f"{storage_data.text_of(source, 20)} {number}"
        path = folder / f"{session_id}.json"
        path.write_bytes(
            data.replace(_MODEL_ID.encode(), session_id.encode()).replace(_TITLE.encode(), title.encode())
        )
        os.utime(path, (stamp - number, stamp - number))


def read(path: Path) -> Session:
    """The session in a file."""
    return Session.model_validate_json(path.read_bytes())


def text_of(session: Session) -> str:
    """The text of a session's file."""
    return encode(session).decode()
