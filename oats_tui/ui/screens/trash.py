"""What is in the trash, to be brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from oats_tui.core.errors import OatsError
from oats_tui.date import utc
from oats_tui.session.trash import Trash, Trashed, deleted_with
from oats_tui.ui.cells import clean_line
from oats_tui.ui.moments import when
from oats_tui.ui.screens.overlay import Overlay

EMPTY = "Nothing is in the trash. What you delete comes here, and stays until you empty it by hand."

_KEYS = "enter: bring back · esc: leave"

_LONGEST_TITLE = 200


class TrashScreen(Overlay[list[str]]):
    """Lists what was deleted, brings back what is chosen, and gives the ids of what came back.

    Args:
        trash: Where it lies.
        trashed: What lay there a moment ago.
        now: Tells the moment from which the times are seen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "leave_behind", "leave"),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
        Binding("g", "move('first')", show=False),
        Binding("G", "move('last')", show=False),
    ]

    def __init__(self, trash: Trash, trashed: Sequence[Trashed], now: Callable[[], datetime] = utc) -> None:
        super().__init__(classes="overlay")
        self._trash = trash
        self._trashed = list(trashed)
        self._now = now
        self._back: list[str] = []
        self._busy = False
        self._leaving = False

    def compose(self) -> ComposeResult:
        """Make the list."""
        with Vertical(classes="card card-tall"):
            yield Label(self._title(), markup=False, classes="card--title")
            yield OptionList(compact=True, classes="one-line")
            yield Label(_KEYS if self._trashed else "esc: leave", markup=False, classes="card--keys")

    def on_mount(self) -> None:
        """Put the cursor on what was deleted last."""
        self._show(0)

    def action_move(self, where: str) -> None:
        """Move the cursor."""
        getattr(self.query_one(OptionList), f"action_{where}")()

    def action_leave_behind(self) -> None:
        """Close, once what is being brought back is there."""
        self._leaving = True
        if not self._busy:
            self.leave(self._back)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Bring back what the cursor is on; a second enter waits for nothing."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._restore(event.option_index), group="trash")

    async def _restore(self, index: int) -> None:
        """Bring back one session, with what was deleted with it, and look at the trash again."""
        head = self._trashed[index]
        said = f"brought back “{clean_line(head.title[:_LONGEST_TITLE])}”"
        family = deleted_with(head, self._trashed)
        if len(family) > 1:
            said += f" and {len(family) - 1:,} with it"
        is_back = False
        try:
            for each in family:
                await self._trash.restore(each)
                self._back.append(each.id)
            is_back = True
        except OatsError as error:
            said = " ".join(filter(None, (error.title, error.hint)))
        try:
            self._trashed = await self._trash.list()
        except OatsError as error:
            said = " ".join(filter(None, (error.title, error.hint)))
        finally:
            self._busy = False
        self._show(index, said)
        if self._leaving or (is_back and not self._trashed):
            self.leave(self._back)

    def _show(self, index: int, said: str = "") -> None:
        """Show what is in the trash now.

        Args:
            index: The line on which the cursor is, if there are as many.
            said: What is told above the list.
        """
        title, keys = self.query(Label)
        title.update(Content(said or self._title()))
        keys.update(Content(_KEYS if self._trashed else "esc: leave"))
        lines = self.query_one(OptionList)
        lines.set_options(self._options())
        lines.display = bool(self._trashed)
        lines.highlighted = min(index, len(self._trashed) - 1) if self._trashed else None

    def _title(self) -> str:
        """What stands above the list."""
        return f"Trash: {len(self._trashed):,}" if self._trashed else EMPTY

    def _options(self) -> list[Option]:
        """The lines of the list."""
        now = self._now()
        return [Option(Content(_line(each, now))) for each in self._trashed]


def _line(trashed: Trashed, now: datetime) -> str:
    """When a session was deleted, how much it is, and what it is called; below what it was deleted with."""
    branch = "└ " if trashed.together != trashed.id else ""
    title = clean_line(trashed.title[:_LONGEST_TITLE]) or trashed.id
    return f"{when(trashed.deleted_at, now):>6} {size_words(trashed.size):>7}  {branch}{title}"


def size_words(size: int) -> str:
    """Return an amount of bytes in at most seven columns, in units of a thousand."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.0f} {unit}" if amount >= 9.95 else f"{amount:.1f} {unit}"
    return f"{amount:,.0f} GB"
