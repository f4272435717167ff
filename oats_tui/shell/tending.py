"""`rename` and `archive`: what changes the facts about sessions."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from oats_tui.core.errors import OatsError
from oats_tui.date import utc
from oats_tui.session.session import Session, SessionStorage
from oats_tui.shell.cells import line
from oats_tui.shell.naming import found_sessions
from oats_tui.shell.output import Output

Change = Callable[[Session], bool]
"""Changes a session; returns whether that makes a difference."""


def rename(options: argparse.Namespace, out: Output) -> int:
    """Give a session another title."""
    title = " ".join(" ".join(options.title).split())

    def change(session: Session) -> bool:
        """Set the title."""
        session.update_title(title)
        return True

    done = asyncio.run(_changed(out, options.ids, change))
    renamed = [{"id": each["id"], "title": each["title"]} for each in done]
    out.document(renamed=renamed, failed=out.failures)
    out.lines(f"renamed {line(each['id'])}: “{line(each['title'])}”" for each in renamed)
    return 0


def archive(options: argparse.Namespace, out: Output) -> int:
    """Put sessions away, or bring them back. When something happened in them last stays as it is."""

    def change(session: Session) -> bool:
        """Set or take away the date; one that is set is kept."""
        if (session.info.time.archived is None) == options.undo:
            return False
        session.info.time.archived = None if options.undo else utc()
        return True

    done = asyncio.run(_changed(out, options.ids, change))
    verb = "unarchived" if options.undo else "archived"
    out.document(**{verb: done}, failed=out.failures)
    out.lines(
        f"{verb if each['changed'] else f'{verb} already:'} {line(each['id'])} “{line(each['title'])}”"
        for each in done
    )
    return 0


async def _changed(out: Output, wanted: Sequence[str], change: Change) -> list[dict[str, Any]]:
    """Change sessions one after the other; returns what was done, and tells what was not."""
    storage = SessionStorage()
    done: list[dict[str, Any]] = []
    for named, session_id in found_sessions(out, storage.storage_dir, wanted):
        try:
            session = await storage.get(session_id)
            if session is None:
                entry = await storage.inspect(session_id)
                raise OatsError("This session cannot be changed.", entry.problem, "oats-tui doctor tells more.")
            has_changed = change(session)
            if has_changed:
                session = await storage.update(session)
            done.append({"id": session.id, "title": session.title, "changed": has_changed})
        except OatsError as error:
            out.failed(named, error)
    return done
