"""Commands on their way: one after the other, and keys behind them in the order in which they were pressed."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from oats_tui.core.errors import OatsError
from oats_tui.ui.actions import action
from oats_tui.ui.commands import BY_ID

if TYPE_CHECKING:
    from oats_tui.ui.screens.chat import ChatScreen

PATIENCE = 1.0
"""Seconds for which a key waits for a command that was begun before it."""


class Runner:
    """Runs commands, telling what goes wrong.

    Args:
        screen: Where they are run.
    """

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._one_at_a_time = asyncio.Lock()
        self._count = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def start(self, command_id: str, argument: str = "") -> None:
        """Begin a command; one that is not urgent waits for the one before, so that no question covers another."""
        self._count += 1
        self._quiet.clear()
        self._screen.run_worker(self._run(command_id, argument), group="command", exit_on_error=True)

    def asks(self) -> None:
        """A command has opened a screen of its own, which takes the next keys."""
        self._quiet.set()

    async def settled(self) -> None:
        """Wait until the commands begun so far are done, or ask something."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), PATIENCE)

    async def is_for(self, widget: Widget, event: events.Key) -> bool:
        """Return whether a key that has reached a widget is still meant for it, once earlier commands are done.

        Several keys come at once over a slow line; those behind one that moved the focus follow it.
        """
        await self.settled()
        if self._screen.focused is widget and widget.app.screen is self._screen:
            return True
        event.stop()
        event.prevent_default()
        widget.app.post_message(events.Key(event.key, event.character))
        return False

    async def type(self, event: events.Key) -> None:
        """Type a letter into the input, once the commands before it are done; keys behind it wait meanwhile."""
        await self.settled()
        screen = self._screen
        if screen.app.screen is not screen or isinstance(screen.focused, Input):
            screen.app.post_message(events.Key(event.key, event.character))
        else:
            screen.prompt.focus()
            screen.prompt.insert(event.character or "")

    async def _run(self, command_id: str, argument: str) -> None:
        """Run a command."""
        command, screen = BY_ID[command_id], self._screen
        try:
            async with contextlib.nullcontext() if command.urgent else self._one_at_a_time:
                await screen.prompt.settled()
                if screen.app.screen is screen:
                    await action(command.action)(screen.desk, argument or command.argument)
        except OatsError as error:
            screen.desk.view.fail(error)
        finally:
            self._count -= 1
            if not self._count:
                self._quiet.set()
