"""What lay in the watched folders at the last look, compared with what lies there now."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from oats_tui.core.files import Signature, is_own_growth, is_own_write, signature
from oats_tui.core.items import Patience
from oats_tui.session.entries import Entry, look_at
from oats_tui.watch.folders import Folders, Kind
from oats_tui.watch.torn import TornFiles

_log = logging.getLogger(__name__)

What: TypeAlias = Literal["created", "updated", "deleted", "journal", "request"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that another program did.

    Attributes:
        what: What happened to the session, or that its journal grew, or that somebody asks for something.
        session_id: The session.
        title: The title of a new session; else empty.
        writing: Whether the file cannot be read because it is still being written.
    """

    what: What
    session_id: str
    title: str = ""
    writing: bool = False


class Known:
    """The watched files as they were at the last look.

    Every method looks at files, and is to be called in a thread; never in two at a time.

    Args:
        folders: What is watched.
        clock: Seconds, monotonic.
    """

    def __init__(self, folders: Folders, clock: Callable[[], float] = time.monotonic) -> None:
        self.torn = TornFiles()
        self._folders = folders
        self._clock = clock
        self._files: dict[Path, Signature] = {}

    def learn(self) -> None:
        """Take everything that is there as known.

        Raises:
            OSError: A folder cannot be listed.
        """
        for kind in self._folders.paths:
            for path in self._listed(kind):
                with contextlib.suppress(OSError):
                    self._take(path, signature(path))

    def look_everywhere(self) -> list[Change]:
        """What others did in all folders since the last look; a folder that cannot be listed is left out."""
        paths: list[Path] = []
        for kind, folder in self._folders.paths.items():
            try:
                there = self._listed(kind)
            except OSError as error:
                _log.warning("%s could not be listed: %s", folder, error.strerror)
                continue
            gone = {path for path in self._files if path.parent == folder} - there
            paths += [*gone, *there]
        return self.look(paths)

    def look(self, paths: Iterable[Path]) -> list[Change]:
        """What others did at some paths since the last look, each session's own file first."""
        owned = {path: owner for path in paths if (owner := self._folders.owner(path)) is not None}
        kinds = list(self._folders.paths)
        changes: dict[tuple[str, str], Change] = {}
        for path, (kind, session_id) in sorted(owned.items(), key=lambda each: kinds.index(each[1][0])):
            change = self._look_at(path, kind, session_id)
            if change is not None:
                changes.setdefault(_subject(change), change)
        return list(changes.values())

    def look_at_torn(self) -> list[Change]:
        """What has become of the files that could not be understood."""
        return self.look([self._folders.path("sessions", session_id) for session_id in self.torn.ids()])

    def _listed(self, kind: Kind) -> set[Path]:
        """The files of a kind that are there; a missing folder has none."""
        folder = self._folders.paths[kind]
        try:
            return {path for path in folder.iterdir() if self._folders.named(kind, path.name) is not None}
        except (FileNotFoundError, NotADirectoryError):
            return set()

    def _look_at(self, path: Path, kind: Kind, session_id: str) -> Change | None:
        """What others did to one file."""
        try:
            now = signature(path)
        except OSError as error:
            _log.warning("%s could not be looked at: %s", path, error)
            return None
        before = self._files.get(path)
        if kind == "sessions":
            return self._session(path, session_id, before, now)
        if now == before:
            return None
        self._take(path, now)
        if now is None or is_own_write(path):
            return None
        return self._beside(path, kind, session_id, before, now)

    def _beside(
        self, path: Path, kind: Kind, session_id: str, before: Signature | None, now: Signature
    ) -> Change | None:
        """What a change of one of our own files beside the session means."""
        if kind == "requests":
            return Change("request", session_id)
        if kind == "journal":
            is_own = is_own_growth(path, before.size if before else 0, now)
            return None if is_own else Change("journal", session_id)
        # Each save puts another file there; one that changes is written by a program that opened it before that.
        is_late = kind == "prev" and before is not None and before.inode == now.inode
        is_known = self._folders.path("sessions", session_id) in self._files
        return Change("updated", session_id) if is_known and (is_late or kind == "meta") else None

    def _session(
        self, path: Path, session_id: str, before: Signature | None, now: Signature | None
    ) -> Change | None:
        """What others did to a session's file."""
        if now is None:
            self.torn.settled(session_id)
            self._take(path, None)
            # Told also of a file that was not known: it may be one of ours, written a moment before.
            return None if is_own_write(path) else Change("deleted", session_id)
        if is_own_write(path):
            self.torn.settled(session_id)
            self._take(path, now)
            return None
        if now == before and session_id not in self.torn:
            return None
        entry = self._read(path, session_id)
        if entry is not None and entry.state == "damaged":
            verdict = self.torn.found(session_id, now, self._clock(), is_new=before is None)
            self._take(path, now)
            return None if verdict == "wait" else Change("updated", session_id, writing=verdict == "writing")
        is_new = self.torn.settled(session_id) or before is None
        self._take(path, now)
        if is_new and entry is not None and entry.state == "ok":
            return Change("created", session_id, entry.title)
        return Change("updated", session_id)

    def _take(self, path: Path, now: Signature | None) -> None:
        """Take what lies at a path as known."""
        if now is None:
            self._files.pop(path, None)
        else:
            self._files[path] = now

    def _read(self, path: Path, session_id: str) -> Entry | None:
        """What the session layer says of a file, None if that failed."""
        try:
            return look_at(path.parent, session_id, Patience(0))
        except Exception:  # noqa: BLE001 - one odd file must not end the watching of all others
            _log.exception("%s could not be read", path)
            return None


def _subject(change: Change) -> tuple[str, str]:
    """What a change is about: of several about the same thing the first says most."""
    return change.session_id, change.what if change.what in ("journal", "request") else ""
