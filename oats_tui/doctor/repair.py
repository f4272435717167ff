"""What --repair does: only what cannot lose anything. Each thing is looked at again just before it is touched."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from oats_tui.core import files
from oats_tui.core.datadir import OURS, SHARED
from oats_tui.core.items import SUFFIX
from oats_tui.doctor.checks_leftovers import is_leftover
from oats_tui.doctor.finding import FEW, Finding, Remedy, counted, reason, relative
from oats_tui.doctor.layout import LEFTOVER_SECONDS, QUARANTINE
from oats_tui.doctor.scan import Item, Scene

_Act: TypeAlias = Callable[[Scene, Path], bool]
"""Does it to one file or folder; returns whether it was done, False where that one is in use or has changed."""


def repaired(scene: Scene, findings: Iterable[Finding]) -> list[Finding]:
    """Do what can be done, in the writer thread.

    Returns:
        The findings; in the place of those that something was done about, what was done and what is left.
    """
    told: list[Finding] = []
    for finding in findings:
        if finding.remedy is None:
            told.append(finding)
        else:
            told += files.submit(partial(_treated, scene, finding, _WAYS[finding.remedy])).result()
    return told


def refusal(data_dir: Path) -> Finding | None:
    """Why nothing may be repaired here; None if it may.

    What another user than the owner makes in the data directory, the owner could not use.
    """
    try:
        owner = data_dir.stat().st_uid
    except OSError:
        return None  # there is nothing of another user then
    if owner == os.geteuid():
        return None
    return Finding(
        "data directory",
        "problem",
        f"Nothing was repaired: the data directory belongs to user {owner}, and this is user {os.geteuid()}.",
        "Run it as the user to whom the data directory belongs.",
        data_dir,
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """How one remedy is done.

    Attributes:
        act: What is done to each file or folder.
        nouns: What they are called, one and several.
        did: What was done to them.
        left: Why some were left alone.
    """

    act: _Act
    nouns: tuple[str, str]
    did: str
    left: str


def _treated(scene: Scene, finding: Finding, way: _Way) -> list[Finding]:
    """Do what can be done about one finding, and say so."""
    done, busy, failed = 0, 0, []
    for path in finding.targets:
        try:
            if way.act(scene, path):
                done += 1
            else:
                busy += 1
        except FileNotFoundError:
            done += 1
        except OSError as error:
            failed.append(f"{relative(path, scene.data_dir)}: {reason(error)}")
    plain = replace(finding, severity="ok", what_to_do="", examples=(), count=0, remedy=None, targets=())
    told = []
    if done:
        told.append(replace(plain, what=f"Repaired: {counted(done, *way.nouns)} {way.did}"))
    if busy:
        told.append(replace(plain, severity="note", what=f"{counted(busy, *way.nouns)} {way.left}"))
    if failed:
        told.append(replace(_failure(failed), area=finding.area))
    return told


def _failure(failed: list[str]) -> Finding:
    """What is to be said of what could not be repaired."""
    return Finding(
        "permissions",
        "problem",
        f"{counted(len(failed), 'file or folder', 'files and folders')} could not be repaired.",
        "See who owns them and what their permissions are.",
        examples=tuple(failed[:FEW]),
        count=len(failed),
    )


def _set_aside(scene: Scene, path: Path) -> bool:
    """Move a temporary file that nobody writes any more to the quarantine."""
    if not is_leftover(Item(path.parent, (path.name,), os.lstat(path)), scene.now):
        return False
    folder = _own_folder(scene, QUARANTINE)
    target = folder / f"{path.name.strip('.').removesuffix('.tmp')}.leftover"
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    files.move_aside(path, target)
    return True


def _tighten(scene: Scene, path: Path) -> bool:
    """Take the permissions of others away."""
    files.tighten(path)
    return True


def _drop_version(scene: Scene, path: Path) -> bool:
    """Throw an earlier version away, unless a save needs it or something was written to it late."""
    lock = _own_folder(scene, "locks") / f"{path.name}.lock"
    held = files.try_lock(lock)
    if held is None:
        return False
    try:
        found, session = os.lstat(path), os.lstat(scene.data_dir / SHARED / f"{path.name}{SUFFIX}")
        if found.st_mtime > session.st_mtime or scene.now - found.st_ctime < LEFTOVER_SECONDS:
            return False
        # Not brought to the disk one by one: what comes back after a power cut goes the next time.
        return files.retire(path, lambda _: True)
    finally:
        held.release()
        files.retire(lock, lambda _: True)


def _drop_lock(scene: Scene, path: Path) -> bool:
    """Remove the file of a lock that nobody holds."""
    return files.retire(path, lambda _: True)


def _own_folder(scene: Scene, name: str) -> Path:
    """One of our own folders, made if it is missing; never what a link leads to.

    Raises:
        OSError: It cannot be made, or a link is in the way.
    """
    folder = scene.data_dir / OURS / name
    files.ensure_folder(folder)
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise NotADirectoryError(errno.ELOOP, "a link is in the way", str(place))
    return folder


_WAYS: dict[Remedy, _Way] = {
    "set aside": _Way(
        _set_aside,
        ("temporary file", "temporary files"),
        "moved to oats_tui/quarantine.",
        "left alone, having changed just now.",
    ),
    "tighten": _Way(
        _tighten, ("file or folder", "files and folders"), "made private.", "left alone, having changed just now."
    ),
    "drop versions": _Way(
        _drop_version,
        ("earlier version", "earlier versions"),
        "thrown away.",
        "kept, being less than an hour old or in use.",
    ),
    "drop locks": _Way(_drop_lock, ("file of a lock", "files of locks"), "thrown away.", "kept, being in use."),
}
