"""Which file system a path lies on, and whether other machines can change what is in it.

The system's notices of changes (inotify) tell of what this machine's kernel does. On a network mount, or in a
folder that a virtual machine's host shares, others change files without this kernel: no notice comes of that, and
whoever wants to know has to look. Locks and the times of files may be of the other machine, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

_TABLE: Final = Path("/proc/self/mountinfo")

# Network file systems, file systems of clusters, and folders shared with a virtual machine by its host.
_NETWORK = frozenset(
    [
        "9p",
        "acfs",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "cvfs",
        "davfs",
        "drvfs",
        "fakeowner",
        "gfs2",
        "glusterfs",
        "gpfs",
        "hgfs",
        "hostfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "panfs",
        "prl_fs",
        "pvfs2",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "sshfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
        "wekafs",
    ]
)

# FUSE is a frame for file systems of any kind; these are of this machine alone.
_LOCAL_FUSE = frozenset(
    [
        "apfs",
        "archivemount",
        "bindfs",
        "cryfs",
        "encfs",
        "exfat",
        "ext2",
        "fuse-archive",
        "fuse-ext2",
        "fuse-overlayfs",
        "fuse-zip",
        "fuse2fs",
        "fuseiso",
        "gocryptfs",
        "lxcfs",
        "mergerfs",
        "mhddfs",
        "ntfs",
        "ntfs-3g",
        "portal",
        "securefs",
        "snapfuse",
        "squashfuse",
        "squashfuse_ll",
        "unionfs",
        "unionfs-fuse",
        "vramfs",
        "zfs-fuse",
    ]
)
_FUSE = "fuse"

_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system is mounted.

    Attributes:
        point: The folder.
        kind: The file system's type, such as ext4.
    """

    point: str
    kind: str


class _Line(NamedTuple):
    """A mount in the system's table: its number, that of the mount it was mounted on, its folder and its type."""

    number: bytes
    parent: bytes
    point: bytes
    kind: bytes


def mount_of(path: Path, table: Path = _TABLE) -> Mount | None:
    """Find the mount that a path lies on.

    Links are followed, for which every folder on the way is looked at: on a dead network mount that takes as long
    as the system lets it.

    Args:
        path: The path. Where it does not exist, it is where the nearest folder above it that exists would have it.
        table: The system's mounts in the form of Linux' /proc/self/mountinfo.

    Returns:
        The mount; None on a system that has no such table, and for a path that no file can have.
    """
    try:
        text = table.read_bytes()
        place = os.fsencode(os.path.realpath(path))
    except (OSError, ValueError):  # ValueError: characters that no path can have
        return None
    found = _reached([line for line in _lines(text) if _is_below(place, line.point)])
    return None if found is None else Mount(os.fsdecode(found.point), os.fsdecode(found.kind))


def is_network(kind: str) -> bool:
    """Whether other machines can change files on a file system of this type without notice to this one.

    That is so on network mounts (NFS, SMB, AFS, 9p, WebDAV), on the file systems of clusters (Ceph, Gluster,
    Lustre, GFS2), and in folders that a virtual machine's host shares (virtiofs, VirtualBox, Parallels, VMware,
    WSL, Docker Desktop): their changes are made by another kernel, and the notices of this one (inotify) tell of
    its own changes only.

    Of the FUSE types all count except those known to be of this machine alone. Those that reach another machine
    (sshfs, rclone and the like) are too many to know, and to look where notices would have done costs little,
    while to wait for notices that never come costs the change.

    Args:
        kind: The file system's type, as `Mount.kind` has it.
    """
    frame, _, inner = kind.partition(".")
    return kind in _NETWORK or (frame == _FUSE and inner not in _LOCAL_FUSE)


def _lines(text: bytes) -> Iterator[_Line]:
    """The mounts in a table, in its order; what is no line of such a table is passed over."""
    for line in text.split(b"\n"):
        fields, _, rest = line.partition(b" - ")
        columns, kind = fields.split(b" "), rest.partition(b" ")[0]
        if len(columns) >= 6 and kind:
            yield _Line(columns[0], columns[1], _unescaped(columns[4]), _unescaped(kind))


def _unescaped(field: bytes) -> bytes:
    """A field of the table as it was before spaces and the like were written as octal numbers."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)


def _is_below(place: bytes, point: bytes) -> bool:
    """Whether a path is a folder or lies in it."""
    return place == point or place.startswith(point.rstrip(b"/") + b"/")


def _reached(covering: list[_Line]) -> _Line | None:
    """The mount that the system comes to on the way along a path, from mount to mount.

    The one with the longest name need not be it: a later mount on a folder above has hidden it.

    Args:
        covering: The mounts on whose folders the path lies, in the order of the table.
    """
    numbers = {line.number for line in covering}
    left, here = list(covering), None
    while ahead := [line for line in left if _stands_on(line, here, numbers)]:
        # The first one on the way; of several on the same folder the last one hides the others.
        here = min(reversed(ahead), key=lambda line: len(line.point))
        left.remove(here)
    return here


def _stands_on(line: _Line, here: _Line | None, numbers: set[bytes]) -> bool:
    """Whether a mount was mounted on another one; one whose parent is not in the table stands on the outermost."""
    is_orphan = line.parent not in numbers or line.parent == line.number
    if here is None:
        return is_orphan
    return len(line.point) > len(here.point) if is_orphan else line.parent == here.number
