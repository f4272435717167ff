"""What belongs in our own folder, and under which names."""

from __future__ import annotations

import re
from typing import Final

from oats_tui.core.datadir import SHARED
from oats_tui.core.items import SUFFIX
from oats_tui.doctor.scan import Item

TEMPORARY: Final = re.compile(r"\.[0-9a-f]{32}\.tmp")
"""The name of a file that is just being written; the program that was killed leaves it behind."""

LEFTOVER_SECONDS: Final = 3600.0
"""The age at which such a file is nobody's any more."""

QUARANTINE: Final = "quarantine"

NAMES: Final[dict[str, re.Pattern[str]]] = {
    "journal": re.compile(r"[^.].*\.log", re.DOTALL),
    "meta": re.compile(r"[^.].*\.(json|damaged)", re.DOTALL),
    "about": re.compile(r"[^.].*\.log", re.DOTALL),
    "trash": re.compile(r"[^.].*\.[0-9]{8}T[0-9]{12}", re.DOTALL),
    QUARANTINE: re.compile(r"[^.].*\.(damaged|leftover)", re.DOTALL),
    "requests": re.compile(r"[^.].*\.json", re.DOTALL),
    "prev": re.compile(r"[^.].*", re.DOTALL),
    "locks": re.compile(r"[^.].*\.(lock|turn|meta)", re.DOTALL),
}
"""By the name of a folder, the names of what may lie in it."""

IN_TRASH: Final = frozenset({"session", "journal", "meta", "about", "facts"})
"""The files of one deleted session."""


def is_temporary(name: str) -> bool:
    """Whether this is the name of a file that is just being written, or was."""
    return TEMPORARY.fullmatch(name) is not None


def is_kept(item: Item) -> bool:
    """Whether this is a session's file, or a file or folder of ours, or the folder of either."""
    steps = item.steps
    if len(steps) == 1:
        return item.is_folder
    if steps[0] == SHARED:
        return item.is_file and (item.name.endswith(SUFFIX) or is_temporary(item.name))
    return (item.is_file or item.is_folder) and steps[1] in NAMES and is_known(item)


def is_known(item: Item) -> bool:
    """Whether something in or below our own folder is what we put there; told of each strange thing only once."""
    steps, name = item.steps[1:], item.name
    if len(steps) == 1:
        return (item.is_folder and name in NAMES) or (item.is_file and is_temporary(name))
    if steps[0] not in NAMES:
        return True  # what is in a strange folder is told by that folder
    if item.is_file and is_temporary(name):
        return True
    if steps[0] == "trash":
        return _is_known_in_trash(item, steps)
    return len(steps) == 2 and item.is_file and NAMES[steps[0]].fullmatch(name) is not None


def _is_known_in_trash(item: Item, steps: tuple[str, ...]) -> bool:
    """Whether something in the trash is a deleted session, or a part of one."""
    if len(steps) == 2:
        return item.is_folder and NAMES["trash"].fullmatch(steps[1]) is not None
    return len(steps) == 3 and item.is_file and item.name in IN_TRASH
