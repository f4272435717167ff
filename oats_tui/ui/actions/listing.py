"""Commands about the session list itself: its order, filter, pins, folds and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.ui.pins import pins_path, refresh_pins, save_pins
from oats_tui.ui.widgets.row import Heading, Line, Row

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk


SHOWN_BELOW = 5
"""So many lines of what has been unfolded are brought into view."""


def subjects(desk: Desk) -> list[str]:
    """Return the sessions that a command is about: those that are marked, else the cursor's or the open one.

    Marks count while the list, or the line of its filter, has the focus: elsewhere what is open does.

    Raises:
        OatsError: There is none.
    """
    screen = desk.screen
    if screen.side.leads:
        marked = [each for each in screen.sidebar.marked if each in desk.workspace.listing]
        if screen.sidebar.marked and not marked:
            clear_marks(desk)
            raise OatsError("The sessions that were marked are gone.", "Somebody else has moved them away.")
        return marked or [subject(desk)]
    return [desk.subject()]


def subject(desk: Desk) -> str:
    """Return the one session that a command is about: the list's cursor's, else the open one.

    Raises:
        OatsError: The cursor is on a heading, or the open conversation has no file yet.
    """
    screen = desk.screen
    if not screen.side.leads or screen.sidebar.cursor_line is None:
        return desk.subject()
    if screen.sidebar.cursor_row is None:
        raise OatsError(
            "There is no session under the cursor.", hint="It is on a heading: enter opens what is below."
        )
    return screen.sidebar.cursor_row.id


def clear_marks(desk: Desk) -> None:
    """Take back all marks, once what they were made for is done."""
    desk.screen.sidebar.marks.clear()
    desk.screen.sidebar.paint()
    desk.screen.side.tell(desk.screen.shelf.hidden)


def step_back(desk: Desk) -> bool:
    """Take back the filter, or else the marks while one is in the list; returns whether there was any."""
    screen = desk.screen
    if screen.side.is_filtering:
        show_all(desk)
        return True
    if screen.side.leads and screen.sidebar.marks:
        clear_marks(desk)
        return True
    return False


def show_all(desk: Desk) -> None:
    """Take back the filter."""
    desk.screen.shelf.filtering.text = ""
    desk.screen.side.close()
    desk.view.rows(anew=True)


def turn(desk: Desk, line: Line | None, is_open: bool | None = None) -> bool:
    """Show or leave out what is below a line; returns whether that changed anything.

    Args:
        desk: Where.
        line: The session or the heading.
        is_open: Whether it is shown; None turns it round.
    """
    match line:
        case Heading(is_open=bool() as before):
            pass
        case Row(shape=(_, inside, before)) if inside:
            pass
        case _:
            return False
    if is_open == before:
        return False
    desk.screen.shelf.folds[line.id] = not before
    desk.view.rows()
    if not before:
        desk.screen.sidebar.show_cursor(SHOWN_BELOW)
    return True


async def look_at_pins(desk: Desk) -> None:
    """Show what has been pinned in other windows meanwhile."""
    if await refresh_pins(pins_path(desk.start.memory_path), desk.screen.shelf.pins):
        desk.view.rows()


async def filter_list(desk: Desk, _: str) -> None:
    """Go to the line in which one types what the list is filtered by."""
    desk.screen.show_sidebar(True)
    desk.screen.shelf.filtering.prepare(desk.workspace.listing.rows())
    desk.screen.side.type()


async def turn_order(desk: Desk, _: str) -> None:
    """Group the list by project where it is by day, and the other way round."""
    by_day = desk.memory.order == "project"
    desk.memory.order = "day" if by_day else "project"
    desk.view.rows(anew=True)
    desk.view.status.say("the list is by day" if by_day else "the list is by project")
    await desk.save()


async def mark_session(desk: Desk, _: str) -> None:
    """Mark the session under the cursor, or take that back, and go to the next one."""
    sidebar = desk.screen.sidebar
    row = sidebar.cursor_row
    if row is None:
        return
    if row.id in sidebar.marks:
        del sidebar.marks[row.id]
    else:
        sidebar.marks[row.id] = None
    sidebar.action_move(1)
    desk.screen.side.tell(desk.screen.shelf.hidden)


async def unfold(desk: Desk, _: str) -> None:
    """Show what is below the cursor's line; where it is shown, go there."""
    sidebar = desk.screen.sidebar
    line = sidebar.cursor_line
    shows = isinstance(line, Heading) or (line is not None and line.shape.inside > 0)
    if shows and not turn(desk, line, True):
        sidebar.action_move(1)


async def fold(desk: Desk, _: str) -> None:
    """Leave out what is below the cursor's line; where nothing is, go to the line that it stands below."""
    sidebar = desk.screen.sidebar
    line = sidebar.cursor_line
    if turn(desk, line, False):
        return
    if isinstance(line, Row):
        sidebar.action_climb()


async def pin(desk: Desk, _: str) -> None:
    """Pin sessions on top of the list; or unpin them, where all are pinned."""
    sessions = subjects(desk)
    pins = desk.screen.shelf.pins
    words = "pinned" if pins.turn(sessions) else "no longer pinned"
    clear_marks(desk)
    desk.view.rows(anew=True)
    desk.view.status.say(words if len(sessions) == 1 else f"{len(sessions):,} sessions {words}")
    await save_pins(pins_path(desk.start.memory_path), pins)
