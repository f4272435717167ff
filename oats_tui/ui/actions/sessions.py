"""Commands about sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.actions.listing import show_all, subject, subjects, turn
from oats_tui.ui.actions.tending import undo_archive
from oats_tui.ui.listing import next_needing
from oats_tui.ui.widgets.row import Row

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk

MOST_TITLES = 3
"""How many titles a sentence names."""


async def new_session(desk: Desk, _: str) -> None:
    """Begin a new conversation."""
    await desk.open(None)


async def focus_list(desk: Desk, _: str) -> None:
    """Go to the session list, showing it where it is hidden."""
    desk.screen.show_sidebar(True)
    desk.screen.sidebar.focus()


async def open_session(desk: Desk, session_id: str) -> None:
    """Open a session: the one that is named, or the one under the list's cursor."""
    line = desk.screen.sidebar.cursor_line
    if session_id or isinstance(line, Row):
        if desk.screen.side.is_filtering:
            show_all(desk)
        await desk.open(session_id or (line.id if line is not None else None))
    else:
        turn(desk, line)


async def last_session(desk: Desk, _: str) -> None:
    """Go back to the session that was open before."""
    last = desk.workspace.last_visited()
    if last is None:
        raise OatsError("There is no other session to go back to yet.")
    await desk.open(last)


async def next_session(desk: Desk, _: str) -> None:
    """Go to the session below this one in the list."""
    await desk.open(desk.screen.sidebar.neighbour(desk.workspace.open_id, 1))


async def previous_session(desk: Desk, _: str) -> None:
    """Go to the session above this one in the list."""
    await desk.open(desk.screen.sidebar.neighbour(desk.workspace.open_id, -1))


async def numbered_session(desk: Desk, number: str) -> None:
    """Go to the n-th session of the list, counted from 1."""
    rows = desk.screen.sidebar.rows
    if int(number) > len(rows):
        raise OatsError(f"There is no session {number} in the list.")
    await desk.open(rows[int(number) - 1].id)


async def needing_session(desk: Desk, _: str) -> None:
    """Go to the next session that needs somebody."""
    session_id = next_needing(desk.workspace.listing.rows(), desk.workspace.open_id)
    if session_id is None:
        desk.view.status.say("no session needs you")
    else:
        await desk.open(session_id)


async def rename(desk: Desk, title: str) -> None:
    """Give a session another title, asking for it where none was typed."""
    session_id = subject(desk)
    if not title:
        from oats_tui.ui.screens.ask import AskScreen

        old = desk.workspace.listing.title(session_id)
        title = await desk.screen.app.push_screen_wait(AskScreen("Rename the session", old))
    if title.strip():
        listing = desk.workspace.listing
        is_news = any(row.id == session_id and row.mark == "unread" for row in listing.rows())
        await desk.chat.ledger.rename(session_id, title.strip())
        await listing.refresh([session_id])
        if not is_news:
            # Who has given the name knows of it.
            listing.read(session_id)
            desk.view.rows()
            await desk.save_marks()


async def delete(desk: Desk, _: str) -> None:
    """Delete the marked sessions, or the one under the cursor, once that is confirmed."""
    from oats_tui.ui.screens.confirm import ConfirmScreen

    session_ids = subjects(desk)
    await desk.workspace.listing.refresh(session_ids)
    what = f"{len(session_ids):,} sessions"
    if len(session_ids) == 1:
        what = f"“{sanitize_line(desk.workspace.listing.title(session_ids[0]))}”"
    family = {each for session_id in session_ids for each in await desk.chat.ledger.family(session_id)}
    along = len(family - set(session_ids))
    if along:
        what += f", and what was made from it ({'one session' if along == 1 else f'{along:,} sessions'}),"
    them = "it" if len(session_ids) == 1 else "them"
    question = f"Move {what} to the trash? {desk.start.leader} z brings {them} back."
    if not await desk.screen.app.push_screen_wait(ConfirmScreen(question, "Move")):
        return
    after = _after(desk, session_ids)
    # What is undone next is this.
    desk.put_away, desk.deleted = None, []
    try:
        for session_id in session_ids:
            await desk.chat.delete(session_id)
            desk.deleted.append(session_id)
            desk.screen.sidebar.marks.pop(session_id, None)
    finally:
        # Those that could not be deleted are still marked.
        desk.screen.side.tell(desk.screen.shelf.hidden)
    if desk.workspace.open_id in session_ids:
        await desk.open(after, stays=True)


def _after(desk: Desk, session_ids: list[str]) -> str | None:
    """Return the session to open when these are gone: the nearest below the open one."""
    after = desk.workspace.open_id
    for _ in range(len(session_ids) + 1):
        after = desk.screen.sidebar.neighbour(after, 1)
        if after not in session_ids:
            return after
    return None


async def restore(desk: Desk, _: str) -> None:
    """Undo what was archived or deleted last, and open what was deleted; the open session, where that is gone."""
    opened = desk.workspace.opened
    if opened is not None and opened.is_deleted:
        await desk.workspace.put_back(opened)
        desk.view.refresh(opened.id)
        desk.view.status.say("put back")
        return
    if desk.put_away is not None and await undo_archive(desk, desk.put_away):
        return
    deleted, desk.deleted = desk.deleted, []
    restored = await desk.chat.ledger.trash.restore_all(deleted) if len(deleted) > 1 else ()
    restored = restored or await desk.chat.ledger.trash.restore_last()
    if not restored:
        raise OatsError("The trash is empty.", "There is nothing to bring back.")
    await desk.open(restored[0].id, stays=True)
    titles = ", ".join(f"“{sanitize_line(each.title)}”" for each in restored[:MOST_TITLES])
    more = f" and {len(restored) - MOST_TITLES} more" if len(restored) > MOST_TITLES else ""
    desk.view.status.say(f"brought back {titles}{more}")


async def show_trash(desk: Desk, _: str) -> None:
    """Show what is in the trash; what is chosen there comes back."""
    from oats_tui.ui.screens.trash import TrashScreen

    trash = desk.chat.ledger.trash
    back = await desk.screen.app.push_screen_wait(TrashScreen(trash, await trash.list(), desk.workspace.now))
    if desk.workspace.open_id in back:
        desk.view.refresh(desk.workspace.open_id)
    if back:
        desk.view.status.say(
            "brought back one session" if len(back) == 1 else f"brought back {len(back):,} sessions"
        )


async def repair(desk: Desk, _: str) -> None:
    """Put what can be saved in the place of a damaged session."""
    session_id = subject(desk)
    entry = await desk.chat.ledger.sessions.inspect(session_id)
    if entry.state not in ("ok", "damaged"):
        raise OatsError("This session cannot be repaired.", entry.problem)
    saved = await desk.chat.ledger.rescue.repair(session_id)
    desk.view.refresh(session_id)
    messages = "one message" if saved == 1 else f"{saved:,} messages"
    desk.view.status.say(f"repaired: {messages} saved" if saved else "this session is whole")
