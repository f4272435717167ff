"""What the system itself takes: `python -m tests.benchmarks.storage_bare TASK ARGUMENTS`."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from tests.benchmarks.storage_meters import Sample, report, timed

_HEAD = 2048
_TAIL = 256 * 1024


def page(table: str, size: int) -> Sample:
    """Read the newest entries of a database."""

    def read() -> list[Any]:
        with sqlite3.connect(f"file:{table}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT id, updated, info FROM entries ORDER BY updated DESC LIMIT ?", (size,))
            return [from_json(info) for _, _, info in rows]

    return {"page": timed(read)[1] * 1000}


def stat(folder: str) -> Sample:
    """Look at every file of a folder from outside."""
    seconds = timed(lambda: [entry.stat(follow_symlinks=False) for entry in os.scandir(folder)])[1]
    return {"checked": seconds}


def heads(folder: str) -> Sample:
    """Read the beginning of every file of a folder."""

    def read() -> None:
        for entry in os.scandir(folder):
            handle = os.open(entry.path, os.O_RDONLY)
            os.read(handle, _HEAD)
            os.close(handle)

    return {"uncached": timed(read)[1]}


def tail(path: str) -> Sample:
    """Read the beginning and the end of a file."""

    def read() -> bytes:
        with open(path, "rb", buffering=0) as file:
            head = file.read(_HEAD)
            file.seek(-_TAIL, os.SEEK_END)
            return head + file.read()

    return {"tail": timed(read)[1] * 1000}


def whole(path: str) -> Sample:
    """Read a file and parse it, without a look at what it says."""
    return {"get": timed(lambda: from_json(Path(path).read_bytes()))[1] * 1000}


if __name__ == "__main__":
    report({"page": page, "stat": stat, "heads": heads, "tail": tail, "whole": whole})
