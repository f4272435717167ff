"""`rename` and `archive`: what changes the facts about sessions."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from oats_tui.core.errors import OatsError
from oats_tui.date import utc
from oats_tui.session.filing import put_away
from oats_tui.session.session import Session, SessionStorage
from oats_tui.shell.cells import line
from oats_tui.shell.naming import found_sessions
from oats_tui.shell.output import Output

Change: TypeAlias = Callable[[Session], bool]
"""Changes a session; returns whether that makes a difference."""


def rename(options: argparse.Namespace, out: Output) -> int:
    """Give a session another title."""
    title = " ".join(" ".join(options.title).split())

    def change(session: Session) -> bool:
        """Set the title."""
        session.update_title(title)
        return True

    done: list[dict[str, Any]] = []
    named = found_sessions(out, options.ids)
    try:
        asyncio.run(_change(out, named, change, done))
    finally:
        renamed = [{"id": each["id"], "title": each["title"]} for each in done]
        out.document(renamed=renamed, failed=out.failures)
        out.lines(f"renamed {line(each['id'])}: “{line(each['title'])}”" for each in renamed)
    return 0


def archive(options: argparse.Namespace, out: Output) -> int:
    """Put sessions away, or bring them back. When something happened in them last stays as it is."""

    def change(session: Session) -> bool:
        """Set or take away the date; one that is set is kept."""
        return put_away(session, None if options.undo else utc())

    done: list[dict[str, Any]] = []
    named = found_sessions(out, options.ids)
    try:
        asyncio.run(_change(out, named, change, done))
    finally:
        _tell_archived(out, done, "unarchived" if options.undo else "archived")
    return 0


def _tell_archived(out: Output, done: Sequence[Mapping[str, Any]], verb: str) -> None:
    """Write which sessions were put away, or brought back."""
    out.document(**{verb: done}, failed=out.failures)
    out.lines(
        f"{verb if each['changed'] else f'{verb} already:'} {line(each['id'])} “{line(each['title'])}”"
        for each in done
    )


async def _change(
    out: Output, named: Sequence[tuple[str, str]], change: Change, done: list[dict[str, Any]]
) -> None:
    """Change sessions one after the other, and tell what was not done.

    Args:
        out: Is told of it.
        named: What was named, and the id that is meant.
        change: Changes one.
        done: Takes what was done, as it is.
    """
    storage = SessionStorage()
    for wanted, session_id in named:
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
            out.failed(wanted, error)
