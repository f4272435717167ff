"""Commands that search all sessions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk
    from oats_tui.ui.screens.search import Chosen


async def search(desk: Desk, words: str) -> None:
    """Find messages of all sessions, and open the one that is chosen."""
    from oats_tui.ui.screens.search import MOST_SHOWN, SearchScreen

    index = desk.start.search
    if index is None:
        raise OatsError("There is nothing to search with.", "The index of the sessions was not started.")
    find = partial(index.find, limit=MOST_SHOWN)
    screen = SearchScreen(find, lambda: index.progress, words or desk.searched, desk.workspace.now())
    chosen = await desk.screen.app.push_screen_wait(screen)
    if chosen is not None:
        desk.searched = chosen.query
        await _show(desk, chosen)


async def _show(desk: Desk, chosen: Chosen) -> None:
    """Open a session at a message, with what was searched for marked in it."""
    session_id = chosen.hit.session_id
    if session_id != desk.workspace.open_id:
        await desk.open(session_id)
    opened = desk.workspace.opened
    if opened is not None and not opened.is_whole:
        await desk.workspace.refresh([session_id])
        desk.view.conversation()
    if desk.workspace.open_id == session_id:
        desk.screen.findbar.open_at(chosen.hit.message_id, chosen.query, chosen.terms)
