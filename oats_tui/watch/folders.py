"""The folders that are watched, and whose file a path in them is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from oats_tui.core.files import ensure_folder
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
        paths: By kind, where each is.
    """

    paths: dict[Kind, Path]

    @classmethod
    def of(cls, data_dir: Path) -> Folders:
        """Those below a data directory; its path is made free of links, since some systems report the real one."""
        data_dir = Path(os.path.realpath(data_dir))
        ours = data_dir / "oats_tui"
        places: dict[Kind, Path] = {kind: ours / kind for kind in _SUFFIXES}
        return cls({**places, "sessions": data_dir / "sessions"})

    def make(self) -> Folders:
        """Make those that are missing, and return them without links.

        Raises:
            OSError: One cannot be made.
        """
        for path in self.paths.values():
            ensure_folder(path)
        return Folders({kind: Path(os.path.realpath(path)) for kind, path in self.paths.items()})

    def identity(self) -> Identity:
        """Which folders lie there now."""
        return tuple(_identity(path) for path in self.paths.values())

    def owner(self, path: Path) -> tuple[Kind, str] | None:
        """Of which kind the file at a path is, and of which session; None for any other file."""
        for kind, folder in self.paths.items():
            if path.parent == folder:
                return self.named(kind, path.name)
        return None

    def named(self, kind: Kind, name: str) -> tuple[Kind, str] | None:
        """The same for the name of a file in the folder of a kind."""
        suffix = _SUFFIXES[kind]
        session_id = name.removesuffix(suffix)
        return (kind, session_id) if name.endswith(suffix) and is_id(session_id) else None

    def path(self, kind: Kind, session_id: str) -> Path:
        """A session's file of a kind."""
        return self.paths[kind] / f"{session_id}{_SUFFIXES[kind]}"


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a folder from another at the same path; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
