"""Keys one after the other: the next is handed on when the one before has been dealt with.

Textual gives each key to the queue of the widget that has the focus, and looks for bindings only once the key has
come back up to the app. Where several come at once, as over a slow line or from a program that types, those behind
a key that deletes, moves the focus or opens something overtake it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from textual.app import App
from textual.dom import DOMNode
from textual.events import Key, Paste


class KeyOrder:
    """Says of each key whether its turn has come.

    Args:
        app: Where keys come in.
        settled: Waits until the commands that keys have begun are done, or ask something.

    Attributes:
        patience: Seconds for which a key waits for the one before it; then all go on unordered until that is done.
    """

    def __init__(self, app: App[None], settled: Callable[[], Awaitable[None]]) -> None:
        self.patience = 1.0
        self._app = app
        self._settled = settled
        self._waiting: deque[Key | Paste] = deque()
        self._next: Key | Paste | None = None
        self._following: asyncio.Task[None] | None = None
        self._gives_up: asyncio.TimerHandle | None = None

    def is_turn_of(self, event: Key | Paste) -> bool:
        """Return whether a key may be handed on now; if not, the app gets it once more when its turn has come."""
        if event is self._next:
            self._next = None
            return True
        if self._gives_up is None and not self._waiting and self._next is None:
            return True
        self._waiting.append(event)
        return False

    def instead(self, keys: Sequence[Key]) -> None:
        """Have the turn of a key, which was handed on just now, taken by others."""
        self._waiting.extendleft(reversed(keys))
        self._go_on()

    def follow(self, event: Key | Paste, target: DOMNode) -> None:
        """Hold back the keys behind one that was handed on, until all has been done that it asks for."""
        if self.is_idle:
            self._following = asyncio.create_task(self._follow(event, target))
            self._following.add_done_callback(lambda _: self._go_on())
            self._gives_up = asyncio.get_running_loop().call_later(self.patience, self._go_on)
        else:
            self._go_on()

    @property
    def is_idle(self) -> bool:
        """Whether all has been done that keys asked for."""
        return self._following is None or self._following.done()

    async def _follow(self, event: Key | Paste, target: DOMNode) -> None:
        """Go the way of a key behind it; then up from the focus of a screen that has opened or come back."""
        screen = target.screen
        await self._wait_in_line(target)
        if event._stop_propagation and (isinstance(event, Paste) or event.is_printable):
            # It was typed. Higher up there may be a long line, as while an answer is being drawn.
            return
        await self._climb(target)
        await self._settled()
        while screen is not self._app.screen:
            screen = self._app.screen
            await self._climb(screen.focused or screen)
            await self._settled()

    async def _climb(self, start: DOMNode) -> None:
        """Wait in the queue of a widget, then in those of all that it is in, up to the app's own."""
        for node in start.ancestors_with_self:
            await self._wait_in_line(node)

    async def _wait_in_line(self, node: DOMNode) -> None:
        """Wait until a widget has taken what is in its queue now."""
        reached = asyncio.Event()
        if node.call_later(reached.set):
            await reached.wait()

    def _go_on(self) -> None:
        """Give the app the next key."""
        if self._gives_up is not None:
            self._gives_up.cancel()
            self._gives_up = None
        if self._waiting and self._next is None:
            self._next = self._waiting.popleft()
            self._app.post_message(self._next)
