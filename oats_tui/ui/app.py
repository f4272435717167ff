"""The Textual application: a frame around the chat screen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePath

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input, TextArea

import oats_tui
from oats_tui.chat.chat import Chat
from oats_tui.core.bus import EventBus
from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.commands import COMMANDS, key_names
from oats_tui.ui.desk import Start
from oats_tui.ui.keyorder import KeyOrder
from oats_tui.ui.left import left_path, save_left
from oats_tui.ui.memory import Memory
from oats_tui.ui.notifying import wanted
from oats_tui.ui.pasting import Typed
from oats_tui.ui.screens.chat import ChatScreen
from oats_tui.ui.telling import Telling
from oats_tui.ui.terminal_app import TerminalApp

MOST_WARNINGS = 5
"""How many things that are wrong with a configuration are told; the rest can wait until these are mended."""

LEAP = 1 / 8
"""By what share of its height the message pane goes on when a growing answer reaches its foot."""

LEAP_ON_SLOW_LINE = 1 / 2
"""The same at the end of a slow line, to which each move sends the whole pane."""

STYLES = ("chat", "sidebar", "transcript", "prompt", "status", "overlays")


def style_paths() -> list[str | PurePath]:
    """Return the style sheets: inside the package where it was installed, beside it in a checkout."""
    package = Path(oats_tui.__file__).parent
    folder = package / "styles"
    if not folder.is_dir():
        folder = package.parent / "styles"
    return [folder / f"{name}.tcss" for name in STYLES]


class OatsApp(TerminalApp):
    """Shows the chat screen, keeps the theme, and answers for crashes.

    Args:
        chat: Who reads, writes and answers.
        memory: What is remembered of the person.
        start: How the program was started.
        bus: Where everything is told.
    """

    TITLE = "oats-tui"
    ENABLE_COMMAND_PALETTE = False  # ours opens its own, see ui/screens/palette.py

    def __init__(self, chat: Chat, memory: Memory, start: Start, bus: EventBus) -> None:
        super().__init__(style_paths(), memory, start.theme, start.crashes, start.pacing)
        self.start = start
        self._chat_screen = ChatScreen(chat, memory, start, bus)
        self._keys = KeyOrder(self, self._chat_screen.runner.settled)
        self.telling = Telling(self, wanted(start.notifications, os.environ))
        self.telling.listen(bus)

    def get_default_screen(self) -> Screen[None]:
        """Return the chat screen."""
        return self._chat_screen

    @property
    def open_id(self) -> str | None:
        """The id of the open session; None in a new conversation."""
        return self._chat_screen.desk.workspace.open_id

    def title_of(self, session_id: str) -> str:
        """Return a session's title."""
        return self._chat_screen.desk.workspace.listing.title(session_id)

    def show_rate(self, words: str) -> None:
        """Show how much goes to the terminal."""
        self._chat_screen.desk.view.status.rate(words)

    def hang_up(self) -> None:
        """End because the terminal has gone, or is about to."""
        self.is_hung_up = True
        self.exit()

    def line_changed(self) -> None:
        """Show more at a time, and with less around it, where the line to the terminal is slow."""
        self.set_class(self.painter.pacing.is_slow, "-slow-line")
        viewport = self._chat_screen.transcript.reading.viewport
        viewport.leap = LEAP_ON_SLOW_LINE if self.painter.pacing.is_slow else LEAP
        self._chat_screen.desk.view.status.show()

    async def put_away(self) -> None:
        """Keep what is to be remembered, once the screen is closed."""
        desk = self._chat_screen.desk
        await desk.save()
        await self.note_left()
        await desk.save_marks()

    async def note_left(self) -> None:
        """Keep how the open session is left, and that nothing has happened in another one since."""
        desk = self._chat_screen.desk
        # Where another session was being opened, the messages shown are not yet those of the one written to.
        if desk.draft.session_id == self.open_id:
            desk.view.left.note(self.open_id, self._chat_screen.transcript.reading.state)
        await save_left(left_path(self.start.memory_path), desk.view.left)

    def on_mount(self) -> None:
        """Take on the person's keys and theme."""
        known = {command.id for command in COMMANDS} | {"leader"}
        unknown = sorted(set(self.start.keys) - known)
        self.app_resume_signal.subscribe(self, lambda _: self.forget_screen())
        self.line_changed()
        self.set_keymap({**self.start.keys, "leader": self.start.leader})
        self.choose_theme()
        for command_id in unknown[:MOST_WARNINGS]:
            self._warn(f"The configuration binds “{command_id}”, which is no command.")

    async def on_event(self, event: events.Event) -> None:
        """Hand on keys one after the other; those that come once the last screen has closed are for nobody."""
        if isinstance(event, events.Key | events.Paste) and not self._screen_stack:
            return
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if not self._keys.is_turn_of(event):
                return
            if isinstance(event, events.Paste):
                # Also into a window that is not in front, which then has the focus as with a key.
                self.app_focus = True
            target = self.focused or self.screen
            if isinstance(event, Typed) and not isinstance(target, TextArea | Input):
                self._keys.instead(event.keys())
                return
            given = events.Paste(event.text) if isinstance(event, Typed) else event
            await super().on_event(given)
            self._keys.follow(given, target)
        else:
            await super().on_event(event)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Tell which keys of the configuration take another command's place."""
        for binding in clashed_bindings:
            self._warn(f"The configuration takes the key {binding.key} from “{binding.description}”.")

    def _warn(self, words: str) -> None:
        """Show a warning about the configuration, whose words are somebody else's."""
        self.notify(sanitize_line(words), severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give the palette every command."""
        if not isinstance(screen, ChatScreen):
            return
        for command in COMMANDS:
            if command.action and command.shown and command.id not in {"app.palette", "app.interrupt"}:
                keys = " · ".join(key_names(command, self.start.leader, self.start.keys))
                yield SystemCommand(command.title, keys, partial(screen.action_command, command.id))
