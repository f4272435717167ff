"""`export`: sessions written as Markdown, HTML or JSON."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize
from oats_tui.session.meta import MetaStorage
from oats_tui.session.session import Session, SessionStorage
from oats_tui.shell.cells import line
from oats_tui.shell.naming import SHORT, found_sessions, home_path
from oats_tui.shell.output import Output

if TYPE_CHECKING:
    from oats_tui.exchange.export import Kind

_LONGEST_NAME = 60


def export(options: argparse.Namespace, out: Output) -> int:
    """Write sessions to files, or one to the output."""
    named = found_sessions(out, options.ids)
    done: list[dict[str, str]] = []
    try:
        asyncio.run(_all(options, out, named, done))
    finally:
        out.document(exported=done, failed=out.failures)
        out.lines(f"exported {line(each['id'])} to {line(each['path'])}" for each in done)
    return 0


async def _all(
    options: argparse.Namespace, out: Output, named: Sequence[tuple[str, str]], done: list[dict[str, str]]
) -> None:
    """Export sessions one after the other; `done` takes which went to which file, and what did not is told."""
    from oats_tui.exchange.export import exported, write_export

    storage, meta = SessionStorage(), MetaStorage()
    target, is_folder = await asyncio.to_thread(_target, options.output)
    if len(options.ids) > 1 and not is_folder:
        raise OatsError(f"There is no folder “{target}” for several sessions.", hint="Make it, then try again.")
    for wanted, session_id in named:
        try:
            session = await _read(storage, session_id)
            text = exported(session, await meta.get(session_id), options.format)
            if target is None:
                _to_output(text, out)
                continue
            path = target / file_name(session, options.format) if is_folder else target
            await write_export(path, text, overwrite=options.force)
            done.append({"id": session_id, "title": session.title, "path": str(path)})
        except OatsError as error:
            out.failed(wanted, error)


def _target(name: str | None) -> tuple[Path | None, bool]:
    """The file or folder that is named, and whether it is a folder; None for the output."""
    target = home_path(name) if name is not None and name != "-" else None
    return target, target is not None and target.is_dir()


async def _read(storage: SessionStorage, session_id: str) -> Session:
    """Read one session."""
    session = await storage.get(session_id)
    if session is None:
        entry = await storage.inspect(session_id)
        raise OatsError(f"Session {session_id} cannot be exported.", entry.problem, "oats-tui doctor tells more.")
    return session


def _to_output(text: str, out: Output) -> None:
    """Write an export to the output: as it is into a file or a pipe, made safe on a terminal."""
    if out.is_terminal:
        out.lines(sanitize(text).removesuffix("\n").split("\n"))
    else:
        out.file(text if text.endswith("\n") else f"{text}\n")


def file_name(session: Session, kind: Kind) -> str:
    """Return the name of an export in a folder: from the title, with the id, so that no two are alike."""
    from oats_tui.exchange.export import suffix

    words = re.sub(r"[^\w]+", "-", session.title[: 4 * _LONGEST_NAME]).strip("-_")[:_LONGEST_NAME].strip("-_")
    return f"{f'{words}-{session.id[:SHORT]}' if words else session.id}{suffix(kind)}"
