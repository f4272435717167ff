"""The index brought up to date with the sessions' files: what differs, and putting it in."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oats_tui.session.search.documents import TornError, read_document
from oats_tui.session.search.stamps import Stamp, stamp_of, stamps
from oats_tui.session.search.writing import Writer
from oats_tui.session.store.places import Places

BATCH = 4_000_000
"""Bytes of files that are put in at once: enough that the index is written seldom, and little to be done again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """What of the sessions is not in the index as it is.

    Attributes:
        stale: Sessions that are new or have changed, the newest first, with the sizes of their files in bytes.
        gone: Sessions that are in the index only.
        all: The size of all sessions' files in bytes.
    """

    stale: list[tuple[str, int]]
    gone: list[str]
    all: int

    @property
    def size(self) -> int:
        """How many bytes have to be read."""
        return sum(size for _, size in self.stale)

    @property
    def names(self) -> list[str]:
        """All sessions that have to be looked at."""
        return [*self.gone, *(name for name, _ in self.stale)]


def difference(connection: sqlite3.Connection | None, data_dir: Path) -> Difference:
    """Return what has to be put into the index, or taken out of it.

    Args:
        connection: The index; None where there is none.
        data_dir: The data directory.

    Raises:
        sqlite3.Error: The index cannot be read.
    """
    there = stamps(data_dir)
    question = "SELECT name, changed, size FROM sessions"
    rows = connection.execute(question) if connection is not None else ()
    known = {name: Stamp(changed, size) for name, changed, size in rows}
    stale = [(name, stamp) for name, stamp in there.items() if known.get(name) != stamp]
    stale.sort(key=lambda each: each[1].changed, reverse=True)
    return Difference(
        [(name, stamp.size) for name, stamp in stale],
        [name for name in known if name not in there],
        sum(stamp.size for stamp in there.values()),
    )


def update(
    connection: sqlite3.Connection,
    data_dir: Path,
    names: Sequence[str],
    told: Callable[[int], bool] = lambda _: True,
) -> list[str]:
    """Bring some sessions in the index up to date, a batch at a time.

    Args:
        connection: The index.
        data_dir: The data directory.
        names: The sessions.
        told: Told after each batch how many bytes it had; returns whether to go on.

    Returns:
        Sessions whose files were just being written: to be looked at again in a moment.

    Raises:
        sqlite3.Error: The index cannot be written.
    """
    torn: list[str] = []
    for batch in _batches(data_dir, names):
        connection.execute("BEGIN IMMEDIATE")
        try:
            writer = Writer(connection)
            for places, stamp in batch:
                if not _put(writer, places, stamp):
                    torn.append(places.id)
            writer.finish()
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        if not told(sum(stamp.size for _, stamp in batch if stamp is not None)):
            break
    return torn


def _batches(data_dir: Path, names: Sequence[str]) -> Iterator[list[tuple[Places, Stamp | None]]]:
    """Return sessions with their stamps, in groups that are put in at once."""
    batch: list[tuple[Places, Stamp | None]] = []
    size = 0
    for name in names:
        places = Places(data_dir, name)
        stamp = stamp_of(places)
        batch.append((places, stamp))
        size += stamp.size if stamp is not None else 0
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _put(writer: Writer, places: Places, stamp: Stamp | None) -> bool:
    """Bring one session up to date; returns False where its file is just being written."""
    if stamp is None:
        writer.forget(places.id)
        return True
    if writer.has(places.id, stamp):
        return True
    try:
        writer.put(read_document(places), stamp)
    except TornError:
        return False
    except FileNotFoundError:
        writer.forget(places.id)
    except OSError as error:
        _log.info("session %s is not searched: %s", places.id, error.strerror)
    return True
