"""What the order of the calls of the system must be for a save to be durable."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.disk_state import TEMPORARY
from tests.support.syscalls import Call

RENAMES = ("rename", "replace")
WRITES = ("write", "writev", "pwrite")
# What may be thrown away need not be durable.
DISPOSABLE = ("data/oats_tui/locks", "data/oats_tui/prev")


def by_step(records: Sequence[dict[str, Any]]) -> list[tuple[str, list[Call]]]:
    """The calls of each step that did something, with its name; another program's steps are left out."""
    refused = {record["refused"] for record in records if "refused" in record}
    steps: list[tuple[str, list[Call]]] = []
    calls: list[Call] = []
    for record in records:
        if "call" in record and record["call"]["number"] not in refused:
            calls.append(Call(**record["call"]))
        elif "returned" in record:
            if record["returned"] != "foreign":
                steps.append((record["returned"], calls))
            calls = []
    return steps


def assert_durable_save(calls: Sequence[Call], path: str, at_least: int) -> None:
    """Some calls replace a file once, so that a power cut at any moment leaves the old one or the new one.

    Args:
        calls: All calls of the save, up to the moment when it returned.
        path: The file.
        at_least: How many bytes it has at the least.
    """
    (rename,) = [call for call in calls if call.name in RENAMES and call.target == path]
    assert TEMPORARY.fullmatch(Path(rename.path).name)
    on_temporary = [call for call in calls if call.path == rename.path and call.number < rename.number]
    writes = [call for call in on_temporary if call.name in WRITES]
    syncs = [call for call in on_temporary if call.name == "fsync"]
    assert sum(call.size for call in writes) >= at_least
    assert syncs, "the file was not synced before it was renamed"
    assert max(call.number for call in writes) < syncs[-1].number
    assert {call.opening for call in writes} == {syncs[-1].opening}
    folder = os.path.dirname(path)
    after = [call for call in calls if call.number > rename.number]
    assert [call for call in after if call.name == "fsync" and call.path == folder], "the folder was not synced"
    assert not [call for call in after if call.name in WRITES and call.path == path]


def assert_durable_append(calls: Sequence[Call], path: str, at_least: int) -> None:
    """Some calls add to a file, and it is synced through the same handle afterwards.

    Args:
        calls: All calls until it returned.
        path: The file.
        at_least: How many bytes are added at the least.
    """
    writes = [call for call in calls if call.path == path and call.name in WRITES]
    assert sum(call.size for call in writes) >= at_least
    opened = [call for call in calls if call.path == path and call.name == "open" and call.flags & os.O_WRONLY]
    assert {call.flags & (os.O_APPEND | os.O_NOFOLLOW | os.O_TRUNC) for call in opened} <= {
        os.O_APPEND | os.O_NOFOLLOW
    }
    syncs = [call for call in calls if call.path == path and call.name in ("fsync", "fdatasync")]
    assert syncs, "what was added was not synced"
    assert max(call.number for call in writes) < syncs[-1].number
    assert {call.opening for call in writes} == {syncs[-1].opening}


def assert_entries_synced(calls: Sequence[Call]) -> None:
    """Each folder that is made, and each name that is given or taken away, is synced with the folder above it."""
    for call in calls:
        for path in _entries(call, calls):
            above = os.path.dirname(path) or "."
            later = (each for each in calls if each.number > call.number and each.path == above)
            assert [each for each in later if each.name == "fsync"], f"{above} is not synced after {call}"


def assert_untouched_in_place(calls: Sequence[Call], path: str) -> None:
    """A file is opened for reading alone, and nothing but its name changes."""
    for call in calls:
        if path not in (call.path, call.target):
            continue
        assert call.name not in (*WRITES, "ftruncate", "flock", "unlink", "remove"), call
        if call.name == "open":
            assert call.flags & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_APPEND) == 0, call


def read_trace(text: str, folder: Path) -> list[Call]:
    """The calls that a tracer (`strace -f -y`) saw on files below a folder.

    An opening is told by its path, which is enough here: no unfinished file is opened twice.
    """
    calls: list[Call] = []
    for line in _joined(text):
        found = re.match(r"\d+ +(\w+)\((.*)\) += (-?\d+)", line)
        if found is None or found[3].startswith("-"):
            continue
        name, arguments = found[1], found[2]
        paths = re.findall(r'"([^"]*)"|\d+<([^>]*)>', arguments)
        named = [os.path.relpath(a or b, folder) for a, b in paths if f"{a or b}/".startswith(f"{folder}/")]
        if not named:
            continue
        name = {"openat": "open", "renameat": "rename", "renameat2": "rename", "linkat": "link"}.get(name, name)
        size = int(found[3]) if name.startswith(("write", "pwrite")) else 0
        target = named[-1] if name in ("rename", "link") else ""
        calls.append(Call(len(calls) + 1, name, named[0], target, 0, size, _flags(arguments)))
    return calls


def _joined(text: str) -> list[str]:
    """The lines of a trace; a call that others came in between of is one line, where it ended."""
    begun: dict[str, str] = {}
    lines = []
    for line in text.splitlines():
        thread = line.partition(" ")[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>").rstrip()
        elif (resumed := re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line)) and thread in begun:
            lines.append(begun.pop(thread) + resumed[1])
        else:
            lines.append(line)
    return lines


def _flags(arguments: str) -> int:
    """The flags of an opening."""
    return sum({getattr(os, name, 0) for name in re.findall(r"\bO_[A-Z]+", arguments)})


def _entries(call: Call, calls: Sequence[Call]) -> list[str]:
    """The names that a call gives or takes away, and that must last."""
    names = []
    if call.name in RENAMES:
        names = [call.path, call.target]
    elif call.name in ("mkdir", "link", "unlink", "remove", "rmdir"):
        names = [call.target or call.path]
    elif call.name == "open" and call.flags & os.O_CREAT:
        names = [call.path]
    return [name for name in names if not name.startswith(DISPOSABLE) and not _is_replaced(name, calls)]


def _is_replaced(name: str, calls: Sequence[Call]) -> bool:
    """Whether a name is that of an unfinished file, which is renamed: then the new name is what counts."""
    return TEMPORARY.fullmatch(Path(name).name) is not None and any(
        call.name in RENAMES and call.path == name for call in calls
    )
