"""The input box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from oats_tui.core.sanitize import sanitize
from oats_tui.ui.painting.cursor import OWN_CURSOR
from oats_tui.ui.widgets.editor import Editor
from oats_tui.ui.widgets.history import History

PLACEHOLDER = "Ask anything"


class Prompt(Editor):
    """Where messages are typed: enter sends, ctrl+j makes a new line.

    Grows with its text up to a third of the screen. Up and down at its edges walk through what was sent. ctrl+_
    takes back what was typed, as in shells: ctrl+z is theirs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+underscore", "undo", "Undo", show=False)]

    class Submitted(Message):
        """A message is to be sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Scrolled(Message):
        """The transcript is to scroll by so many pages, without leaving the input."""

        def __init__(self, pages: float) -> None:
            super().__init__()
            self.pages = pages

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, placeholder=PLACEHOLDER, compact=True, highlight_cursor_line=False, soft_wrap=True)
        self.cursor_blink = False
        self.beyond: Widget | None = None
        """Where tab goes to."""
        self._history = History()

    def remember(self, sent: Sequence[str]) -> None:
        """Take on what was sent before, oldest first."""
        self._history.take([sanitize(text) for text in sent])

    @property
    def _draw_cursor(self) -> bool:
        """Whether the cursor is drawn, which the terminal does better."""
        return super()._draw_cursor and not self.app.has_class(OWN_CURSOR)

    def render_line(self, y: int) -> Strip:
        """Draw one line; none where there is no room, which Textual's own placeholder does not survive."""
        if self.content_size.width < 1:
            return Strip.blank(self.size.width)
        return super().render_line(y)

    def put(self, text: str) -> None:
        """Show this text, with the cursor behind it."""
        self.text = text
        self.move_cursor(self.document.end)

    def give_back(self, text: str) -> None:
        """Show a text again that could not be sent, in front of what was typed since."""
        self.put("\n".join(filter(None, (text, self.text))))

    async def _on_key(self, event: events.Key) -> None:
        """Send on enter, walk through the history at the edges; leave the rest to the text area."""
        handlers: dict[str, Callable[[], bool]] = {
            "enter": self._enter,
            "ctrl+j": self._newline,
            "alt+enter": self._newline,
            "shift+enter": self._newline,
            "tab": self._tab,
            "up": lambda: self._walk(-1),
            "down": lambda: self._walk(1),
            "ctrl+d": self._end,
            "pageup": lambda: self._scroll(-1),
            "pagedown": lambda: self._scroll(1),
            "shift+up": lambda: self._scroll(-0.1),
            "shift+down": lambda: self._scroll(0.1),
        }
        handler = handlers.get(event.key)
        if handler is not None and handler():
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        """Paste as text: whatever a terminal would obey is shown instead."""
        event.prevent_default()
        event.stop()
        start, end = self.selection
        self.replace(sanitize(event.text), start, end)
        # The input grows first.
        self.call_after_refresh(self.scroll_cursor_visible)

    def _enter(self) -> bool:
        """Send; a backslash in front of the cursor makes a new line instead."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        if column == len(line) and line.endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column))
        elif self.text.strip():
            self.post_message(self.Submitted(self.text))
            self.put("")
        return True

    def _newline(self) -> bool:
        """Begin a new line."""
        self.replace("\n", *self.selection)
        return True

    def _tab(self) -> bool:
        """Go on to the transcript; a tab is never typed."""
        if self.beyond is not None:
            self.screen.set_focus(self.beyond)
        return True

    def _scroll(self, pages: float) -> bool:
        """Scroll the transcript."""
        self.post_message(self.Scrolled(pages))
        return True

    def _end(self) -> bool:
        """Quit from an empty input, as a shell does."""
        if self.text:
            return False
        self.app.exit()
        return True

    def _walk(self, step: int) -> bool:
        """Show what was sent before (-1) or after (1) this, where the cursor is on the first or last line."""
        if not (self.cursor_at_first_line if step < 0 else self.cursor_at_last_line):
            return False
        text = self._history.walk(step, self.text)
        if text is not None:
            self.put(text)
        return text is not None
