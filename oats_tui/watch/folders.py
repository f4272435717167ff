"""The folders that are watched, and whose file a path in them is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from oats_tui.core.files import Signature, ensure_folder, signature_of
from oats_tui.core.items import SUFFIX, is_id

Kind: TypeAlias = Literal["sessions", "meta", "journal", "prev", "requests"]

_SUFFIXES: dict[Kind, str] = {
    "sessions": SUFFIX,
    "meta": SUFFIX,
    "journal": ".log",
    "prev": "",
    "requests": SUFFIX,
}

Identity: TypeAlias = tuple[tuple[int, int] | None, ...]
"""Which folders lie at the watched paths: device and number of each, None for one that is missing."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The watched folders of a data directory.

    Attributes:
        paths: By kind, where each is; the sessions first.
    """

    paths: dict[Kind, Path]

    @classmethod
    def of(cls, data_dir: Path) -> Folders:
        """Those below a data directory."""
        ours = data_dir / "oats_tui"
        places: dict[Kind, Path] = {kind: ours / kind for kind in _SUFFIXES}
        return cls({**places, "sessions": data_dir / "sessions"})

    def real(self) -> Folders:
        """The same without links, as they lead now; some systems report changes under the real path."""
        return Folders({kind: Path(os.path.realpath(path)) for kind, path in self.paths.items()})

    def make(self) -> None:
        """Make those that are missing.

        Raises:
            OSError: One cannot be made.
        """
        for path in self.paths.values():
            ensure_folder(path)

    def make_ours(self) -> None:
        """Make those that are missing beside that of the sessions, unless that is missing, too.

        Raises:
            OSError: One cannot be made.
        """
        for kind, path in self.paths.items():
            if kind != "sessions" and self.has_sessions():
                ensure_folder(path)

    def has_sessions(self) -> bool:
        """Whether the folder of the sessions is there, as far as can be told."""
        # The method of Path raises an error where a folder above may not be entered.
        return os.path.isdir(self.paths["sessions"])  # noqa: PTH112

    def identity(self) -> Identity:
        """Which folders lie there now."""
        return tuple(_identity(path) for path in self.paths.values())

    def owner(self, path: Path) -> tuple[Kind, str] | None:
        """Of which kind the file at a path is, and of which session; None for any other file."""
        for kind, folder in self.paths.items():
            if path.parent == folder:
                session_id = _session_id(kind, path.name)
                return (kind, session_id) if is_id(session_id) else None
        return None

    def path(self, kind: Kind, session_id: str) -> Path:
        """A session's file of a kind."""
        return self.paths[kind] / f"{session_id}{_SUFFIXES[kind]}"

    def listed(self, kind: Kind, known: dict[str, Signature]) -> dict[str, Signature]:
        """The files of a kind that are there, by session; a missing folder has none.

        Args:
            kind: Which kind.
            known: What is known of them; that stays what it was where a file cannot be looked at.

        Raises:
            OSError: The folder cannot be listed.
        """
        found = {}
        try:
            with os.scandir(self.paths[kind]) as entries:
                for entry in entries:
                    session_id = _session_id(kind, entry.name)
                    # What is known has been found to be an id; the rest may have any name.
                    if session_id in known or is_id(session_id):
                        version = _version(entry, known.get(session_id))
                        if version is not None:
                            found[session_id] = version
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return found


def _session_id(kind: Kind, name: str) -> str:
    """The session that a file of a kind belongs to by its name; empty if it cannot be one."""
    suffix = _SUFFIXES[kind]
    return name.removesuffix(suffix) if name.endswith(suffix) else ""


def _version(entry: os.DirEntry[str], known: Signature | None) -> Signature | None:
    """The version of a listed file; the known one if that is still there, or if it cannot be looked at."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return known
    # Thousands of equal objects, made at each look, would have the collector of garbage stop everything else.
    is_known = (
        known is not None
        and known.mtime_ns == found.st_mtime_ns
        and known.size == found.st_size
        and known.inode == found.st_ino
    )
    return known if is_known else signature_of(found)


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a folder from another at the same path; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
