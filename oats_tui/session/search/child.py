"""The process that reads very many sessions into the index, so that nobody's typing waits for it.

It is started as ``python -m oats_tui.session.search.child CACHE DATA``, writes how many bytes it has read and how
many there are on a line each time it has got further, and ends when its input does, as with the program that
started it.
"""

from __future__ import annotations

import fcntl
import os
import select
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from oats_tui.session.search.database import Database
from oats_tui.session.search.updating import difference, update

ANOTHER_BUILDS = 3
"""The exit code where another process builds the index already."""

FAILED = 4
"""The exit code where the index cannot be written."""

_BUSY_SECONDS = 30.0
_LOWEST_PRIORITY = 19


def main(cache_dir: Path, data_dir: Path) -> int:
    """Bring the whole index up to date; returns the exit code."""
    os.nice(_LOWEST_PRIORITY)
    database = Database.of(cache_dir, data_dir)
    try:
        database.lock.parent.mkdir(parents=True, exist_ok=True)
        with database.lock.open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return ANOTHER_BUILDS
            with closing(database.opened(_BUSY_SECONDS)) as connection:
                _build(connection, data_dir)
    except (OSError, sqlite3.Error):
        return FAILED
    return 0


def _build(connection: sqlite3.Connection, data_dir: Path) -> None:
    """Bring the index up to date, and tell how far it is."""
    found = difference(connection, data_dir)
    done = found.all - found.size
    _tell(done, found.all)

    def told(size: int) -> bool:
        nonlocal done
        done += size
        _tell(done, found.all)
        return not _is_alone()

    update(connection, data_dir, found.names, told)


def _tell(done: int, whole: int) -> None:
    """Write how many bytes have been read of how many."""
    sys.stdout.write(f"{done} {whole}\n")
    sys.stdout.flush()


def _is_alone() -> bool:
    """Whether the program that started this one has gone."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
