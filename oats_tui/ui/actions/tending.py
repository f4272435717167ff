"""Commands that tend sessions: put away, fork, look at the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from oats_tui.chat import tending
from oats_tui.core.errors import OatsError
from oats_tui.ui.actions.listing import clear_marks, subject, subjects
from oats_tui.ui.actions.messages import copy
from oats_tui.ui.statusline import OFFERED_FOR

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk


async def archive(desk: Desk, _: str) -> None:
    """Put sessions away; or bring them back, where all have been put away."""
    session_ids = subjects(desk)
    there = {row.id for row in desk.workspace.listing.rows() if not row.filing.archived}
    archived = not there.isdisjoint(session_ids)
    changed: list[str] = []
    try:
        await _put_away(desk, session_ids, changed, archived=archived)
    finally:
        if changed:
            desk.put_away = tending.PutAway(tuple(changed), archived)
    clear_marks(desk)
    await _show(desk, changed)
    undo = f"archived: {desk.start.leader} z brings {'it' if len(changed) == 1 else 'them'} back"
    desk.view.status.say(_counted(changed, undo if archived else "back in the list"), OFFERED_FOR)


async def undo_archive(desk: Desk, last: tending.PutAway) -> bool:
    """Bring back what was archived last, or archive again what was brought back; returns whether there was any."""
    # Whatever comes of it: the next time something older is undone.
    desk.put_away = None
    changed: list[str] = []
    there = [each for each in last.session_ids if each in desk.workspace.listing]
    await _put_away(desk, there, changed, archived=not last.archived)
    if changed:
        await _show(desk, changed)
        desk.view.status.say(_counted(changed, "back in the list" if last.archived else "archived again"))
    return bool(changed)


async def _put_away(desk: Desk, session_ids: Sequence[str], changed: list[str], *, archived: bool) -> None:
    """Archive sessions, or bring them back, and note each of which that made a difference."""
    for session_id in session_ids:
        is_new = await tending.put_away(desk.chat.ledger, session_id, archived=archived)
        # At once, not when all are done: what fails in the middle leaves what can be undone.
        changed.extend([session_id] if is_new else [])


async def _show(desk: Desk, session_ids: Sequence[str]) -> None:
    """Show sessions where they belong now, also to somebody who is in the list, where else the order is held."""
    await desk.workspace.listing.refresh(session_ids)
    desk.view.rows(anew=True)


def _counted(session_ids: Sequence[str], words: str) -> str:
    """Return what is said of sessions, with their number where there are several."""
    return words if len(session_ids) == 1 else f"{len(session_ids):,} sessions {words}"


async def fork(desk: Desk, _: str) -> None:
    """Make a session out of the beginning of another: up to the cursor's message, from elsewhere all of it."""
    transcript = desk.screen.transcript
    session_id, message_id = subject(desk), None
    if transcript.has_focus:
        message_id = transcript.reading.cursor.entry_id or None
    taken = {row.title for row in desk.workspace.listing.rows()}
    made = await tending.fork(desk.chat.ledger, session_id, message_id, taken)
    await desk.open(made.id)
    desk.view.status.say(f"forked: {desk.start.leader} h goes back to the other session", OFFERED_FOR)


async def open_above(desk: Desk, _: str) -> None:
    """Open the session that another one was made from: its parent, or where that is gone, the root above."""
    session_id = subject(desk)
    (entry,) = await desk.chat.ledger.sessions.peek([session_id])
    made_from = entry.info and (entry.info.parent_session_id, entry.info.root_session_id)
    above = [each for each in made_from or () if each is not None and each != session_id]
    if not above:
        raise OatsError("This session was not made from another one.")
    there = next((each for each in above if each in desk.workspace.listing), None)
    if there is None:
        hint = f"If it was deleted, {desk.start.leader} D finds it in the trash."
        raise OatsError("The session that this one was made from is gone.", hint=hint)
    await desk.open(there)


async def info(desk: Desk, _: str) -> None:
    """Show what there is to know about a session."""
    from oats_tui.ui.screens.info import InfoScreen

    facts = await tending.facts(desk.chat.ledger, subject(desk))
    if await desk.screen.app.push_screen_wait(InfoScreen(facts)) == "copy":
        copy(desk, str(facts.path))
