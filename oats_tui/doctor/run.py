"""One examination, from the setting that chooses the data directory to the report. Nothing is changed unasked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from oats_tui.core.config import data_dir_source, get_cache_dir, get_data_dir, get_state_dir, set_data_dir
from oats_tui.core.datadir import SHARED
from oats_tui.core.errors import OatsError
from oats_tui.doctor.checks_kept import check_kept, in_trash, size_of
from oats_tui.doctor.checks_leftovers import check_leftovers, check_strangers
from oats_tui.doctor.checks_locks import check_locks
from oats_tui.doctor.checks_place import check_mount, check_place, check_space, is_path
from oats_tui.doctor.checks_rights import check_rights
from oats_tui.doctor.checks_sessions import check_sessions
from oats_tui.doctor.checks_settings import check_oats, check_own_folder, check_settings, settings_problem
from oats_tui.doctor.checks_system import check_clock, check_notices, check_watching
from oats_tui.doctor.checks_terminal import check_clipboard, check_login, check_terminal
from oats_tui.doctor.finding import Area, Finding, reason
from oats_tui.doctor.layout import QUARANTINE
from oats_tui.doctor.repair import refusal, repaired
from oats_tui.doctor.report import Report
from oats_tui.doctor.scan import Scene, look
from oats_tui.doctor.sessions import examine
from oats_tui.session.entries import Entry


def run(data_dir: str | None, *, repair: bool = False, clock: Callable[[], float] = time.time) -> Report:
    """Examine the data directory and what belongs to it.

    Without `repair` nothing is changed; files are written to see whether that is possible, and removed.

    Args:
        data_dir: What the command line names as the data directory; None for nothing.
        repair: Whether to do what can be done without losing anything.
        clock: Tells the time in seconds since 1970.
    """
    # What the layers below log would else come to the terminal.
    logging.getLogger("oats_tui").addHandler(logging.NullHandler())
    set_data_dir(data_dir)
    findings = _around()
    try:
        folder, chosen_by = get_data_dir(), data_dir_source()
    except OatsError as error:
        if not any(finding.severity == "problem" for finding in findings):
            findings.append(settings_problem(error))
        return Report(None, None, tuple(findings))
    if not is_path(folder):
        what = f"The data directory, chosen by {chosen_by}, is named by characters that no path can have."
        findings.append(Finding("data directory", "problem", what, "Correct the setting."))
        return Report(folder, chosen_by, tuple(findings))
    findings += _all("data directory", check_place(folder, chosen_by))
    findings += _all("disk", check_space(folder))
    findings += _all("disk", check_mount(folder))
    findings += _all("settings", check_oats(folder))
    scene = look(folder, clock())
    entries: list[Entry] = []
    if folder.is_dir():
        entries, told = _entries(scene)
        findings += [*told, *_inside(scene, entries)]
    if repair:
        refused = refusal(folder)
        findings = [*findings, refused] if refused else repaired(scene, findings)
    return Report(folder, chosen_by, tuple(findings), _counts(scene, entries))


def _around() -> list[Finding]:
    """What is to be said of everything but the data directory."""
    return [
        *_all("settings", check_settings()),
        *_all("watching", check_watching()),
        *_all("terminal", check_terminal()),
        *_all("clipboard", check_clipboard()),
        *_all("login", check_login()),
        *_all("cache", check_own_folder("cache", get_cache_dir())),
        *_all("state", check_own_folder("state", get_state_dir())),
    ]


def _entries(scene: Scene) -> tuple[list[Entry], list[Finding]]:
    """What every session's file is worth, or why that cannot be told."""
    try:
        return examine(scene.data_dir / SHARED), []
    except OatsError as error:
        what = f"{error.title} {error.detail}"
        return [], [Finding("sessions", "problem", what, error.hint, scene.data_dir / SHARED)]


def _inside(scene: Scene, entries: Sequence[Entry]) -> list[Finding]:
    """Everything that is to be said of what lies in the data directory."""
    return [
        *_all("permissions", check_rights(scene)),
        *_all("sessions", check_sessions(scene, entries)),
        *_all("leftovers", check_leftovers(scene)),
        *_all("leftovers", check_strangers(scene)),
        *_all("kept", check_kept(scene, entries)),
        *_all("locks", check_locks(scene)),
        *_all("watching", check_notices(scene)),
        *_all("clock", check_clock(scene)),
    ]


def _all(area: Area, found: Iterable[Finding]) -> Iterator[Finding]:
    """What a check finds; one that cannot be made is a finding itself, and keeps no other from being made."""
    try:
        yield from found
    except OSError as error:
        path = Path(str(error.filename)) if error.filename else None
        yield Finding(area, "problem", f"This could not be looked at: {reason(error)}.", "Try it again.", path)


def _counts(scene: Scene, entries: Sequence[Entry]) -> dict[str, int]:
    """How many there are of what; the names are those of the JSON."""
    states = ("ok", "damaged", "foreign", "unreadable")
    sessions = {f"sessions_{state}": sum(entry.state == state for entry in entries) for state in states}
    kept = {name: [item for item in scene.below(name) if item.is_file] for name in (QUARANTINE, "prev")}
    return {
        "sessions": len(entries),
        **sessions,
        "session_bytes": size_of(scene.sessions),
        "trash": sum(item.is_folder for item in scene.below("trash")),
        "trash_bytes": size_of(in_trash(scene)),
        **{name: len(items) for name, items in kept.items()},
        **{f"{name}_bytes": size_of(items) for name, items in kept.items()},
        "journals": sum(item.is_file for item in scene.below("journal")),
    }
