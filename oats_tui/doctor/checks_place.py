"""Is the data directory there, can it be written, is there room, and what kind of disk is it on?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from oats_tui.core.datadir import OURS, SHARED, try_writing
from oats_tui.core.mounts import is_network, mount_of
from oats_tui.doctor.finding import Finding, amount, counted, reason

# A session of many pictures has some tens of megabytes, and is written anew at each save.
_LITTLE_SPACE = 500_000_000
_NO_SPACE = 20_000_000
_FEW_INODES = 1000

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def is_path(folder: Path) -> bool:
    """Whether the system could have something of that name at all."""
    try:
        return b"\0" not in os.fsencode(folder)
    except UnicodeEncodeError:
        return False


def check_place(data_dir: Path, chosen_by: str) -> Iterator[Finding]:
    """Find out whether the data directory is there and can be written, by writing."""
    if not data_dir.exists():
        yield _missing(data_dir, chosen_by)
        return
    if not data_dir.is_dir():
        yield Finding(
            "data directory",
            "problem",
            f"The data directory, chosen by {chosen_by}, is not a folder.",
            "Move away what lies there, or choose another folder with --data-dir.",
            data_dir,
        )
        return
    problems = list(_unwritable(data_dir))
    yield from problems
    if not problems:
        yield Finding("data directory", "ok", "It is there and can be written (a file was written and removed).")


def check_space(data_dir: Path) -> Iterator[Finding]:
    """Find out how much room there is."""
    found = os.statvfs(_existing(data_dir))
    free = found.f_bavail * found.f_frsize
    what_to_do = "Make room on the disk; a session is saved by writing it anew beside the old one."
    if free < _LITTLE_SPACE:
        severity = "problem" if free < _NO_SPACE else "warning"
        yield Finding("disk", severity, f"Only {amount(free)} are free.", what_to_do, data_dir)  # type: ignore[arg-type]
    else:
        yield Finding("disk", "ok", f"{amount(free)} are free.", path=data_dir)
    if found.f_files and found.f_favail < _FEW_INODES:
        left = counted(found.f_favail, "more file")
        yield Finding("disk", "warning", f"The disk has room for {left} only.", what_to_do, data_dir)


def check_mount(data_dir: Path, mountinfo: Path = Path("/proc/self/mountinfo")) -> Iterator[Finding]:
    """Find out whether the data directory is on a disk of this machine."""
    mount = mount_of(data_dir, mountinfo)
    if mount is None:
        return  # a system that does not tell
    if is_network(mount.kind):
        yield Finding(
            "disk",
            "note",
            f"The data directory is on a network mount or shared folder ({mount.kind} at {mount.point}). What "
            "others write there is noticed by looking every 2 to 5 seconds instead of by the system's notices, "
            "and locks may not work.",
            "Have a session open on one machine at a time, or choose a folder on a disk of this machine.",
            data_dir,
        )
    elif mount.kind in _IN_MEMORY:
        yield Finding(
            "disk",
            "warning",
            f"The data directory is in memory ({mount.kind} at {mount.point}): the sessions are gone when the "
            "machine is switched off.",
            "Choose a folder on a disk.",
            data_dir,
        )
    else:
        yield Finding("disk", "ok", f"It is on a disk of this machine ({mount.kind}).", path=data_dir)


def _missing(data_dir: Path, chosen_by: str) -> Finding:
    """What is to be said of a data directory that is not there."""
    above = _existing(data_dir)
    if os.path.lexists(data_dir):
        return Finding(
            "data directory",
            "problem",
            f"The data directory, chosen by {chosen_by}, is a link to what is not there.",
            "Make the folder that the link names, or remove the link.",
            data_dir,
        )
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        return Finding(
            "data directory",
            "problem",
            f"The data directory, chosen by {chosen_by}, is not there, and this user cannot make it in {above}.",
            "Choose another folder with --data-dir, or have this one made for you.",
            data_dir,
        )
    return Finding("data directory", "note", "It is not there yet; it is made at the first start.", path=data_dir)


def _unwritable(data_dir: Path) -> Iterator[Finding]:
    """Write into each folder that is there; where one is missing, into the data directory as well."""
    folders = [data_dir / SHARED, data_dir / OURS]
    present = [folder for folder in folders if os.path.lexists(folder)]
    for folder in present if len(present) == len(folders) else [data_dir, *present]:
        try:
            try_writing(folder)
        except OSError as error:
            yield Finding(
                "data directory",
                "problem",
                f"Nothing can be written to {folder}: {reason(error)}.",
                "See who owns the folder and what its permissions are, or choose another with --data-dir.",
                folder,
            )


def _existing(path: Path) -> Path:
    """The path itself or the first folder above it that is there."""
    return next((place for place in (path, *path.parents) if place.exists()), Path("/"))
