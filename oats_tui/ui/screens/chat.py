"""The chat screen: session list, messages, input, status bar."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from oats_tui.chat.chat import Chat
from oats_tui.core.bus import EventBus
from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize
from oats_tui.ui import bridge
from oats_tui.ui.actions.listing import look_at_pins, turn
from oats_tui.ui.actions.messages import copy, prepare
from oats_tui.ui.commands import LEADER, parse_slash, screen_bindings
from oats_tui.ui.desk import Desk, Start
from oats_tui.ui.filtering import Filtering
from oats_tui.ui.left import left_path, load_left
from oats_tui.ui.memory import Memory
from oats_tui.ui.pins import load_pins, pins_path
from oats_tui.ui.readmarks import load_read_marks
from oats_tui.ui.running import Runner
from oats_tui.ui.screens.leader import LeaderScreen
from oats_tui.ui.shelf import Shelf
from oats_tui.ui.view import View
from oats_tui.ui.widgets.findbar import FindBar
from oats_tui.ui.widgets.prompt import Prompt
from oats_tui.ui.widgets.sidebar import Sidebar
from oats_tui.ui.widgets.sidepane import SidePane
from oats_tui.ui.widgets.status import StatusBar
from oats_tui.ui.widgets.transcript.widget import Transcript
from oats_tui.ui.workspace import Workspace

LOOK_BACK = 2.0
"""Seconds between two looks at what has been read in other windows."""

WIDE = 70
"""Columns from which on the list and the conversation stand side by side."""


class ChatScreen(Screen[None]):
    """Lays out the four regions and hands on what happens in them.

    Args:
        chat: Who reads, writes and answers.
        memory: What is remembered of the person.
        start: How the program was started.
        bus: Where everything is told.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *screen_bindings(),
        Binding(LEADER, "leader", "leader", show=False, priority=True, id="leader"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (30, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual's
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (8, "-tall")]  # noqa: RUF012 - Textual's

    def __init__(self, chat: Chat, memory: Memory, start: Start, bus: EventBus) -> None:
        super().__init__()
        filtering = Filtering()
        self.shelf = Shelf(memory, load_pins(pins_path(start.memory_path)), filtering)
        self.sidebar = Sidebar(id="sidebar", filtering=filtering)
        self.side = SidePane(self.sidebar)
        self.transcript = Transcript(id="transcript")
        self.findbar = FindBar(self.transcript, id="findbar")
        self.prompt = Prompt(id="prompt")
        self.prompt.beyond = self.transcript
        self.status = StatusBar(id="status")
        marks = load_read_marks(start.marks_path, time.time())
        workspace = Workspace(chat, marks)
        view = View(self, workspace, chat, load_left(left_path(start.memory_path)))
        self.desk = Desk(view, workspace, chat, memory, marks, start)
        self._bus = bus
        self.runner = Runner(self)

    def compose(self) -> ComposeResult:
        """Make the regions."""
        with Horizontal(id="main"):
            yield self.side
            with Vertical(id="conversation"):
                yield self.transcript
                yield self.findbar
                # The line above the input is a frame's: as the input's own it would be painted at every key.
                with Vertical(id="prompt-frame"):
                    yield self.prompt
        yield self.status
        yield Static(
            "The terminal is too small: 30 columns and 8 lines are the least.", id="too-small", markup=False
        )

    def on_mount(self) -> None:
        """Show what is known before anything is read."""

        def keep_focus(focused: Widget | None) -> None:
            # A region that loses its room loses the focus, and keys would go nowhere.
            if focused is None and self.app.app_focus:
                self.call_after_refresh(self.prompt.focus)
            self.desk.view.status.show()

        self.set_class(not self.desk.memory.sidebar, "-list-off")
        self.prompt.remember(self.desk.memory.history)
        if self.desk.start.resume is None:
            self.prompt.put(sanitize(self.desk.memory.draft(None)))
        self.prompt.focus()
        bridge.connect(self._bus, self)
        self.watch(self, "focused", keep_focus, init=False)
        self.watch(self.app, "app_focus", lambda: self.desk.view.rows(), init=False)
        self.set_interval(LOOK_BACK, self.desk.look_back)
        self.set_interval(LOOK_BACK, lambda: look_at_pins(self.desk))
        self.desk.view.conversation(opened_now=True)
        self.call_after_refresh(lambda: self.run_worker(self.desk.begin(), group="begin"))

    @on(bridge.News)
    def take_news(self, news: bridge.News) -> None:
        """Show what came over the bus."""
        self.desk.view.take(news)

    @property
    def narrow(self) -> bool:
        """Whether there is room for the list or the conversation only."""
        return self.size.width < WIDE

    def show_sidebar(self, shown: bool | None = None) -> None:
        """Show or hide the session list; None turns it round.

        On a narrow terminal it takes the conversation's place for a while; on a wide one that is remembered.
        """
        if shown is None:
            shown = not (self.has_class("-list-on") if self.narrow else self.desk.memory.sidebar)
        if self.narrow:
            self.set_class(shown, "-list-on")
        else:
            self.desk.memory.sidebar = shown
            self.set_class(not shown, "-list-off")
        if not shown and self.side.leads:
            self.prompt.focus()

    def on_key(self, event: events.Key) -> None:
        """Type a letter that means nothing in the list or the messages where it was meant to go."""
        if event.is_printable and event.character and event.key not in self.active_bindings:
            event.stop()
            self.set_focus(self.prompt)
            self.prompt.insert(event.character)

    def action_command(self, command_id: str, argument: str = "") -> None:
        """Run a command."""
        self.runner.start(command_id, argument)

    def action_leader(self) -> None:
        """Take the key that follows the leader, and run what it stands for."""
        self.app.push_screen(
            LeaderScreen(self.desk.start.leader),
            lambda chosen: self.action_command(chosen) if chosen else None,
        )

    def on_screen_suspend(self) -> None:
        """Let the screen that opens over this one take the keys."""
        self.runner.let_keys_on()

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        """Send a message, or run a slash command."""
        try:
            slash = parse_slash(message.text)
        except OatsError as error:
            self.prompt.give_back(message.text)
            self.desk.view.fail(error)
            return
        if slash is None:
            self.runner.send(message.text)
        else:
            self.action_command(slash[0].id, slash[1])

    def on_prompt_scrolled(self, message: Prompt.Scrolled) -> None:
        """Scroll the messages from the input."""
        lines = round(message.pages * max(1, self.transcript.size.height - 1))
        self.transcript.scroll_relative(y=lines or (1 if message.pages > 0 else -1), animate=False, force=True)

    @on(Transcript.Followed)
    @on(Transcript.Selected)
    @on(Transcript.PicturesSeen)
    def take_from_reader(self, message: Message) -> None:
        """Do what reading asks for."""
        match message:
            case Transcript.Followed():
                self.desk.view.status.show()
            case Transcript.Selected(text=text):
                copy(self.desk, text)
            case Transcript.PicturesSeen(pictures=pictures):
                self.run_worker(prepare(pictures, self.transcript), group="pictures")

    def on_text_area_changed(self) -> None:
        """Do at the next pause what typing asks for."""
        self.desk.typed()

    @on(Sidebar.Chosen)
    @on(Sidebar.Turned)
    @on(SidePane.Filtered)
    def take_from_list(self, message: Message) -> None:
        """Do what is chosen and typed in the list."""
        match message:
            case Sidebar.Chosen(session_id=session_id):
                self.runner.start("session.open", session_id)
            case Sidebar.Turned(heading=heading):
                turn(self.desk, heading)
            case SidePane.Filtered(text=text):
                self.shelf.filtering.text = text
                self.desk.view.rows(anew=True, from_top=True)
