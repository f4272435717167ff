"""Commands and messages on their way, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.ui.actions import action
from oats_tui.ui.commands import BY_ID

if TYPE_CHECKING:
    from oats_tui.ui.screens.chat import ChatScreen


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

    def send(self, text: str) -> None:
        """Send a message that has left the input; one that cannot be sent is given back."""
        self._screen.run_worker(self._send(text), group="send")

    def let_keys_on(self) -> None:
        """Let the next keys come while commands go on: they ask for something, or are as far as keys can see."""
        self._quiet.set()

    async def settled(self) -> None:
        """Wait until the commands begun so far are done, or let keys on."""
        await self._quiet.wait()

    async def _send(self, text: str) -> None:
        """Send a message."""
        try:
            await self._screen.desk.send(text)
        except OatsError as error:
            self._screen.prompt.give_back(text)
            self._screen.desk.view.fail(error)

    async def _run(self, command_id: str, argument: str) -> None:
        """Run a command."""
        command, screen = BY_ID[command_id], self._screen
        try:
            async with contextlib.nullcontext() if command.urgent else self._one_at_a_time:
                if screen.app.screen is screen:
                    await action(command.action)(screen.desk, argument or command.argument)
        except OatsError as error:
            screen.desk.view.fail(error)
        finally:
            self._count -= 1
            if not self._count:
                self._quiet.set()
