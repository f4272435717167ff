"""The session list with the line in which one types what it is filtered by."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from oats_tui.ui.filtering import LONGEST_FILTER
from oats_tui.ui.widgets.lineinput import LineInput
from oats_tui.ui.widgets.sidebar import Sidebar


class FilterLine(Horizontal):
    """The line in which one types what the list is filtered by; the keys that walk through the list work in it.

    Args:
        sidebar: The list.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "lead(1)", "next", show=False),
        Binding("up", "lead(-1)", "previous", show=False),
        Binding("pagedown", "lead(10)", "page down", show=False),
        Binding("pageup", "lead(-10)", "page up", show=False),
    ]

    def __init__(self, sidebar: Sidebar) -> None:
        super().__init__(id="filter")
        self._sidebar = sidebar
        self.display = False

    def compose(self) -> ComposeResult:
        """Make the parts of the line."""
        yield Static("/", id="filter-sign", markup=False)
        yield LineInput(placeholder="filter", compact=True, id="filter-words", max_length=LONGEST_FILTER)

    def action_lead(self, step: int) -> None:
        """Move the list's cursor so many rows."""
        self._sidebar.action_move(step)

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        """Show the list's cursor."""
        self._sidebar.lead(True)

    def on_descendant_blur(self, _: events.DescendantBlur) -> None:
        """Let the list have its own cursor again; while the whole terminal is left it stays as it is."""
        self._sidebar.lead(not self.app.app_focus)


class SidePane(Vertical):
    """The list, the line of its filter, and what that hides.

    Args:
        sidebar: The list.
    """

    class Filtered(Message):
        """Another filter was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, sidebar: Sidebar) -> None:
        super().__init__(id="side")
        self._sidebar = sidebar
        self._line = FilterLine(sidebar)
        self._count = Static("", id="filter-count", markup=False)
        self._count.display = False
        self._told = (0, 0)

    def compose(self) -> ComposeResult:
        """Make the parts."""
        yield self._line
        yield self._sidebar
        yield self._count

    @property
    def is_filtering(self) -> bool:
        """Whether the line of the filter is in sight."""
        return bool(self._line.display) and self.region.width > 0

    @property
    def leads(self) -> bool:
        """Whether the list or the line of its filter has the focus."""
        return self.screen.focused is self._sidebar or self._types

    def type(self) -> None:
        """Show the line of the filter, and go there."""
        self._line.display = True
        self.screen.set_focus(self._line.query_one(Input))

    def close(self) -> None:
        """Hide the line of the filter; who was there is in the list."""
        if self._types:
            self.screen.set_focus(self._sidebar)
        self._line.display = False
        box = self._line.query_one(Input)
        with box.prevent(Input.Changed):
            box.value = ""

    def tell(self, hidden: int) -> None:
        """Say how many sessions the filter hides, and how many are marked."""
        told = (hidden, len(self._sidebar.marks))
        if told != self._told:
            self._told = told
            self._count.display = any(told)
            self._say()

    def on_resize(self) -> None:
        """Say it in as many words as there is room for."""
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what has been typed so far."""
        event.stop()
        self.post_message(self.Filtered(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose what is under the cursor."""
        event.stop()
        # By the list itself it would go no further than here: Textual stops what a parent has sent.
        choice = self._sidebar.choice()
        if choice is not None:
            self.post_message(choice)

    @property
    def _types(self) -> bool:
        """Whether somebody types a filter."""
        return self._line in (self.screen.focused or self).ancestors

    def _say(self) -> None:
        """Say what there is to be said."""
        self._count.update(count_words(*self._told, room=self.size.width))


def count_words(hidden: int, marked: int, room: int) -> str:
    """Return how many sessions are hidden and how many are marked, in so many columns if that can be.

    Args:
        hidden: How many a filter hides.
        marked: How many are marked.
        room: How many columns there are.
    """
    if not hidden and not marked:
        return ""
    if not hidden:
        return f"{marked:,} marked"
    also = f"{marked:,} marked · " if marked else ""
    forms = (
        f"{also}{hidden:,} hidden by this filter: esc shows all",
        f"{also}{hidden:,} hidden: esc shows all",
        f"{hidden:,} hidden: esc shows all",
        f"{hidden:,} hidden: esc",
    )
    return next((words for words in forms if len(words) <= room), forms[-1])
