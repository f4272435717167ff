"""What the index has found, looked up in the sessions' files, which are the truth."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from oats_tui.session.search.documents import read_pieces
from oats_tui.session.search.found import Found, Hit
from oats_tui.session.search.query import Query
from oats_tui.session.search.snippets import Seeker
from oats_tui.session.search.statements import rows
from oats_tui.session.search.texts import ROLES, Said, said_in
from oats_tui.session.search.writing import mark_of, unpacked
from oats_tui.session.store.places import Places


def seek(
    connection: sqlite3.Connection,
    data_dir: Path,
    query: Query,
    limit: int,
    is_given_up: Callable[[], bool] = lambda: False,
) -> Found:
    """Return the newest messages that hold what is asked for.

    Args:
        connection: The index.
        data_dir: The data directory.
        query: What is asked for.
        limit: How many at most.
        is_given_up: Asked now and then whether nobody waits for it any more.

    Raises:
        sqlite3.Error: The index cannot be read.
    """
    seeker, texts, hits = Seeker(query), _Texts(data_dir), list[Hit]()
    terms = tuple(term.text for term in query.wanted)
    for row in rows(connection, query):
        if is_given_up():
            return Found(hits, terms, is_complete=False)
        hit = _hit(row, seeker, texts)
        if hit is not None:
            hits.append(hit)
            if len(hits) == limit:
                break
    return Found(hits, terms, is_complete=True)


def _hit(row: tuple[object, ...], seeker: Seeker, texts: _Texts) -> Hit | None:
    """Return a message that the index has found; None where it is not there, or does not hold it after all."""
    name, role, milliseconds, mark, place, length, session, start, title, project = row
    said_by = ROLES[role] if isinstance(role, int) and 0 < role < len(ROLES) else ""
    if not said_by:
        text: str | None = str(title)
        message_id = ""
    else:
        message_id = unpacked(name) if isinstance(name, str | bytes) else ""
        at = None if place is None else (_number(start) + _number(place), _number(length))
        text = texts.text(str(session), message_id, _number(mark), at)
    if text is None or not seeker.holds(text):
        return None
    snippet = seeker.snippet(text)
    time = milliseconds / 1000 if isinstance(milliseconds, int) else None
    return Hit(str(session), message_id, str(title), str(project), said_by, time, snippet.text, snippet.marks)


def _number(value: object) -> int:
    """Return a number of the index."""
    return value if isinstance(value, int) else 0


class _Texts:
    """The texts of messages, read from the sessions' files.

    Args:
        data_dir: The data directory.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._read: tuple[str, dict[int, Said]] = ("", {})

    def text(self, session: str, message_id: str, mark: int, at: tuple[int, int] | None) -> str | None:
        """Return what a message says; None where it is not there any more.

        Args:
            session: The session's id.
            message_id: The message's id.
            mark: What tells it from what it was before.
            at: Where it stands in the file, and how long it is there; None where that is not known.
        """
        places = Places(self._data_dir, session)
        if at is not None:
            said = _said_at(places.file, *at, mark)
            if said is not None and said.id == message_id:
                return said.text
        if self._read[0] != session:
            self._read = (session, {mark_of(raw): said_in(raw) for raw in read_pieces(places)})
        found = self._read[1].get(mark)
        return None if found is None else found.text


def _said_at(path: Path, start: int, length: int, mark: int) -> Said | None:
    """Return the message at a place of a file; None where another one stands there by now."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        raw = os.pread(file, length, start)
    except OSError:
        return None
    finally:
        os.close(file)
    return said_in(raw) if mark_of(raw) == mark else None
