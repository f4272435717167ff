"""One look at everything in the data directory. No link is followed, and nothing is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from oats_tui.core.datadir import OURS, SHARED

# Our folder, one of the folders in it, and what lies in that.
_IN_OURS = 3

_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What lies at one place in the data directory.

    Attributes:
        data_dir: The data directory.
        steps: The names of the folders that lead to it from there, and its own.
        found: What the system says of it; a link was not followed.
    """

    data_dir: Path
    steps: tuple[str, ...]
    found: os.stat_result

    @property
    def path(self) -> Path:
        """The place."""
        return self.data_dir.joinpath(*self.steps)

    @property
    def name(self) -> str:
        """Its own name."""
        return self.steps[-1]

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.found.st_mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and not a link to one."""
        return stat.S_ISDIR(self.found.st_mode)

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return _KINDS.get(stat.S_IFMT(self.found.st_mode), "something unknown")


@dataclass(slots=True)
class Scene:
    """What lies in the data directory.

    Attributes:
        data_dir: The data directory.
        now: When it was looked at, in seconds since 1970.
        roots: The folders of the sessions and of what is ours, those that are there.
        sessions: What lies in the folder of the sessions, not below it.
        ours: What lies in and below our own folder.
        faults: The folders that could not be listed.
    """

    data_dir: Path
    now: float
    roots: list[Item] = field(default_factory=list)
    sessions: list[Item] = field(default_factory=list)
    ours: list[Item] = field(default_factory=list)
    faults: list[tuple[Path, OSError]] = field(default_factory=list)

    def below(self, name: str) -> list[Item]:
        """What lies directly in one of our own folders."""
        return [item for item in self.ours if len(item.steps) == _IN_OURS and item.steps[1] == name]

    def everything(self) -> Iterator[Item]:
        """Every place that is ours or shared."""
        yield from self.roots
        yield from self.sessions
        yield from self.ours


def look(data_dir: Path, now: float) -> Scene:
    """Look at the sessions and at all that is ours.

    A folder of the two that is a link is not looked behind: it is only named in `roots`.
    """
    scene = Scene(data_dir, now)
    for name, places, is_deep in ((SHARED, scene.sessions, False), (OURS, scene.ours, True)):
        try:
            root = Item(data_dir, (name,), os.lstat(data_dir / name))
        except FileNotFoundError:
            continue
        except OSError as error:
            scene.faults.append((data_dir / name, error))
            continue
        scene.roots.append(root)
        if root.is_folder:
            places += _listed(root, scene.faults, is_deep=is_deep)
    return scene


def _listed(root: Item, faults: list[tuple[Path, OSError]], *, is_deep: bool) -> list[Item]:
    """What lies in a folder, sorted by name, with what lies below it if that is wanted."""
    found: list[Item] = []
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            items = [*_directly_in(folder, faults)]
        except OSError as error:
            faults.append((folder.path, error))
            continue
        found += items
        if is_deep:
            waiting += [item for item in items if item.is_folder]
    return sorted(found, key=lambda item: item.steps)


def _directly_in(folder: Item, faults: list[tuple[Path, OSError]]) -> Iterator[Item]:
    """What lies in a folder and has not gone since it was listed."""
    # Twenty thousand sessions have eighty thousand files; Path objects for each would cost more than all else.
    with os.scandir(folder.path) as entries:
        for entry in entries:
            try:
                yield Item(folder.data_dir, (*folder.steps, entry.name), entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                continue
            except OSError as error:
                faults.append((Path(entry.path), error))
