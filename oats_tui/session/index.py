"""The list of sessions, and how their newest answers ended: quickly, from a cache that can be thrown away."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pydantic_core import from_json, to_json

from oats_tui.core.codec import parse
from oats_tui.core.filecache import cache_of
from oats_tui.core.filecheck import check_folder
from oats_tui.core.files import read_regular
from oats_tui.core.items import SUFFIX, Patience
from oats_tui.session.entries import Entry, Filing, State, look_at

_log = logging.getLogger(__name__)

OutcomeState: TypeAlias = Literal["failed", "stopped", "interrupted"]
"""How an answer ended that did not end well."""

Clock: TypeAlias = Callable[[], int]
"""Tells the time in nanoseconds since 1970."""

_Ending: TypeAlias = tuple[str, OutcomeState | None, bool]

_STATES: tuple[State, ...] = get_args(State)
_OUTCOMES: tuple[OutcomeState, ...] = get_args(OutcomeState)


def first_page(folder: Path, limit: int) -> list[Entry]:
    """The sessions with the newest activity as the cache knows them, the newest first.

    The folder is not looked at: some may have changed or gone, and new ones are missing. Nothing is raised.

    Args:
        folder: The folder of the sessions.
        limit: How many at most.
    """
    found = []
    for row in cache_of(folder, "sessions").newest(limit):
        with contextlib.suppress(ValueError):
            found.append(_unpack_entry(row.name, row.rank, row.payload))
    return found


def list_folder(folder: Path, clock: Clock = time.time_ns) -> list[Entry]:
    """What lies in the folder, also what cannot be opened, sorted by id; a missing folder has none.

    The waiting for files that are just being written is 0.6 s for all together.

    Raises:
        StorageError: The folder cannot be listed.
    """
    return check_folder(folder, _EntryFacts(), cache_of(folder, "sessions"), clock)


def newest_outcomes(folder: Path, clock: Clock = time.time_ns) -> dict[str, OutcomeState]:
    """By session id, how the newest answer ended; sessions where it ended well are left out.

    Args:
        folder: Where our own facts about the sessions are.
        clock: Tells the time in nanoseconds since 1970.

    Raises:
        StorageError: The folder cannot be listed.
    """
    found = check_folder(folder, _OutcomeFacts(), cache_of(folder, "outcomes"), clock)
    return {name: state for name, state, _ in found if state is not None}


class _EntryFacts:
    """Entries of sessions' files."""

    def __init__(self) -> None:
        self._patience = Patience()

    def read(self, folder: Path, name: str) -> Entry:
        """Look at a file."""
        entry = look_at(folder, name, self._patience)
        if entry.state == "missing":
            raise FileNotFoundError
        return entry

    def pack(self, entry: Entry) -> tuple[float | None, bytes] | None:
        """What is kept of an entry; what could not be read is tried again each time."""
        if entry.state == "unreadable":
            return None
        head = to_json([entry.state, entry.problem, entry.title, *entry.filing])
        return entry.updated, head + b"\n" + entry.raw

    def unpack(self, name: str, rank: float | None, payload: bytes) -> Entry:
        """An entry that was kept."""
        return _unpack_entry(name, rank, payload)


class _OutcomeFacts:
    """How the newest answers ended, from our own facts about the sessions."""

    def read(self, folder: Path, name: str) -> _Ending:
        """The id, the outcome, and whether it is certain."""
        try:
            value = parse(read_regular(folder / f"{name}{SUFFIX}"))
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            return self._left_out(name, str(error))
        newest = value.get("newest") if isinstance(value, dict) else False
        if newest is None or newest in _OUTCOMES:
            return name, newest, True
        return self._left_out(name, "it is not what it should be")

    def pack(self, ending: _Ending) -> tuple[float | None, bytes] | None:
        """What is kept of an outcome."""
        _, state, is_certain = ending
        return (None, (state or "").encode()) if is_certain else None

    def unpack(self, name: str, rank: float | None, payload: bytes) -> _Ending:
        """An outcome that was kept."""
        kept = payload.decode()
        return name, next((state for state in _OUTCOMES if state == kept), None), True

    def _left_out(self, name: str, why: str) -> _Ending:
        """Log a file that cannot be understood."""
        _log.warning("What is known about session %s was left out: %s", name, why)
        return name, None, False


def _unpack_entry(name: str, rank: float | None, payload: bytes) -> Entry:
    """An entry that was kept."""
    head, _, raw = payload.partition(b"\n")
    match from_json(head):
        case [
            str() as state,
            str() as problem,
            str() as title,
            str() as project,
            (str() | None) as parent,
            (str() | None) as root,
            bool() as archived,
        ] if state in _STATES:
            return Entry(name, state, problem, title, rank, raw, Filing(project, parent, root, archived))
    raise ValueError("this is no entry")
