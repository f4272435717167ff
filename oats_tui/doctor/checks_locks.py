"""Which programs are at work in the data directory right now?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from oats_tui.core.files import Holder, holder
from oats_tui.doctor.finding import Finding, counted
from oats_tui.doctor.scan import Item, Scene

_TURN, _SAVE = ".turn", ".lock"
# A save takes fractions of a second; one that takes so long hangs.
_LONG_SECONDS = 60.0


def check_locks(scene: Scene) -> Iterator[Finding]:
    """Name who holds a lock; old files of locks that nobody holds are only counted."""
    locks = [item for item in scene.below("locks") if item.is_file and item.name.endswith((_TURN, _SAVE))]
    # Who lets go empties the file, and even a look at a lock could be in somebody's way.
    held = [(item, by) for item in locks if item.found.st_size and (by := holder(item.path))]
    for item, by in held:
        yield _told(item, by, scene.now)
    names = {item.name for item, _ in held}
    free = tuple(item.path for item in locks if item.name not in names)
    if free:
        yield Finding(
            "locks",
            "ok",
            f"{counted(len(free), 'file')} of locks that nobody holds.",
            "They may be thrown away: oats-tui doctor --repair does it.",
            remedy="drop locks",
            targets=free,
        )


def _told(item: Item, by: Holder, now: float) -> Finding:
    """What is to be said of a lock that is held."""
    who = f"process {by.pid} on {by.host} since {_moment(by.since)}"
    if item.path.suffix == _TURN:
        what = f"Session {item.path.stem} is being answered, by {who}."
        return Finding("locks", "note", what, path=item.path)
    what = f"Session {item.path.stem} is being saved, by {who}."
    if now - by.since > _LONG_SECONDS:
        what_to_do = f"See whether process {by.pid} hangs; nobody else can save this session meanwhile."
        return Finding("locks", "warning", what, what_to_do, item.path)
    return Finding("locks", "note", what, path=item.path)


def _moment(since: float) -> str:
    """A moment in the time of this machine."""
    try:
        return f"{datetime.fromtimestamp(since, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "nobody knows when"
