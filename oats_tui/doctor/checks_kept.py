"""What this program keeps beside the sessions: journals, the trash, the quarantine, earlier versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from oats_tui.core.datadir import OURS
from oats_tui.core.items import SUFFIX
from oats_tui.doctor.finding import Finding, amount, counted, named
from oats_tui.doctor.layout import QUARANTINE
from oats_tui.doctor.scan import Item, Scene
from oats_tui.session.entries import Entry


def check_kept(scene: Scene, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Say what is kept, and how much room it takes."""
    states = {entry.id: entry.state for entry in entries}
    yield from _orphans(scene, states)
    copies = [item for item in scene.below(QUARANTINE) if item.is_file]
    if copies:
        yield Finding(
            "kept",
            "note",
            f"{counted(len(copies), 'file')} in the quarantine, {amount(size_of(copies))}: copies of what was "
            "damaged, and leftovers.",
            "Remove them when you no longer need them.",
            scene.data_dir / OURS / QUARANTINE,
        )
    deleted = [item for item in scene.below("trash") if item.is_folder]
    if deleted:
        yield Finding(
            "kept",
            "note",
            f"{counted(len(deleted), 'deleted session')} in the trash, {amount(size_of(in_trash(scene)))}. "
            "Nothing is ever removed from there unasked.",
            "Remove what you will not want back.",
            scene.data_dir / OURS / "trash",
        )
    yield from _earlier(scene, states)


def size_of(items: Sequence[Item]) -> int:
    """How many bytes files have together."""
    return sum(item.found.st_size for item in items if item.is_file)


def in_trash(scene: Scene) -> list[Item]:
    """The files in the trash."""
    return [item for item in scene.ours if item.is_file and item.steps[1] == "trash"]


def _orphans(scene: Scene, states: Mapping[str, str]) -> Iterator[Finding]:
    """Find journals and facts whose session is not there."""
    journals = _without_session(scene, "journal", ".log", states)
    if journals:
        yield Finding(
            "kept",
            "warning",
            f"{counted(len(journals), 'journal')} without a session. There may be messages inside that are "
            "nowhere else.",
            "Another program may have deleted the session. Keep it until you know that you do not need it.",
            examples=named(journals, scene.data_dir),
            count=len(journals),
        )
    facts = _without_session(scene, "meta", SUFFIX, states)
    if facts:
        yield Finding(
            "kept",
            "note",
            f"{counted(len(facts), 'file')} of our own facts about no session.",
            "Nothing has to be done.",
            examples=named(facts, scene.data_dir),
            count=len(facts),
        )


def _without_session(scene: Scene, folder: str, ending: str, states: Mapping[str, str]) -> list[Path]:
    """The files in one of our folders that are about no session."""
    items = (item for item in scene.below(folder) if item.is_file and item.name.endswith(ending))
    return [item.path for item in items if item.name.removesuffix(ending) not in states]


def _earlier(scene: Scene, states: Mapping[str, str]) -> Iterator[Finding]:
    """Find the versions before the last saves; where the session is whole they are needed no more."""
    versions = [item for item in scene.below("prev") if item.is_file]
    spare = [item for item in versions if states.get(item.name) == "ok"]
    needed = [item for item in versions if states.get(item.name) != "ok"]
    if spare:
        yield Finding(
            "kept",
            "note",
            f"{counted(len(spare), 'earlier version')} of sessions that are whole, {amount(size_of(spare))}.",
            "They may be thrown away: oats-tui doctor --repair does it.",
            scene.data_dir / OURS / "prev",
            remedy="drop versions",
            targets=tuple(item.path for item in spare),
        )
    if needed:
        yield Finding(
            "kept",
            "note",
            f"{counted(len(needed), 'earlier version')} of sessions that are damaged or gone, "
            f"{amount(size_of(needed))}.",
            "Keep them: they may be all that is left.",
            scene.data_dir / OURS / "prev",
            examples=named([item.path for item in needed], scene.data_dir),
            count=len(needed),
        )
