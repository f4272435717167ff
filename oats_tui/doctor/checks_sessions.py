"""Which sessions can be opened, and what is wrong with the others?"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace

from oats_tui.core.datadir import SHARED
from oats_tui.core.items import SUFFIX, is_id
from oats_tui.doctor.finding import Finding, counted, named
from oats_tui.doctor.layout import is_temporary
from oats_tui.doctor.scan import Item, Scene
from oats_tui.doctor.sessions import savable
from oats_tui.session.entries import Entry, State

_DAMAGED = Finding(
    "sessions",
    "problem",
    "cannot be opened: damaged.",
    "Open it in oats-tui, which offers what can be saved; the damaged file itself is kept.",
)
_UNREADABLE = Finding(
    "sessions",
    "problem",
    "cannot be read.",
    "Give yourself the right to read it, or move it out of the folder of the sessions.",
)
_FOREIGN = Finding(
    "sessions",
    "warning",
    "cannot be opened: not the session of this name.",
    "Move it out of the folder of the sessions, or give it the name of the id that it holds.",
)
_WORDS: dict[State, Finding] = {"damaged": _DAMAGED, "unreadable": _UNREADABLE, "foreign": _FOREIGN}


def check_sessions(scene: Scene, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Say how many sessions can be opened, and name those that cannot, each with the reason."""
    items = {item.name: item for item in scene.sessions}
    for state, finding in _WORDS.items():
        found = [entry for entry in entries if entry.state == state]
        if found:
            reasons = (f"{SHARED}/{entry.id}{SUFFIX}: {_reason(entry, items, scene)}" for entry in found)
            yield replace(
                finding, what=f"{_files(len(found))} {finding.what}", examples=tuple(reasons), count=len(found)
            )
    good = sum(entry.state == "ok" for entry in entries)
    yield Finding("sessions", "ok", f"{counted(good, 'session')} can be opened; each was read to its end.")
    yield from _strays(scene)


def _files(count: int) -> str:
    """So many files, and where."""
    return f"{counted(count, 'file')} in the folder of the sessions"


def _reason(entry: Entry, items: dict[str, Item], scene: Scene) -> str:
    """Why an entry cannot be opened, in words."""
    item = items.get(f"{entry.id}{SUFFIX}")
    if item is not None and not item.is_file:
        return f"it is {item.kind}, not a file."
    if entry.state == "unreadable" and item is not None:
        return f"{entry.problem} Its mode is {stat.S_IMODE(item.found.st_mode):04o}."
    if entry.state == "damaged":
        saved = savable(scene.data_dir / SHARED / f"{entry.id}{SUFFIX}")
        return f"{entry.problem} {counted(saved, 'message') if saved else 'Nothing'} of it can be saved."
    return entry.problem


def _strays(scene: Scene) -> Iterator[Finding]:
    """Find what is in the folder of the sessions and cannot be one."""
    misnamed, others = [], []
    for item in scene.sessions:
        name = item.name
        if name.endswith(SUFFIX):
            if not is_id(name.removesuffix(SUFFIX)):
                misnamed.append(item.path)
        elif not is_temporary(name):
            others.append(item.path)
    if misnamed:
        yield Finding(
            "sessions",
            "warning",
            f"{_files(len(misnamed))} with a name that no session can have: "
            "too long, beginning with a dot, or with control characters.",
            "Rename it, or move it out of the folder.",
            examples=named(misnamed, scene.data_dir),
            count=len(misnamed),
        )
    if others:
        yield Finding(
            "sessions",
            "note",
            f"{counted(len(others), 'file or folder', 'files and folders')} beside the sessions in their folder.",
            "Nothing has to be done; it is left alone.",
            examples=named(others, scene.data_dir),
            count=len(others),
        )
