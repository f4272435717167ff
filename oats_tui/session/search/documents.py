"""Sessions as they are searched: their facts, and the JSON of their messages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from oats_tui.core.codec import NotJsonError, parse
from oats_tui.core.files import Signature
from oats_tui.core.items import Patience, is_fresh, read_settled_version
from oats_tui.session.search.texts import as_text, as_time
from oats_tui.session.store.codec import NotASessionError, Pieces, split
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.merge import Version
from oats_tui.session.store.places import Places
from oats_tui.session.store.replay import replay

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """A session.

    Attributes:
        id: Its id.
        title: What it is called.
        project: The folder it is about.
        model: Who answers in it.
        time: When something happened in it last, in seconds since 1970.
        messages: The JSON of each message, in order.
        start: Where the first message stands in the file, in bytes.
        places: Where each message stands behind that; None for one that only the journal has.
    """

    id: str
    title: str
    project: str
    model: str
    time: float
    messages: list[bytes]
    start: int = 0
    places: tuple[int | None, ...] = ()


class TornError(Exception):
    """The file is just being written: look again in a moment."""


def read_document(places: Places) -> Document:
    """The session in a file, with what its journal has beyond it; empty if the file holds no session of its name.

    Raises:
        FileNotFoundError: There is none.
        TornError: It is being written.
        OSError: It cannot be read.
    """
    try:
        return read_settled_version(
            places.file, lambda data, version: _document(places, data, version), Patience(0)
        )
    except NotJsonError as error:
        if is_fresh(places.file):
            raise TornError from error
    except ValueError as error:
        _log.debug("%s is not searched: %s", places.file, type(error).__name__)
    return Document(places.id, "", "", "", 0.0, [])


def read_pieces(places: Places) -> list[bytes]:
    """The JSON of the messages of a session; none if it cannot be read."""
    try:
        return read_document(places).messages
    except (OSError, TornError):
        return []


def _document(places: Places, data: bytes, version: Signature) -> Document:
    """The session in some bytes."""
    pieces = _with_journal(places, split(data), version)
    info = parse(pieces.info)
    if not isinstance(info, dict) or info.get("id") != places.id:
        raise NotASessionError("the file holds the session of another id")
    times = info.get("time")
    updated = as_time(times.get("updated")) if isinstance(times, dict) else None
    found = list(_places(data, pieces.messages))
    start = next((place for place in found if place is not None), 0)
    return Document(
        places.id,
        as_text(info.get("title")),
        as_text(info.get("project_dir")),
        as_text(info.get("model_id")),
        max(version.mtime_ns, 0) / 1e9 if updated is None else updated,
        pieces.messages,
        start,
        tuple(None if place is None else place - start for place in found),
    )


def _places(data: bytes, messages: list[bytes]) -> Iterator[int | None]:
    """Return where each message stands in a file."""
    at = 0
    for raw in messages:
        place = data.find(raw, at)
        if place >= 0:
            at = place + len(raw)
        yield place if place >= 0 else None


def _with_journal(places: Places, pieces: Pieces, version: Signature) -> Pieces:
    """The pieces with what only the journal has, such as messages that another program's old copy has dropped."""
    journal = _journal(places)
    if journal is None or not journal.is_behind(version):
        return pieces
    before = Version.of(pieces)
    full = replay(before, journal)
    return pieces if full is before else full.pieces()


def _journal(places: Places) -> Journal | None:
    """The journal of a session; None if there is none that can be read."""
    try:
        return read_journal(places.journal) if places.journal.exists() else None
    except OSError as error:
        _log.debug("the journal of session %s is not searched: %s", places.id, error)
        return None
