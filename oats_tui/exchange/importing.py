"""Conversations of other programs, and sessions of oats, taken in from files."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.exchange.formats import OATS
from oats_tui.exchange.limits import USUAL, Limits
from oats_tui.exchange.outcome import Found, Outcome
from oats_tui.exchange.placing import Placing
from oats_tui.exchange.reading import outcomes
from oats_tui.exchange.report import Imported, Report, Skipped, Tally
from oats_tui.exchange.sources import sources
from oats_tui.session.session import SessionStorage

__all__ = ["Imported", "Report", "Skipped", "import_file"]

_log = logging.getLogger(__name__)


async def import_file(path: Path, storage: SessionStorage, *, limits: Limits = USUAL) -> Report:
    """Take in the conversations of a file, an archive, or all files of a folder.

    The format is told by the content: sessions of oats, exports of ChatGPT and Claude, logs of Claude Code and
    Codex. Doing it again makes nothing twice: a session that is here gets what the source has beyond it, and keeps
    what was added here. What cannot be understood is told in the report; a session is saved whole or not at all.

    Args:
        path: The file or folder.
        storage: Where the sessions go.
        limits: How much is taken in.

    Raises:
        OatsError: There is nothing at the path.
    """
    if not await asyncio.to_thread(_is_there, path):
        raise OatsError("There is no such file.", str(path), "Check the path, then try again.")
    tally, placing = Tally(), Placing(storage)
    stream = _everything(path, limits)
    # Reading and parsing are done in a thread, one conversation at a time, so that only one is in memory.
    while (outcome := await asyncio.to_thread(next, stream, None)) is not None:
        if isinstance(outcome, Skipped):
            tally.skipped(outcome)
        else:
            tally.found(outcome.format)
            await _put(outcome, placing, tally)
    return tally.report()


def _is_there(path: Path) -> bool:
    """Whether anything lies at a path."""
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def _everything(path: Path, limits: Limits) -> Iterator[Outcome]:
    """What is in all files at a path."""
    for source in sources(path, limits):
        if isinstance(source, Skipped):
            yield source
        else:
            yield from outcomes(source, limits)


async def _put(found: Found, placing: Placing, tally: Tally) -> None:
    """Put a conversation into the storage, and note what became of it."""
    session = found.conversation.session
    name = f"“{session.title.strip()[:80] or session.id}”"
    for each in found.conversation.notes:
        tally.skipped(Skipped(name, each))
    if not session.messages and found.format != OATS:
        tally.skipped(Skipped(name, "it has no messages"))
        return
    try:
        placed = await placing.put(found.conversation)
    except (OatsError, OSError) as error:
        tally.skipped(Skipped(name, f"it could not be saved: {error}"))
        return
    if placed.is_changed:
        tally.made(Imported(placed.session.id, placed.session.title, placed.added))
    else:
        tally.known()
