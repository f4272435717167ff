"""`trash` and `restore`: sessions go with those made from them, and come back with them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oats_tui.core.config import get_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.session.activity import activity_in
from oats_tui.session.lookup import family_of
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.places import Places
from oats_tui.session.trash import Trash, Trashed, deleted_with
from oats_tui.shell.cells import line
from oats_tui.shell.facts import local, moment
from oats_tui.shell.naming import find, found_of, found_sessions, short_ids
from oats_tui.shell.output import Output
from oats_tui.shell.table import Column, table

_COLUMNS = (Column("ID"), Column("DELETED"), Column("WITH"), Column("TITLE", most=None))


def trash(options: argparse.Namespace, out: Output) -> int:
    """Move sessions to the trash."""
    gone: dict[str, dict[str, Any]] = {}
    named = found_sessions(out, options.ids)
    try:
        asyncio.run(_trash(out, named, gone))
    finally:
        out.document(trashed=list(gone.values()), failed=out.failures)
        out.lines(f"trashed {line(each['id'])} “{line(each['title'])}”" for each in gone.values())
    return 0


def restore(options: argparse.Namespace, out: Output) -> int:
    """Bring sessions back, or say which could be."""
    if options.listed:
        return list_trash(out)
    back: dict[str, Trashed] = {}
    try:
        asyncio.run(_restore(out, [] if options.last else options.ids, back))
    finally:
        told = [{"id": each.id, "title": each.title} for each in back.values()]
        out.document(restored=told, failed=out.failures)
        out.lines(f"restored {line(each['id'])} “{line(each['title'])}”" for each in told)
    if options.last and not back:
        out.say("The trash is empty.")
    return int(not back)


def list_trash(out: Output) -> int:
    """Write what is in the trash, the latest first."""
    found = asyncio.run(Trash().list())
    told = [
        {
            **{key: getattr(each, key) for key in ("id", "title", "together", "name")},
            "deleted_at": moment(each.deleted_at),
        }
        for each in found
    ]
    out.document(trash=told)
    if not out.is_terminal:
        out.lines(
            "\t".join(map(line, (row["id"], row["deleted_at"], row["together"], row["title"]))) for row in told
        )
        return 0
    short = short_ids(sorted({name for each in found for name in (each.id, each.together)}))
    rows = [
        (
            line(short[each.id]),
            local(each.deleted_at.timestamp()),
            "" if each.together == each.id else line(short[each.together]),
            line(each.title),
        )
        for each in found
    ]
    out.lines(table(out, _COLUMNS, rows) or ["The trash is empty."])
    return 0


async def _trash(out: Output, named: Sequence[tuple[str, str]], gone: dict[str, dict[str, Any]]) -> None:
    """Delete sessions one after the other; `gone` takes what went, and what did not is told."""
    storage, data_dir = SessionStorage(), get_data_dir()
    for wanted, session_id in named:
        if session_id in gone:
            continue
        try:
            family = family_of(session_id, storage.storage_dir)
            _refuse_answering(data_dir, family)
            entries = {entry.id: entry for entry in await storage.peek(family)}
            if await storage.delete(session_id):
                titles = {each: entries[each].title if each in entries else "" for each in family}
                gone |= {each: {"id": each, "title": titles[each], "together": session_id} for each in family}
        except OatsError as error:
            out.failed(wanted, error)


def _refuse_answering(data_dir: Path, family: Sequence[str]) -> None:
    """Refuse to take a session away from a program that is answering in it."""
    for each in family:
        if activity_in(Places(data_dir, each)).holder is not None:
            raise OatsError(f"Another program is answering in session {each}.", hint="Stop that first, or wait.")


async def _restore(out: Output, wanted: Sequence[str], back: dict[str, Trashed]) -> None:
    """Restore sessions with those deleted together with them, without names what was deleted last.

    Args:
        out: Is told of what is not restored.
        wanted: What was named.
        back: Takes what was, by the names of the folders in the trash.
    """
    kept = Trash()
    if not wanted:
        back |= {each.name: each for each in await kept.restore_last()}
        return
    found = await kept.list()
    ids = sorted({each.id for each in found})
    for named, session_id in found_of(out, wanted, lambda text: find(text, ids, "deleted session")):
        # What is in the trash more than once comes back as it was last.
        family = deleted_with(next(each for each in found if each.id == session_id), found)
        for each in family:
            if each.name not in back:
                try:
                    await kept.restore(each)
                    back[each.name] = each
                except OatsError as error:
                    out.failed(named, error)
