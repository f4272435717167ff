"""Commands that take sessions out to other programs, and in from them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.actions.listing import subject
from oats_tui.ui.actions.messages import copy
from oats_tui.ui.cells import clean_line

if TYPE_CHECKING:
    from oats_tui.exchange.importing import Report
    from oats_tui.ui.desk import Desk

Kind = Literal["markdown", "html", "json"]

KINDS: dict[str, Kind] = {"markdown": "markdown", "md": "markdown", "html": "html", "json": "json"}
"""By the words that may be typed, what a session is written as."""

CHOICES: tuple[tuple[str, Kind, bool], ...] = (
    ("Markdown, to a file", "markdown", False),
    ("Page (HTML), to a file", "html", False),
    ("JSON, to a file", "json", False),
    ("Markdown, to the clipboard", "markdown", True),
    ("Page (HTML), to the clipboard", "html", True),
    ("JSON, to the clipboard", "json", True),
)
"""What is offered: the words, what the session is written as, and whether that goes to the clipboard."""

COPY = "copy"
"""What is typed in the place of a file's name for the clipboard."""

LONGEST_NAME = 40
"""Characters of a file's name that come from the title."""

MOST_SKIPPED = 5
"""How many of the things that were not imported are named."""


class _Wanted(NamedTuple):
    """What somebody wants of an export.

    Attributes:
        kind: What the session is written as.
        where: The file or folder; `COPY` for the clipboard, empty for a file of a name that is made up.
    """

    kind: Kind
    where: str = ""


async def export(desk: Desk, words: str) -> None:
    """Write a session as Markdown, page or JSON, to a file or the clipboard."""
    from oats_tui.exchange.export import exported

    session_id = subject(desk)
    session = await desk.chat.ledger.load(session_id)
    wanted = _typed(words) if words.strip() else await _asked(desk, session.title)
    if wanted is None:
        return
    meta = await desk.chat.ledger.meta.get(session_id)
    text = await asyncio.to_thread(exported, session, meta, wanted.kind)
    if wanted.where == COPY:
        copy(desk, text)
        return
    path = await _written(desk, text, wanted, session.title)
    if path is not None:
        desk.view.tell("Exported", clean_line(str(path)))


def _typed(words: str) -> _Wanted:
    """Return what is meant by words behind the command. Raises OatsError where they mean nothing."""
    first, _, rest = words.strip().partition(" ")
    if first.lower() in KINDS:
        rest = rest.strip()
        return _Wanted(KINDS[first.lower()], COPY if rest.lower() == COPY else rest)
    if words.strip().lower() == COPY:
        return _Wanted("markdown", COPY)
    ending = Path(words.strip()).suffix.removeprefix(".").lower()
    if ending in KINDS:
        return _Wanted(KINDS[ending], words.strip())
    raise OatsError(
        f"There is no such export: {sanitize_line(words)}.",
        "There are md, html and json, to a file or with the word copy to the clipboard.",
        "For example /export html talk.html",
    )


async def _asked(desk: Desk, title: str) -> _Wanted | None:
    """Ask what a session is to be written as, and where; None where nobody wants it."""
    from oats_tui.exchange.export import suffix
    from oats_tui.ui.screens.ask import AskScreen
    from oats_tui.ui.screens.choose import ChooseScreen

    lines = [line for line, _, _ in CHOICES]
    place = await desk.screen.app.push_screen_wait(ChooseScreen("Export the session", lines, "export"))
    if place is None:
        return None
    _, kind, to_clipboard = CHOICES[place]
    if to_clipboard:
        return _Wanted(kind, COPY)
    name = file_name(title) + suffix(kind)
    where = await desk.screen.app.push_screen_wait(AskScreen("Export to which file?", name))
    return _Wanted(kind, where.strip()) if where.strip() else None


async def _written(desk: Desk, text: str, wanted: _Wanted, title: str) -> Path | None:
    """Write an export to its file; returns that, or None where another file of its name is to stay."""
    from oats_tui.exchange.export import suffix, write_export
    from oats_tui.ui.saving import write_as
    from oats_tui.ui.screens.confirm import ConfirmScreen

    ending = suffix(wanted.kind)
    path = _place(desk, wanted.where)
    if not wanted.where:
        content, name = text.encode("utf-8", "replace"), file_name(title)
        failed = "The session could not be exported."
        return await asyncio.to_thread(write_as, content, path, name, ending.removeprefix("."), failed)
    if await asyncio.to_thread(os.path.isdir, path):
        path /= file_name(title) + ending
    there = await asyncio.to_thread(os.path.lexists, path)
    if there:
        question = f"There is a file {clean_line(path.name)} already. Put the export in its place?"
        if not await desk.screen.app.push_screen_wait(ConfirmScreen(question, "Overwrite")):
            return None
    await write_export(path, text, overwrite=there)
    return path


async def import_file(desk: Desk, path: str) -> None:
    """Take in sessions from a file of this or another program, asking for it where none was typed."""
    from oats_tui.exchange.importing import import_file as take_in
    from oats_tui.ui.screens.ask import AskScreen

    if not path.strip():
        question = "Import which file? (oats, ChatGPT, Claude, Claude Code, Codex)"
        path = await desk.screen.app.push_screen_wait(AskScreen(question, ""))
    if not path.strip():
        return
    report = await take_in(_place(desk, path.strip()), desk.chat.ledger.sessions)
    desk.view.tell(*told(report))
    if len(report.made) == 1:
        await desk.open(report.made[0].session_id)


def _place(desk: Desk, path: str) -> Path:
    """Return the path that somebody means."""
    try:
        return desk.start.folder.working / Path(path).expanduser()
    except RuntimeError:
        return desk.start.folder.working / path


def told(report: Report) -> tuple[str, str]:
    """Return what is said of an import: a title, and what came and what did not."""
    counts = (
        (len(report.made), "session came in", "sessions came in"),
        (report.known, "was here already", "were here already"),
        (len(report.skipped), "was skipped", "were skipped"),
    )
    words = [f"{count:,} {one if count == 1 else several}" for count, one, several in counts if count]
    skipped = [clean_line(f"{each.what}: {each.why}") for each in report.skipped[:MOST_SKIPPED]]
    if len(report.skipped) > MOST_SKIPPED:
        skipped.append("oats-tui sessions import tells all of them.")
    return "Imported" if report.made else "Nothing new", "\n".join([", ".join(words) or "It is empty.", *skipped])


def file_name(title: str) -> str:
    """Return a name for a file, from a title: letters, digits and hyphens."""
    kept = "".join(char if char.isalnum() else "-" for char in title[: 4 * LONGEST_NAME])
    return "-".join(part for part in kept.split("-") if part)[:LONGEST_NAME].strip("-") or "session"
