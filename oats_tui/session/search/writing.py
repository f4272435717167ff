"""Sessions put into the index: only what has changed in them."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from oats_tui.session.search.database import fact, keep_facts
from oats_tui.session.search.documents import Document
from oats_tui.session.search.stamps import Stamp
from oats_tui.session.search.texts import Said, said_in
from oats_tui.session.search.words import words_of

SECONDS_A_ROW = 8
"""The number of a message's row is its time in units of so many seconds; if that is taken, one of the next."""

_HASH_BYTES = 6
_STEPS = 64
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# Others are hardly ever begun and not ended, and there are very many of them: numbers, hashes, data.
_WORD_KEPT = re.compile(r"[^\W\d_]{1,24}[0-9]{0,3}")
_PUT_MESSAGE = (
    "INSERT INTO messages (id, session, name, role, time, model, hash, place, length)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PUT_WORD = (
    "INSERT INTO vocabulary (word, count) VALUES (?, ?)"
    " ON CONFLICT (word) DO UPDATE SET count = count + excluded.count"
)
_PUT_SESSION = (
    "INSERT INTO sessions (name, changed, size, start, title, project, model) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (name) DO UPDATE SET changed = excluded.changed, size = excluded.size, start = excluded.start,"
    " title = excluded.title, project = excluded.project, model = excluded.model RETURNING id"
)


def packed(name: str) -> str | bytes:
    """A message's id as it is kept: one of the usual form at half its length."""
    return bytes.fromhex(name.replace("-", "")) if _UUID.fullmatch(name) else name


def unpacked(name: str | bytes) -> str:
    """A message's id that was kept."""
    if isinstance(name, str):
        return name
    text = name.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class _New(NamedTuple):
    """A message that is to be put in: its mark, what it says, where it stands, and how long it is there."""

    mark: int
    said: Said
    place: int | None
    length: int


