"""Commands that tend sessions: put away, fork, look at the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oats_tui.chat import tending
from oats_tui.ui.actions.listing import clear_marks, subject, subjects
from oats_tui.ui.actions.messages import copy

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk


async def archive(desk: Desk, _: str) -> None:
    """Put sessions away; or bring them back, where all have been put away."""
    session_ids = subjects(desk)
    there = {row.id for row in desk.workspace.listing.rows() if not row.filing.archived}
    archived = not there.isdisjoint(session_ids)
    for session_id in session_ids:
        await tending.put_away(desk.chat.ledger, session_id, archived=archived)
    clear_marks(desk)
    what = "" if len(session_ids) == 1 else f"{len(session_ids):,} sessions "
    desk.view.say(what + ("archived: the same key undoes it" if archived else "back in the list"))


async def fork(desk: Desk, _: str) -> None:
    """Make a session out of the beginning of another: up to the cursor's message, from elsewhere all of it."""
    transcript = desk.screen.transcript
    session_id, message_id = subject(desk), None
    if transcript.has_focus:
        message_id = transcript.reading.cursor.entry_id or None
    taken = {row.title for row in desk.workspace.listing.rows()}
    made = await tending.fork(desk.chat.ledger, session_id, message_id, taken)
    await desk.open(made.id)
    desk.view.say("forked: the other session is as it was")


async def info(desk: Desk, _: str) -> None:
    """Show what there is to know about a session."""
    from oats_tui.ui.screens.info import InfoScreen

    facts = await tending.facts(desk.chat.ledger, subject(desk))
    if await desk.screen.app.push_screen_wait(InfoScreen(facts)) == "copy":
        copy(desk, str(facts.path))
