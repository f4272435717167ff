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

_TRIES = 3

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
        # Sessions found to be gone without a notice since the last look at everything: it may be on its way.
        self._gone: set[str] = set()
        # Sessions whose files were away, of which there was notice just now.
        self._back: set[str] = set()

    def learn(self) -> None:
        """Take everything that is there as known.

        Raises:
            OSError: A folder cannot be listed.
        """
        for kind in self.folders.paths:
            self._files[kind] = self.folders.listed(kind, {})

    def look_everywhere(self) -> list[Change]:
        """What others did in all folders since the last look; a folder that cannot be listed is left out."""
        self._gone.clear()
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
            names = [name for name, version in there.items() if known.get(name) is not version]
            names += known.keys() - there.keys()
            touched += [(kind, name) for name in names]
        return self._look_unasked([*touched, *self._doubtful()])

    def look(self, paths: Iterable[Path], gone: Iterable[Path] = ()) -> list[Change]:
        """What others did at some paths since the last look.

        Args:
            paths: What was touched.
            gone: What of it was removed meanwhile. Where it is there again, that is a change even if it is the
                same file: whoever looked in between has not found it.
        """
        owned = [owner for path in paths if (owner := self.folders.owner(path)) is not None]
        self._back = {name for path in gone if (name := self._session_of(path)) is not None}
        changes = self._look(owned)
        self._back.clear()
        self._gone.difference_update(name for kind, name in owned if kind == "sessions")
        return changes

    def _session_of(self, path: Path) -> str | None:
        """The session whose own file is at a path."""
        kind, session_id = self.folders.owner(path) or (None, None)
        return session_id if kind == "sessions" else None

    def look_at_torn(self) -> list[Change]:
        """What has become of the files that could not be understood."""
        return self._look_unasked([("sessions", session_id) for session_id in self.torn.ids()])

    def _doubtful(self) -> list[tuple[Kind, str]]:
        """The files that are worth another look although they have not changed."""
        return [("sessions", session_id) for session_id in {*self.torn.ids(), *self._unreadable}]

    def _look_unasked(self, files: Iterable[tuple[Kind, str]]) -> list[Change]:
        """What others did to some files of which there was no notice yet."""
        changes = self._look(files)
        self._gone.update(change.session_id for change in changes if change.what == "deleted")
        return changes

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
            if session_id not in self._unreadable:
                _log.warning("%s could not be looked at: %s", path, error)
            if kind == "sessions":
                self.torn.settled(session_id)
                self._unreadable.add(session_id)
            return None
        before = self._files[kind].get(session_id)
        if kind == "sessions":
            return self._session(path, session_id, before, now)
        if now == before:
            return None
        if kind == "journal":
            is_own, now = _is_own_journal(path, before, now)
            self._take(kind, session_id, now)
            return None if is_own else Change("journal", session_id)
        self._take(kind, session_id, now)
        return self._beside(path, kind, session_id, before, now)

    def _beside(
        self, path: Path, kind: Kind, session_id: str, before: Signature | None, now: Signature | None
    ) -> Change | None:
        """What a change of one of our own files beside the session means."""
        if is_own_write(path):
            return None
        if kind == "requests":
            return None if now is None else Change("request", session_id)
        file = self._files["sessions"].get(session_id)
        if file is None:
            return None
        # Each save puts another file there, perhaps with the number of an earlier one, but never newer than the
        # session's own; one that is newer is written by a program that opened it before it was replaced.
        is_same = before is not None and now is not None and before.inode == now.inode
        is_late = is_same and now is not None and now.mtime_ns >= file.mtime_ns
        return Change("updated", session_id) if is_late or kind == "meta" else None

    def _session(
        self, path: Path, session_id: str, before: Signature | None, now: Signature | None
    ) -> Change | None:
        """What others did to a session's file."""
        is_torn = session_id in self.torn and not self.torn.can_wait(session_id, self._clock())
        is_doubtful = is_torn or session_id in self._unreadable
        # That nothing is there is no change only after we have looked: a file of ours may have come and gone.
        is_back = now is not None and session_id in self._back
        if now is not None and now == before and not is_doubtful and not is_back:
            return None
        is_own = is_own_write(path) and not is_back
        if now is not None and not is_own:
            return self._content(path, session_id, before, now)
        self.torn.settled(session_id)
        self._unreadable.discard(session_id)
        self._take("sessions", session_id, now)
        return None if is_own or session_id in self._gone else Change("deleted", session_id)

    def _content(self, path: Path, session_id: str, before: Signature | None, now: Signature) -> Change | None:
        """What is to be told of a session's file that another program wrote."""
        entry = self._read(path, session_id)
        if entry is not None and entry.state == "missing":
            return None  # removed this moment, of which there will be notice
        self._take("sessions", session_id, now)
        if entry is not None and entry.state == "damaged":
            verdict = self.torn.found(session_id, now, self._clock(), is_new=before is None)
            return None if verdict == "wait" else Change("updated", session_id, writing=verdict == "writing")
        is_new = self.torn.settled(session_id) or before is None
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
            if kind == "sessions":
                self._gone.discard(session_id)

    def _read(self, path: Path, session_id: str) -> Entry | None:
        """What the session layer says of a file, None if that failed."""
        try:
            return look_at(path.parent, session_id, Patience(0))
        except Exception:  # noqa: BLE001 - one odd file must not end the watching of all others
            _log.exception("%s could not be read", path)
            return None


def _is_own_journal(path: Path, before: Signature | None, now: Signature | None) -> tuple[bool, Signature | None]:
    """Whether all that has happened to a journal was our own doing, and the version up to which that was told."""
    for _ in range(_TRIES):
        if now is not None and now.size == 0 and (before is None or before.inode != now.inode):
            return True, now  # just made, by whomever; what it is made for is told
        # The whole of a file that we wrote anew may hold what others had added: that it is ours says too little.
        if is_own_write(path) if now is None else is_own_growth(path, before, now):
            return True, now
        # We may have gone on writing between the two questions.
        again = signature(path)
        if again == now:
            break
        now = again
    return False, now


def _subject(change: Change) -> tuple[str, str]:
    """What a change is about: of several about the same thing the first says most."""
    return change.session_id, change.what if change.what in ("journal", "request") else ""
