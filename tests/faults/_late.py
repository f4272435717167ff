"""A program that opens a session's file at one moment and writes to it at another."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class LateWriter:
    """A program that holds a session in memory and writes it back in place, with one message more.

    Args:
        path: The file of the session, as it is now.
        truncates: Whether opening the file empties it (`O_TRUNC`), or only writing does (`r+`).
        number: Its message says `late` and this number.
    """

    def __init__(self, path: Path, truncates: bool = True, number: int = 0) -> None:
        content: dict[str, Any] = json.loads(path.read_bytes())
        message = json.loads(json.dumps(content["messages"][-1]))
        message["id"] = f"late-message-{number}"
        message["parts"][0] |= {"id": f"late-part-{number}", "content": f"late {number}"}
        content["messages"].append(message)
        content["info"]["message_count"] += 1
        self._bytes = json.dumps(content, indent=2, ensure_ascii=False).encode()
        self._path = path
        self._flags = os.O_RDWR | (os.O_TRUNC if truncates else 0)
        self._handle = -1
        self._timer: threading.Timer | None = None

    def open(self) -> None:
        """Open the file."""
        self._handle = os.open(self._path, self._flags)

    @property
    def is_open(self) -> bool:
        """Whether it has opened the file and not finished."""
        return self._handle >= 0

    def finish(self) -> None:
        """Write everything, and close the file."""
        os.ftruncate(self._handle, 0)
        half = len(self._bytes) // 2
        os.pwrite(self._handle, self._bytes[:half], 0)
        os.pwrite(self._handle, self._bytes[half:], half)
        os.close(self._handle)
        self._handle = -1

    def finish_in(self, seconds: float) -> None:
        """Write everything after so many seconds."""
        self._timer = threading.Timer(seconds, self.finish)
        self._timer.start()

    def join(self) -> None:
        """Wait until a write that was to come has come."""
        if self._timer is not None:
            self._timer.join()


class Steps:
    """Calls something when a save reaches a step; the steps are told by their system calls.

    Args:
        monkeypatch: Puts the calls back in the end.
        path: The file that is saved.

    Attributes:
        reached: The steps that were reached, in order: `before link`, `before rename`, `after rename`,
            `after look` (when the second name of the replaced file has been looked at).
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
        self.reached: list[str] = []
        self._path = path
        self._calls: dict[str, list[Callable[[], None]]] = {}
        link, rename, lstat = os.link, os.rename, os.lstat
        prev = path.parents[1] / "oats_tui" / "prev" / path.stem

        def linking(source: Any, target: Any, **options: Any) -> None:
            if Path(source) == path:
                self._reach("before link")
            link(source, target, **options)

        def renaming(source: Any, target: Any, **options: Any) -> None:
            if Path(target) == path:
                self._reach("before rename")
            rename(source, target, **options)
            if Path(target) == path:
                self._reach("after rename")

        def looking(target: Any, **options: Any) -> os.stat_result:
            found = lstat(target, **options)
            if self.reached and self.reached[-1] == "after rename" and str(target) == str(prev):
                self._reach("after look")
            return found

        monkeypatch.setattr(os, "lstat", looking)
        monkeypatch.setattr(os, "link", linking)
        monkeypatch.setattr(os, "rename", renaming)

    def at(self, step: str, call: Callable[[], None]) -> None:
        """Call something the next time that a step is reached; what is asked for first is called first."""
        self._calls.setdefault(step, []).append(call)

    def _reach(self, step: str) -> None:
        """A step has been reached."""
        self.reached.append(step)
        for call in self._calls.pop(step, []):
            call()
