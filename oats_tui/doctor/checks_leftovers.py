"""What programs that were killed left behind, and what lies in our folders without belonging there."""

from __future__ import annotations

from collections.abc import Iterator

from oats_tui.core.datadir import OURS
from oats_tui.doctor.finding import Finding, counted, named, reason, relative
from oats_tui.doctor.layout import LEFTOVER_SECONDS, is_known, is_temporary
from oats_tui.doctor.scan import Item, Scene


def check_leftovers(scene: Scene) -> Iterator[Finding]:
    """Find temporary files that are nobody's any more."""
    found = [item.path for item in (*scene.sessions, *scene.ours) if is_leftover(item, scene.now)]
    if found:
        yield Finding(
            "leftovers",
            "warning",
            f"{counted(len(found), 'temporary file')} older than an hour, left by a program that was killed.",
            "oats-tui doctor --repair moves them to oats_tui/quarantine.",
            examples=named(found, scene.data_dir),
            count=len(found),
            remedy="set aside",
            targets=tuple(found),
        )


def check_strangers(scene: Scene) -> Iterator[Finding]:
    """Find what lies in our own folder and is not ours, or is not a file or folder at all."""
    for root in scene.roots:
        if not root.is_folder:
            yield _not_a_folder(root)
    for path, error in scene.faults:
        yield Finding(
            "data directory",
            "problem",
            f"{relative(path, scene.data_dir)} cannot be listed: {reason(error)}.",
            "See who owns it and what its permissions are.",
            path,
        )
    strange = [item for item in scene.ours if not is_known(item)]
    if strange:
        names = named([item.path for item in strange], scene.data_dir)
        yield Finding(
            "leftovers",
            "note",
            f"{counted(len(strange), 'file or folder', 'files and folders')} in {OURS} that this program does not "
            "know.",
            "Look at them; nothing here touches them.",
            examples=tuple(f"{name} ({item.kind})" for name, item in zip(names, strange, strict=False)),
            count=len(strange),
        )
    empty = [item.path for item in scene.ours if item.is_file and not item.found.st_size and _should_be_full(item)]
    if empty:
        yield Finding(
            "leftovers",
            "note",
            f"{counted(len(empty), 'file')} in {OURS} with nothing inside, perhaps after a power cut.",
            "Nothing has to be done: an empty file counts as none.",
            examples=named(empty, scene.data_dir),
            count=len(empty),
        )


def is_leftover(item: Item, now: float) -> bool:
    """Whether this is a temporary file of ours that nobody is writing any more."""
    return item.is_file and is_temporary(item.name) and now - item.found.st_mtime > LEFTOVER_SECONDS


def _not_a_folder(root: Item) -> Finding:
    """What is to be said of one of the two folders that is something else."""
    if root.kind == "a link":
        return Finding(
            "data directory",
            "note",
            f"{root.name} is a link. Sessions behind it are checked, permissions and leftovers are not.",
            path=root.path,
        )
    return Finding(
        "data directory",
        "problem",
        f"{root.name} is {root.kind}, and should be a folder.",
        "Move it away; the folder is made at the next start.",
        root.path,
    )


def _should_be_full(item: Item) -> bool:
    """Whether an empty file of this name means that something was lost."""
    return item.steps[-2] in ("journal", "meta", "prev") and not is_temporary(item.name)
