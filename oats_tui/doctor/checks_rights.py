"""May others read or change what is private, and does all of it belong to one user?"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from oats_tui.doctor.finding import Area, Finding, Severity, counted, named
from oats_tui.doctor.layout import is_kept
from oats_tui.doctor.scan import Item, Scene

_OTHERS = 0o077


def check_rights(scene: Scene) -> Iterator[Finding]:
    """Find what more than its owner may read or write, and what belongs to another user than the rest."""
    owner = scene.data_dir.stat()
    private = [item for item in scene.everything() if is_kept(item)]
    wide = [item for item in private if stat.S_IMODE(item.found.st_mode) & _OTHERS]
    # Behind a folder that nobody else may enter, it makes no difference.
    severity: Severity = "warning" if owner.st_mode & _OTHERS else "note"
    for items, one in ((wide, "folder"), (wide, "file")):
        paths = [item.path for item in items if item.is_folder == (one == "folder")]
        if paths:
            yield _wide(paths, one, severity, scene.data_dir)
    strange = [item for item in scene.everything() if item.found.st_uid != owner.st_uid]
    if strange:
        yield _strange(strange, scene.data_dir)
    if not wide and not strange:
        yield Finding("permissions", "ok", "Only their owner may read the sessions.")


def check_private(area: Area, folder: Path) -> Iterator[Finding]:
    """Find out whether one of our folders outside the data directory is for its owner only; it is there."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        yield Finding(
            area,
            "warning",
            f"It may be read by others (mode {mode:04o} instead of 0700).",
            "oats-tui doctor --repair takes the permissions of others away.",
            folder,
            remedy="tighten",
            targets=(folder,),
        )


def _wide(paths: Sequence[Path], one: str, severity: Severity, data_dir: Path) -> Finding:
    """What is to be said of files or folders that others may read."""
    mode = "0700" if one == "folder" else "0600"
    verb = "has" if len(paths) == 1 else "have"
    return Finding(
        "permissions",
        severity,
        f"{counted(len(paths), one)} {verb} permissions wider than {mode}: others on this machine may get at "
        "them. Other programs, oats among them, make them so.",
        "oats-tui doctor --repair takes the permissions of others away.",
        examples=named(paths, data_dir),
        count=len(paths),
        remedy="tighten",
        targets=tuple(paths),
    )


def _strange(items: Sequence[Item], data_dir: Path) -> Finding:
    """What is to be said of what belongs to another user."""
    verb = "belongs" if len(items) == 1 else "belong"
    return Finding(
        "permissions",
        "problem",
        f"{counted(len(items), 'file or folder', 'files and folders')} {verb} to another user than the data "
        "directory, perhaps because a program was run as root.",
        "Give them to the owner of the data directory with chown.",
        examples=named([item.path for item in items], data_dir),
        count=len(items),
    )
