"""The calls of the system that Python code makes on the files below one folder: written down, and made to fail.

Whatever is done through `os` and `pathlib` is seen, and `fcntl.flock`; what `open` of the builtins does is not.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

EXIT_CODE = 77
"""How a process ends that a fault stops."""

ON_HANDLES = frozenset(
    {"write", "writev", "pwrite", "read", "pread", "fsync", "fdatasync", "ftruncate", "fchmod", "fstat", "close"}
)
ON_PATHS = frozenset(
    {"open", "stat", "lstat", "unlink", "remove", "rmdir", "mkdir", "chmod", "listdir", "scandir"}
)
ON_TWO_PATHS = frozenset({"rename", "replace", "link", "symlink"})
CHANGES = frozenset(
    {"write", "writev", "pwrite", "ftruncate", "fchmod", "unlink", "remove", "rmdir", "mkdir", "chmod"}
) | (ON_TWO_PATHS)
"""The calls that leave something behind; beside them `open`, when it makes a file."""

_WRITES = ("write", "writev", "pwrite")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the system.

    Attributes:
        number: Which one it is, counted from 1.
        name: Its name in `os`.
        path: What it is about, relative to the folder; absolute if it lies elsewhere.
        target: The second path of a rename or link, likewise.
        opening: Which opening of a file it is about, counted from 1; 0 for a call on paths.
        size: Bytes to write.
        flags: Those of an opening.
        inode: The file's number, where there is a handle.
    """

    number: int
    name: str
    path: str
    target: str = ""
    opening: int = 0
    size: int = 0
    flags: int = 0
    inode: int = 0

    @property
    def is_change(self) -> bool:
        """Whether it leaves something behind."""
        return self.name in CHANGES or (self.name == "open" and bool(self.flags & (os.O_CREAT | os.O_TRUNC)))


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong.

    Attributes:
        kind: `errno`: the call fails; `exit`: the process ends before the call; `tear`: it ends when half of a
            write is done; `short`: every write takes at most so many bytes.
        at: The number of the call from which on it goes wrong.
        errno: With what a call fails.
        name: Only calls of this name go wrong, all of them from `at` on; empty for that one call alone.
        limit: The bytes of a short write.
    """

    kind: str
    at: int = 0
    errno: int = 0
    name: str = ""
    limit: int = 0

    def strikes(self, call: Call) -> bool:
        """Whether it is this call that goes wrong."""
        if self.name:
            return call.name == self.name and call.number >= self.at
        return call.number == self.at


class Recorder:
    """Sees every call on files below a folder, and lets one fail.

    Args:
        folder: An absolute path without links.
        tell: Given each call before it is made.
        refused: Given the number of each call that failed.
        fault: What goes wrong; it can be set and taken away at any time.
        ignored: A folder elsewhere of which changes are not told; the empty text for none.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[Call], None],
        refused: Callable[[int], None],
        fault: Fault | None = None,
        ignored: str = "",
    ) -> None:
        self.fault = fault
        self._ignored = ignored
        self._folder = str(folder)
        self._tell = tell
        self._refused = refused
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._openings = itertools.count(1)
        self._opened: dict[int, tuple[int, str]] = {}
        self._unseen: set[int] = set()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Let what this thread does in a block go by unseen, and without a fault."""
        self._unseen.add(threading.get_ident())
        try:
            yield
        finally:
            self._unseen.discard(threading.get_ident())

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """A call of the system that is seen before it is made."""

        def call(*args: Any, **options: Any) -> Any:
            seen = self._see(name, args, options)
            if seen is None:
                return real(*args, **options)
            self._tell(seen)
            if name == "close":
                # Once it is closed, another thread may be given the same number for another file.
                self._opened.pop(args[0], None)
            try:
                result = real(*self._struck(seen, args, real), **options)
            except OSError:
                self._refused(seen.number)
                raise
            if name == "open":
                with self._lock:
                    self._opened[result] = (next(self._openings), seen.path)
            return result

        return call

    def _see(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Call | None:
        """What a call is about; None if it is not about files below the folder, and changes none elsewhere."""
        opening, path, target, inode = 0, "", "", 0
        if not args or threading.get_ident() in self._unseen:
            return None
        if isinstance(args[0], int):
            if args[0] not in self._opened:
                return None
            opening, path = self._opened[args[0]]
            inode = _real_fstat(args[0]).st_ino
        else:
            path = self._relative(args[0], options.get("dir_fd", options.get("src_dir_fd")))
        if name in ON_TWO_PATHS:
            target = self._relative(args[1], options.get("dst_dir_fd"))
        flags = args[1] if name == "open" else 0
        size = len(_content(args[1])) if name in _WRITES else 0
        call = Call(0, name, path, target, opening, size, flags, inode)
        is_elsewhere = os.path.isabs(path) and os.path.isabs(target or path)
        if is_elsewhere and (not call.is_change or (self._ignored and path.startswith(self._ignored))):
            return None
        with self._lock:
            return Call(next(self._numbers), name, path, target, opening, size, flags, inode)

    def _relative(self, path: Any, above: int | None) -> str:
        """A path as it is told."""
        text = os.fsdecode(path)
        if above is not None and above in self._opened:
            text = os.path.join(self._folder, self._opened[above][1], text)
        text = os.path.abspath(text)
        if text != self._folder and not text.startswith(self._folder + os.sep):
            return text
        return os.path.relpath(text, self._folder)

    def _struck(self, call: Call, args: tuple[Any, ...], real: Callable[..., Any]) -> tuple[Any, ...]:
        """The arguments with which a call is made, if it is."""
        fault = self.fault
        # A handle is gone also when closing it fails; so that never fails.
        if fault is None or (fault.kind == "errno" and call.name == "close"):
            return args
        if fault.kind == "short":
            return _cut(call, args, fault.limit) if call.name in _WRITES else args
        if not fault.strikes(call):
            return args
        if fault.kind == "errno":
            raise OSError(fault.errno, os.strerror(fault.errno))
        if fault.kind == "tear" and call.name in _WRITES:
            real(*_cut(call, args, call.size // 2))
        os._exit(EXIT_CODE)


_real_fstat = os.fstat


def _content(given: Any) -> bytes:
    """What a write is given, in one piece."""
    return b"".join(given) if isinstance(given, (list, tuple)) else bytes(given)


def _cut(call: Call, args: tuple[Any, ...], limit: int) -> tuple[Any, ...]:
    """The arguments of a write that takes at most so many bytes."""
    head = _content(args[1])[:limit]
    return (args[0], [head] if call.name == "writev" else head, *args[2:])


@contextmanager
def recorded(recorder: Recorder) -> Iterator[None]:
    """Let a recorder see all calls for the length of a block."""
    real = {name: getattr(os, name) for name in sorted(ON_HANDLES | ON_PATHS | ON_TWO_PATHS)}
    real_flock = fcntl.flock
    try:
        for name, call in real.items():
            setattr(os, name, recorder.wrap(name, call))
        fcntl.flock = recorder.wrap("flock", real_flock)
        yield
    finally:
        for name, call in real.items():
            setattr(os, name, call)
        fcntl.flock = real_flock


def as_record(call: Call) -> dict[str, Any]:
    """A call as JSON can hold it."""
    return asdict(call)


def number_of(name: str) -> int:
    """The number of an error by its name, such as `ENOSPC`."""
    number = getattr(errno, name)
    assert isinstance(number, int)
    return number
