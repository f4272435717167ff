"""Commands that take sessions out to other programs, and in from them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
)
"""What is offered: the words, what the session is written as, and whether that goes to the clipboard."""

LONGEST_NAME = 40
"""Characters of a file's name that come from the title."""

MOST_SKIPPED = 5
"""How many of the things that were not imported are named."""


async def export(desk: Desk, words: str) -> None:
    """Write a session as Markdown, page or JSON, to a file or the clipboard."""
    from oats_tui.exchange.export import exported, suffix
    from oats_tui.ui.saving import write_as

    session_id = subject(desk)
    wanted = await _wanted(desk, words)
    if wanted is None:
        return
    kind, to_clipboard = wanted
    session = await desk.chat.ledger.load(session_id)
    meta = await desk.chat.ledger.meta.get(session_id)
    text = await asyncio.to_thread(exported, session, meta, kind)
    if to_clipboard:
        copy(desk, text)
        return
    content, folder = text.encode("utf-8", "replace"), desk.start.folder.working
    name = file_name(session.title)
    path = await asyncio.to_thread(
        write_as, content, folder, name, suffix(kind).removeprefix("."), "The session could not be exported."
    )
    desk.view.tell("Exported", clean_line(str(path)))


async def _wanted(desk: Desk, words: str) -> tuple[Kind, bool] | None:
    """Return what a session is written as, and whether that goes to the clipboard; None where nobody wants it."""
    from oats_tui.ui.screens.choose import ChooseScreen

    word = words.strip().lower()
    if word in KINDS:
        return KINDS[word], False
    if word == "copy":
        return "markdown", True
    if word:
        raise OatsError(f"There is no such export: {sanitize_line(words)}.", "There are md, html, json and copy.")
    lines = [line for line, _, _ in CHOICES]
    place = await desk.screen.app.push_screen_wait(ChooseScreen("Export the session", lines, "export"))
    return None if place is None else CHOICES[place][1:]


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