@dataclass(slots=True)
class _Batch:
    """Rows that are put in together, because the index of words wants them in order."""

    messages: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    words: list[tuple[int, str]] = field(default_factory=list)
    pairs: list[tuple[int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    taken: set[int] = field(default_factory=set)
    free: dict[int, int] = field(default_factory=dict)
    slack: int = 0


class Writer:
    """Puts sessions into the index, within one transaction.

    Args:
        connection: The index, in a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._batch = _Batch()
        self._models: dict[str, int] = {}

    def has(self, name: str, stamp: Stamp) -> bool:
        """Whether a session is in the index as it is."""
        question = "SELECT 1 FROM sessions WHERE name = ? AND changed = ? AND size = ?"
        return self._connection.execute(question, (name, *stamp)).fetchone() is not None

    def put(self, document: Document, stamp: Stamp) -> None:
        """Put in what is new or has changed in a session, and take out what has gone from it."""
        facts = (document.id, *stamp, document.start, document.title, document.project, document.model)
        (session,) = self._connection.execute(_PUT_SESSION, facts).fetchone()
        known: defaultdict[int, list[int]] = defaultdict(list)
        for row, mark in self._connection.execute("SELECT id, hash FROM messages WHERE session = ?", (session,)):
            known[mark].append(row)
        title = Said("", 0, document.time, document.model, document.title)
        title_mark = mark_of(b"title" + document.title.encode("utf-8", "replace"))
        new: list[_New] = []
        if known[title_mark]:
            known[title_mark].pop()
        elif document.title:
            new.append(_New(title_mark, title, None, 0))
        for raw, place in zip(document.messages, document.places, strict=True):
            mark = mark_of(raw)
            if known.get(mark):
                known[mark].pop()
            else:
                new.append(_New(mark, said_in(raw), place, len(raw)))
        self._bury(row for rows in known.values() for row in rows)
        self._add(session, document, new)

    def forget(self, name: str) -> None:
        """Take a session out."""
        found = self._connection.execute("SELECT id FROM sessions WHERE name = ?", (name,)).fetchone()
        if found is not None:
            self._bury(
                [row for (row,) in self._connection.execute("SELECT id FROM messages WHERE session = ?", found)]
            )
            self._connection.execute("DELETE FROM sessions WHERE id = ?", found)

    def finish(self) -> None:
        """Write the rows that have been collected."""
        batch, connection = self._batch, self._connection
        connection.executemany(_PUT_MESSAGE, [batch.messages[row] for row in sorted(batch.messages)])
        connection.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", sorted(batch.words))
        connection.executemany("INSERT INTO pairs (rowid, text) VALUES (?, ?)", sorted(batch.pairs))
        kept = sorted(pair for pair in batch.counts.items() if _WORD_KEPT.fullmatch(pair[0]))
        connection.executemany(_PUT_WORD, kept)
        if batch.slack > fact(connection, "slack"):
            keep_facts(connection, slack=batch.slack)
        self._batch = _Batch()

    def _add(self, session: int, document: Document, new: Sequence[_New]) -> None:
        """Collect the rows of new messages."""
        last = document.time
        timed = []
        for each in new:
            # A message that does not tell its time stands at the one before it.
            last = last if each.said.time is None else each.said.time
            timed.append((last, each))
        timed.sort(key=lambda pair: pair[0])
        previous = -1
        for moment, (mark, said, place, length) in timed:
            row = previous = self._free_row(max(int(moment) // SECONDS_A_ROW, 1), previous)
            batch, found = self._batch, words_of(said.text)
            model = self._model(said.model or document.model)
            time_ms = None if said.time is None else int(said.time * 1000)
            facts = (row, session, packed(said.id), said.role, time_ms, model, mark, place, length)
            batch.messages[row] = facts
            if found.words:
                batch.words.append((row, " ".join(found.words)))
                batch.counts.update(found.words)
            if found.pairs:
                batch.pairs.append((row, " ".join(sorted(found.pairs))))

    def _free_row(self, wanted: int, previous: int) -> int:
        """Return a number that no row has, near the one that is wanted, and behind the previous one if that is."""
        row = max(wanted, self._batch.free.get(wanted, 0))
        if previous >= row and previous - wanted < _STEPS:
            row = previous + 1
        while row in self._batch.taken or self._is_taken(row):
            row = row + 1 if row in self._batch.taken else self._gap(row)
        self._batch.taken.add(row)
        # Where very many stand at one time, the next one need not go past all of them again.
        self._batch.free[wanted] = row + 1
        self._batch.slack = max(self._batch.slack, row - wanted)
        return row

    def _is_taken(self, row: int) -> bool:
        """Whether there is a row of this number."""
        return self._connection.execute("SELECT 1 FROM messages WHERE id = ?", (row,)).fetchone() is not None

    def _gap(self, row: int) -> int:
        """Return the first number behind a row that no row has."""
        question = (
            "SELECT id + 1 FROM messages AS m WHERE id >= ?"
            " AND NOT EXISTS (SELECT 1 FROM messages WHERE id = m.id + 1) ORDER BY id LIMIT 1"
        )
        return int(self._connection.execute(question, (row,)).fetchone()[0])

    def _bury(self, rows: Iterable[int]) -> None:
        """Take rows out of their session."""
        gone = [(row,) for row in rows]
        if gone:
            self._connection.executemany(
                "UPDATE messages SET session = 0, name = x'', time = NULL, model = NULL, hash = 0 WHERE id = ?",
                gone,
            )
            keep_facts(self._connection, buried=fact(self._connection, "buried") + len(gone))

    def _model(self, name: str) -> int | None:
        """The number of a model's name."""
        if not name:
            return None
        if name not in self._models:
            self._connection.execute("INSERT OR IGNORE INTO models (name) VALUES (?)", (name,))
            found = self._connection.execute("SELECT id FROM models WHERE name = ?", (name,)).fetchone()
            self._models[name] = int(found[0])
        return self._models[name]


def mark_of(raw: bytes) -> int:
    """What tells a message from what it was."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=_HASH_BYTES).digest(), "big")
