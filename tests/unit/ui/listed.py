"""A session list with rows of the test's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from oats_tui.ui.widgets.sidebar import Line, Mark, Row, Sidebar
from tests.support.app import Rig

NOON = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


def row(number: int, *, mark: Mark = "", age: int | None = None) -> Row:
    """A row with a number, changed so many days before noon, as many as its number where nothing is said."""
    return Row(f"s{number}", f"session {number}", NOON - timedelta(days=number if age is None else age), mark)


def rows(count: int = 100) -> list[Row]:
    """So many rows, from the newest."""
    return [row(number) for number in range(count)]


def ids(shown: Sequence[Line]) -> list[int]:
    """The numbers of rows."""
    return [int(each.id[1:]) for each in shown]


def in_view(rig: Rig) -> list[int]:
    """The numbers of the rows in view, as they are drawn."""
    return [int(line.split()[line.split().index("session") + 1]) for line in rig.listed if "session" in line]


def cursor(rig: Rig) -> tuple[int, int]:
    """The number of the row under the cursor, and the line of the view on which it is drawn."""
    found = rig.screen.sidebar.cursor_row
    assert found is not None
    number = int(found.id[1:])
    return number, in_view(rig).index(number)


async def listed(rig: Rig, shown: Sequence[Row], *, focus: bool = True, top: int = 0) -> Sidebar:
    """Show rows, from a line on, and go to the list."""
    sidebar = rig.screen.sidebar
    # The folder is empty, and nothing of it is to be shown in between.
    vars(rig.screen.desk.view)["rows"] = lambda: None
    # Nor when the terminal gets or loses the focus.
    vars(rig.screen.shelf)["lines"] = lambda *_: list(sidebar._rows.latest)
    sidebar.show(shown, None)
    await rig.settle()
    if focus:
        await rig.press("ctrl+s")
        await rig.until(lambda: sidebar.has_focus)
    if top:
        sidebar.scroll_to(y=top, animate=False)
        await rig.settle()
        assert sidebar.scroll_offset.y == top
    return sidebar


async def leave(rig: Rig) -> None:
    """Go back to the input."""
    rig.screen.prompt.focus()
    await rig.until(lambda: rig.screen.prompt.has_focus)
    await rig.until(lambda: not rig.screen.sidebar.has_focus)
    await rig.settle()
