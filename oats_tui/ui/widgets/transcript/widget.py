"""The message pane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from oats_tui.ui.commands import place_bindings
from oats_tui.ui.widgets.borderless import Borderless
from oats_tui.ui.widgets.repaint import repaint
from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.items import Entry, ImageItem
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.pointer import Pointer
from oats_tui.ui.widgets.transcript.reading import Reading, ReadingState
from oats_tui.ui.widgets.transcript.selecting import press

T = TypeVar("T")

_SLICE_PAUSE = 0.001
"""Seconds between two parts of a long text, in which keys get their turn."""


class Transcript(Borderless, can_focus=True):
    """Draws a conversation line by line.

    Follows the end while the reader is there, and stays where the reader is otherwise: what comes below moves
    nothing that is being read.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll_down", "down", show=False),
        Binding("up", "scroll_up", "up", show=False),
        Binding("pagedown", "turn(1)", "page down", show=False),
        Binding("pageup", "turn(-1)", "page up", show=False),
        Binding("i", "screen.command('answer.stop')", "back to the input", show=False),
        *place_bindings("transcript"),
    ]

    class Followed(Message):
        """Whether the view is at the end has changed."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    class Selected(Message):
        """Selected text is to be copied."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class PicturesSeen(Message):
        """Pictures have come into view."""

        def __init__(self, pictures: Sequence[ImageItem]) -> None:
            super().__init__()
            self.pictures = pictures

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.reading = Reading(palette_from({}, dark=True))
        self.following = True
        self._frame = Frame(self.reading)
        self._pointer = Pointer(self.reading, self._frame)
        self._painted: list[Strip] = []
        self._pictures: list[ImageItem] = []
        self._going_on = False

    def on_mount(self) -> None:
        """Take on the theme's colours, now and whenever they change."""

        def take_colours(_: object = None) -> None:
            palette = palette_from(self.app.theme_variables, dark=self.app.current_theme.dark)
            self._painted = []
            self.update(lambda reading: reading.restyle(replace(reading.look, palette=palette)))

        take_colours()
        self.app.theme_changed_signal.subscribe(self, take_colours)

    def show(
        self, entries: Sequence[Entry], placeholder: Sequence[str] = (), *, state: ReadingState | None = None
    ) -> None:
        """Show a conversation.

        Args:
            entries: All of it, in order.
            placeholder: What to say, line by line, where there are none.
            state: How its reader left it, where another one was shown before; None to stay.
        """
        self.update(lambda reading: reading.show(entries, placeholder, state))

    def grow(self, entry: Entry) -> bool:
        """Show more of an answer in progress; returns whether it is in view of this widget at all."""
        return self.update(lambda reading: reading.grow(entry))

    def update(self, change: Callable[[Reading], T]) -> T:
        """Change what is read or how, and paint what differs."""
        result = change(self.reading)
        self._place()
        return result

    def render_line(self, y: int) -> Strip:
        """Draw one line of the view."""
        return self._painted[y] if y < len(self._painted) else Strip.blank(self.size.width)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Show what has been scrolled to; not what Textual makes of it at another size, before that is told."""
        if self.size.height != self.reading.viewport.page:
            return
        if round(new_value) != self.reading.viewport.top:
            self.update(lambda reading: reading.scroll(round(new_value)))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor while the pane has the focus."""
        super().watch_has_focus(has_focus)
        self.update(lambda reading: reading.enter() if has_focus else None)

    def on_resize(self, event: events.Resize) -> None:
        """Draw at the new size, with the same text at the top."""
        self.update(lambda reading: reading.resize(self.size.width, self.size.height))

    def action_turn(self, pages: int) -> None:
        """Scroll by so many pages, one line of the old one left in view."""
        lines = pages * max(1, self.size.height - 1)
        self.update(lambda reading: reading.scroll(reading.viewport.top + lines))

    def on_key(self, event: events.Key) -> None:
        """Take the keys that mean something else while text is selected."""
        selection = self.reading.selection
        pressed = press(selection, event.key, self.reading.viewport) if selection is not None else None
        if pressed is not None:
            event.stop()
            event.prevent_default()
            self._finish(pressed)

    @on(events.MouseDown)
    @on(events.MouseMove)
    @on(events.MouseUp)
    def follow_mouse(self, event: events.MouseEvent) -> None:
        """Select while the button is held; a click puts the cursor there, and unfolds what can be."""
        done = self._pointer.take(event)
        if done == "begin":
            self.capture_mouse()
        elif done == "end":
            self.release_mouse()
        if done is not None:
            self._place()

    def _finish(self, pressed: str) -> None:
        """Do what a key asks for that ends or goes on with a selection."""
        selection = self.reading.selection
        if pressed == "copy" and selection is not None:
            self.post_message(self.Selected(selection.text()))
        if pressed in ("copy", "leave"):
            self.reading.selection = None
        self._place()

    def _go_on(self) -> None:
        """Take in more of a long text, as long as there is more of it in view."""
        self._going_on = False
        self.reading.viewport.go_on()
        self._place()

    def _place(self) -> None:
        """Tell Textual where the view is, and paint the lines of it that have changed."""
        reading, viewport = self.reading, self.reading.viewport
        size = Size(max(1, self.size.width - 1), reading.document.height + viewport.blank)
        if size != self.virtual_size:
            # The reactive way would lay out the screen and paint the whole widget at each new line.
            self.set_reactive(ScrollView.virtual_size, size)
        if viewport.top != self.scroll_offset.y:
            self.scroll_target_y = viewport.top
            self.scroll_y = viewport.top
        if not self.size.height:
            return
        painted, self._painted = self._painted, self._frame.strips(focused=self.has_focus)
        if len(painted) == len(self._painted):
            repaint(painted, self._painted, self.refresh)
        else:
            self.refresh()
        if viewport.following != self.following:
            self.following = viewport.following
            self.post_message(self.Followed(self.following))
        if not self._going_on and self._frame.is_partial:
            self._going_on = True
            self.set_timer(_SLICE_PAUSE, self._go_on)
        pictures = self._frame.pictures()
        if pictures != self._pictures:
            self._pictures = pictures
            self.post_message(self.PicturesSeen(pictures))
