"""What lay in the watched folders at the last look, compared with what lies there now."""

from __future__ import annotations

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

    Attributes:
        folders: What is watched.
        torn: The files of sessions that are broken, perhaps only for a moment.

    Args:
        folders: What is watched.
        clock: Seconds, monotonic.
    """

    def __init__(self, folders: Folders, clock: Callable[[], float] = time.monotonic) -> None:
        self.folders = folders
        self.torn = TornFiles()
        self._clock = clock
        self._files: dict[Kind, dict[str, Signature]] = {kind: {} for kind in folders.paths}
        # Files of sessions that could not be read: that may end without another version of the file.
        self._unreadable: set[str] = set()
        self._unlisted: set[Kind] = set()

    def learn(self) -> None:
        """Take everything that is there as known.

        Raises:
            OSError: A folder cannot be listed.
        """
        for kind in self.folders.paths:
            self._files[kind] = self.folders.listed(kind, {})

    def look_everywhere(self) -> list[Change]:
        """What others did in all folders since the last look; a folder that cannot be listed is left out."""
        touched: list[tuple[Kind, str]] = []
        for kind, folder in self.folders.paths.items():
            known = self._files[kind]
            try:
                there = self.folders.listed(kind, known)
            except OSError as error:
                if kind not in self._unlisted:
                    _log.warning("%s cannot be listed: %s", folder, error.strerror)
                self._unlisted.add(kind)
                continue
            self._unlisted.discard(kind)
            names = [name for name, version in there.items() if known.get(name) != version]
            names += known.keys() - there.keys()
            touched += [(kind, name) for name in names]
        return self._look([*touched, *self._doubtful()])

    def look(self, paths: Iterable[Path]) -> list[Change]:
        """What others did at some paths since the last look."""
        return self._look(owner for path in paths if (owner := self.folders.owner(path)) is not None)

    def look_at_torn(self) -> list[Change]:
        """What has become of the files that could not be understood."""
        return self._look(("sessions", session_id) for session_id in self.torn.ids())

    def _doubtful(self) -> list[tuple[Kind, str]]:
        """The files that are worth another look although they have not changed."""
        return [("sessions", session_id) for session_id in {*self.torn.ids(), *self._unreadable}]

    def _look(self, files: Iterable[tuple[Kind, str]]) -> list[Change]:
        """What others did to some files since the last look, each session's own file first."""
        kinds = list(self.folders.paths)
        changes: dict[tuple[str, str], Change] = {}
        for kind, session_id in sorted(set(files), key=lambda each: (kinds.index(each[0]), each[1])):
            change = self._look_at(kind, session_id)
            if change is not None:
                changes.setdefault(_subject(change), change)
        return list(changes.values())

    def _look_at(self, kind: Kind, session_id: str) -> Change | None:
        """What others did to one file."""
        path = self.folders.path(kind, session_id)
        try:
            now = signature(path)
        except OSError as error:
            _log.warning("%s could not be looked at: %s", path, error)
            return None
        before = self._files[kind].get(session_id)
        if kind == "sessions":
            return self._session(path, session_id, before, now)
        if now == before:
            return None
        self._take(kind, session_id, now)
        return self._beside(path, kind, session_id, before, now)

    def _beside(
        self, path: Path, kind: Kind, session_id: str, before: Signature | None, now: Signature | None
    ) -> Change | None:
        """What a change of one of our own files beside the session means."""
        if kind == "journal" and now is not None:
            # The whole of a file that we wrote anew may hold what others had added a moment before.
            return None if is_own_growth(path, before, now) else Change("journal", session_id)
        if is_own_write(path):
            return None
        if kind == "journal":
            return Change("journal", session_id)
        if kind == "requests":
            return None if now is None else Change("request", session_id)
        # Each save puts another file there; one that changes is written by a program that opened it before that.
        is_late = before is not None and now is not None and before.inode == now.inode
        is_known = session_id in self._files["sessions"]
        return Change("updated", session_id) if is_known and (is_late or kind == "meta") else None

    def _session(
        self, path: Path, session_id: str, before: Signature | None, now: Signature | None
    ) -> Change | None:
        """What others did to a session's file."""
        is_doubtful = session_id in self.torn or session_id in self._unreadable
        # That nothing is there is no change only after we have looked: a file of ours may have come and gone.
        if now is not None and now == before and not is_doubtful:
            return None
        is_own = is_own_write(path)
        if now is not None and not is_own:
            return self._content(path, session_id, before, now)
        self.torn.settled(session_id)
        self._unreadable.discard(session_id)
        self._take("sessions", session_id, now)
        return None if is_own else Change("deleted", session_id)

    def _content(self, path: Path, session_id: str, before: Signature | None, now: Signature) -> Change | None:
        """What is to be told of a session's file that another program wrote."""
        entry = self._read(path, session_id)
        self._take("sessions", session_id, now)
        if entry is not None and entry.state == "damaged":
            verdict = self.torn.found(session_id, now, self._clock(), is_new=before is None)
            return None if verdict == "wait" else Change("updated", session_id, writing=verdict == "writing")
        is_new = self.torn.settled(session_id) or before is None
        if entry is not None and entry.state == "missing":
            return None  # removed this moment, of which there will be notice
        if entry is not None and entry.state == "unreadable":
            is_told = session_id in self._unreadable and now == before
            self._unreadable.add(session_id)
            return None if is_told else Change("updated", session_id)
        self._unreadable.discard(session_id)
        if is_new and entry is not None and entry.state == "ok":
            return Change("created", session_id, entry.title)
        return Change("updated", session_id)

    def _take(self, kind: Kind, session_id: str, now: Signature | None) -> None:
        """Take what lies there as known."""
        if now is None:
            self._files[kind].pop(session_id, None)
        else:
            self._files[kind][session_id] = now

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
