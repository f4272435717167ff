"""A data folder, sessions of a size, and a house from which authors are sent to write in them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from oats_tui.core import config
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from tests.faults._author import Tally, texts_of
from tests.support.launch import program_environment

_SCRIPT = Path(__file__).with_name("_author.py")
_MESSAGE_BYTES = 2200
_PATIENCE = 60.0


@contextmanager
def data_folder(folder: Path) -> Iterator[Path]:
    """This process, and the authors of a house in the same folder, work on `data` in it."""
    environment = program_environment(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", environment["HOME"])
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        config.set_data_dir(folder / "data")
        try:
            yield folder / "data"
        finally:
            config.set_data_dir(None)


def new_session(size: int = 0) -> Session:
    """A session of about so many bytes that has not been saved."""
    session = Session(info=SessionInfo(project_dir="/p", working_dir="/p"))
    for number in range(size // _MESSAGE_BYTES + 1):
        text = f"base {number}"
        session.create_user_message(text + " é" * ((_MESSAGE_BYTES - 380 if size else 0) // 3))
    return session


def saved_session(size: int = 0) -> str:
    """Make a session of about so many bytes; returns its id."""
    return asyncio.run(SessionStorage().create(new_session(size))).id


def loaded(session_id: str) -> Session:
    """A session as we understand it."""
    session = asyncio.run(SessionStorage().get(session_id))
    assert session is not None
    return session


def file_of(data: Path, session_id: str) -> Path:
    """The file of a session."""
    return data / "sessions" / f"{session_id}.json"


def content_of(data: Path, session_id: str) -> dict[str, Any]:
    """What the file of a session holds, which must be whole and hold no message twice."""
    content: dict[str, Any] = json.loads(file_of(data, session_id).read_bytes())
    ids = [message["id"] for message in content["messages"]]
    assert len(ids) == len(set(ids)), "a message is there twice"
    assert content["info"]["message_count"] == len(ids)
    return content


def texts_in(data: Path, session_id: str) -> list[str]:
    """What each message in the file of a session says."""
    return [
        "\n".join(part["content"] for part in message["parts"] if part["type"] == "text")
        for message in content_of(data, session_id)["messages"]
    ]


def said_by(author: str, texts: Iterable[str]) -> list[int]:
    """The numbers of an author's texts, in the order in which they stand."""
    return [int(text.split()[1]) for text in texts if text.startswith(f"{author} ")]


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < end, f"waited for {_PATIENCE:.0f} seconds: {what}"
        time.sleep(0.0005)


class House:
    """A process that sends authors, each a process of its own; it ends with the block.

    Args:
        folder: The folder given to `data_folder`.

    Attributes:
        tally: See `_author.py`. Authors wait until its number 0 is not 0.
    """

    def __init__(self, folder: Path) -> None:
        environment = program_environment(folder)
        self._folder = folder
        self._errors = folder / "errors.txt"
        self._path = folder / "tally"
        self.tally = Tally(self._path)
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=environment,
                text=True,
            )

    def send(self, session_id: str, author: str, slot: int, count: int, mode: str) -> int:
        """Send an author who writes, see `_author.py`; returns the number of the process."""
        about = {"session_id": session_id, "author": author, "slot": slot, "count": count, "mode": mode}
        return self._do("append", tally=str(self._path), **about)

    def wait(self, pid: int) -> int:
        """How an author ended: 0 if all was well, minus the signal that ended it."""
        return self._do("wait", pid=pid)

    def read(self, session_id: str) -> list[str]:
        """What each message of a session says to a process that has just been started."""
        target = self._folder / "read.json"
        pid = self._do("read", session_id=session_id, target=str(target))
        assert self.wait(pid) == 0, self.errors()
        texts: list[str] = json.loads(target.read_text("utf-8"))
        return texts

    def errors(self) -> str:
        """Whatever any of them has written to standard error."""
        return self._errors.read_text("utf-8")

    def _do(self, what: str, **arguments: Any) -> int:
        """Have something done; returns the number that it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with self._process:
            self._process.wait()
        self.tally.close()


__all__ = [
    "House",
    "content_of",
    "data_folder",
    "file_of",
    "loaded",
    "new_session",
    "said_by",
    "saved_session",
    "texts_in",
    "texts_of",
    "wait_until",
]
