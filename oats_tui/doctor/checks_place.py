"""Is the data directory there, can it be written, is there room, and what kind of disk is it on?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oats_tui.core.datadir import OURS, SHARED, try_writing
from oats_tui.doctor.finding import Finding, amount, counted, reason

# A session of many pictures has some tens of megabytes, and is written anew at each save.
_LITTLE_SPACE = 500_000_000
_NO_SPACE = 20_000_000
_FEW_INODES = 1000

_NETWORK = frozenset(
    [
        "9p",
        "acfs",
        "afs",
        "afpfs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "drvfs",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.grpcfuse",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "fuse.vmhgfs-fuse",
        "gfs2",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "prl_fs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    ]
)
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system is mounted.

    Attributes:
        point: The folder.
        kind: The file system's type, such as ext4.
    """

    point: str
    kind: str


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
    try:
        mount = mount_of(os.path.realpath(_existing(data_dir)), mountinfo.read_text("utf-8", "surrogateescape"))
    except OSError:
        return  # a system that does not tell
    if mount is None:
        return
    if mount.kind in _NETWORK:
        yield Finding(
            "disk",
            "note",
            f"The data directory is on a network mount or shared folder ({mount.kind} at {mount.point}). What "
            "others write is noticed by looking every few seconds instead of at once, and locks may not work.",
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


def mount_of(path: str, mountinfo: str) -> Mount | None:
    """The mount that a path lies on.

    Args:
        path: The path, absolute and without links.
        mountinfo: What the system tells of its mounts, a line for each, in the form of /proc/self/mountinfo.
    """
    best: Mount | None = None
    for line in mountinfo.splitlines():
        fields, _, rest = line.partition(" - ")
        columns, kind = fields.split(" "), rest.partition(" ")[0]
        if len(columns) < 5 or not kind:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), columns[4])
        # Of two mounts on the same folder the later one hides the other.
        if _is_below(path, point) and (best is None or len(point) >= len(best.point)):
            best = Mount(point, kind)
    return best


def _is_below(path: str, point: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == point or path.startswith(point.rstrip("/") + "/")


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
