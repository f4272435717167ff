"""`list`: the sessions, the newest activity first."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from oats_tui.core.config import get_data_dir
from oats_tui.session.activity import active_sessions, activity_in
from oats_tui.session.entries import Entry
from oats_tui.session.index import list_folder
from oats_tui.session.store.places import Places
from oats_tui.shell.cells import line
from oats_tui.shell.facts import facts_of, glance, local
from oats_tui.shell.naming import short_ids
from oats_tui.shell.output import Output
from oats_tui.shell.table import Column, table

_KEY = b'"archived"'
_NOT_ARCHIVED = b'"archived": null'

_COLUMNS = (
    Column("ID"),
    Column("CHANGED"),
    Column("MESSAGES", to_right=True),
    Column("STATE"),
    Column("PROJECT", most=24),
    Column("TITLE", most=None),
)


def list_sessions(options: argparse.Namespace, out: Output) -> int:
    """Write the list."""
    if options.trash:
        from oats_tui.shell.trashing import list_trash

        return list_trash(out)
    data_dir = get_data_dir()
    entries = list_folder(data_dir / "sessions")
    hidden: Counter[str] = Counter()
    shown = _chosen(entries, options, hidden)
    out.document(
        sessions=[facts_of(entry) for entry in shown] if out.as_json else [],
        hidden={key: hidden[key] for key in ("archived", "project", "limit")},
    )
    if not out.as_json:
        out.lines(_lines(out, shown, [entry.id for entry in entries], data_dir))
        _tell_hidden(out, options, shown, hidden)
    return 0


def _chosen(entries: Iterable[Entry], options: argparse.Namespace, hidden: Counter[str]) -> list[Entry]:
    """Return what is asked for, the newest first, and count what is not."""
    found: list[Entry] = []
    folders = _spellings(options.in_project) if options.in_project else ()
    for entry in entries:
        if is_archived(entry) != options.archived:
            hidden["archived"] += 1
        elif folders and not _is_in(entry, folders):
            hidden["project"] += 1
        else:
            found.append(entry)
    found.sort(
        key=lambda entry: (float("-inf") if entry.updated is None else entry.updated, entry.id), reverse=True
    )
    limit = options.limit or len(found)
    hidden["limit"] = max(len(found) - limit, 0)
    return found[:limit]


def is_archived(entry: Entry) -> bool:
    """Return whether a session was put away."""
    raw = entry.raw
    if b"\\u" not in raw:
        # Within a text a quotation mark has a backslash before it, so this is the key, or a whole text.
        count = raw.count(_KEY)
        if count == 0 or (count == 1 and _NOT_ARCHIVED in raw):
            return False
    info = entry.info
    return info is not None and info.time.archived is not None


def _spellings(folder: str) -> tuple[str, ...]:
    """Return the ways in which a folder may stand in a session: as it was typed, absolute, and without links."""
    home = os.path.expanduser(folder)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    named = (os.path.abspath(home), os.path.realpath(home))  # noqa: PTH100 - the folder may be gone
    return tuple(dict.fromkeys(each.rstrip("/") for each in (folder, *named)))


def _is_in(entry: Entry, folders: Sequence[str]) -> bool:
    """Return whether a session is about one of these folders, or one below it."""
    project = glance(entry)[1]
    return any(project.rstrip("/") == folder or project.startswith(f"{folder}/") for folder in folders)


def _lines(out: Output, shown: Sequence[Entry], ids: Sequence[str], data_dir: Path) -> list[str]:
    """Return the table; where no person reads it as it comes, whole lines with tabs between the columns."""
    answering = {each for each in active_sessions(data_dir) if activity_in(Places(data_dir, each)).holder}
    states = ["answering" if entry.id in answering else _state(entry) for entry in shown]
    short = short_ids(ids) if out.is_terminal else {}
    rows = []
    safe: dict[str, str] = {}
    for entry, state in zip(shown, states, strict=True):
        messages, project, updated = glance(entry)
        if project not in safe:
            # A text that other systems wrote, so it is no path here.
            safe[project] = line(project.rstrip("/").rpartition("/")[2] if out.is_terminal else project)
        name = line(short.get(entry.id, entry.id))
        updated = local(entry.updated) if out.is_terminal else updated
        rows.append((name, updated, messages, state, safe[project], line(entry.title)))
    return table(out, _COLUMNS, rows) if out.is_terminal else ["\t".join(row) for row in rows]


def _state(entry: Entry) -> str:
    """Return what there is to say of a session's file; nothing if all is well."""
    return "" if entry.state == "ok" else entry.state


def _tell_hidden(out: Output, options: argparse.Namespace, shown: Sequence[Entry], hidden: Counter[str]) -> None:
    """Say what is not in the list."""
    told = []
    if hidden["limit"]:
        told.append(f"{hidden['limit']:,} more")
    if hidden["project"]:
        told.append(f"{hidden['project']:,} of other projects")
    if hidden["archived"]:
        told.append(f"{hidden['archived']:,} {'not ' if options.archived else ''}archived")
    if not shown:
        out.say(f"No session to list in {get_data_dir()}." + (f" Not shown: {', '.join(told)}." if told else ""))
    elif told and out.is_terminal:
        out.lines([out.styled(f"Not shown: {', '.join(told)}.", "dim")])
