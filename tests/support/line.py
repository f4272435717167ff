"""A line between two programs that is as slow and as long as a test wants it, and can be cut.

    with Line(server_port, rate=9600, delay=0.15) as line:
        connect_to(line.port)
        line.hold()
        line.go_on()
        line.cut()

Each direction takes so many bytes a second, and each byte arrives so many seconds after it has been taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_PIECE = 512
"""Bytes that are taken at once; few, so that what comes later does not wait long for the end of a piece."""

_HELD = 16384
"""Bytes that wait at the line's beginning before it takes no more."""

_BUFFER = 4096
_SECONDS = 10.0
# Closing with a reset: what has not been sent is thrown away.
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Way:
    """One direction.

    Attributes:
        bytes: How many it has taken.
    """

    bytes: int = 0


class Line:
    """A line to a port on 127.0.0.1, until the block ends.

    Args:
        port: Where the other side listens.
        rate: Bytes a second in each direction; None for as many as come.
        delay: Seconds for which each byte is under way.

    Attributes:
        port: Where to connect to.
        there: The direction to the other side.
        back: The direction from the other side.
    """

    def __init__(self, port: int, rate: float | None = None, delay: float = 0.0) -> None:
        self.there = Way()
        self.back = Way()
        self._other = port
        self._rate = rate
        self._delay = delay
        self._connections: set[asyncio.Task[None]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._carries = asyncio.Event()
        self._carries.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Break every connection at once: both sides get a reset, and what is under way is lost."""
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result(_SECONDS)

    def hold(self) -> None:
        """Carry nothing any more, of which neither side is told; what is under way stays there."""
        self._loop.call_soon_threadsafe(self._carries.clear)

    def go_on(self) -> None:
        """Carry again, from where it was held."""
        self._loop.call_soon_threadsafe(self._carries.set)

    def close(self) -> None:
        """Break every connection and take none any more."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        """Serve until told to stop, then end what is left."""
        self._loop.create_task(self._serve())
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self) -> None:
        """Take connections."""
        while True:
            near, _ = await self._loop.sock_accept(self._listener)
            task = self._loop.create_task(self._join(near))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _break(self) -> None:
        """End every connection, and wait for that."""
        ending = list(self._connections)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _join(self, near: socket.socket) -> None:
        """Carry what two sides say until both have ended."""
        with near, socket.socket() as far:
            for end in (near, far):
                # What waits in the system's own buffers is on no line.
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.setblocking(False)
            try:
                with contextlib.suppress(OSError):
                    await self._loop.sock_connect(far, ("127.0.0.1", self._other))
                    await self._both_ways(near, far)
            except asyncio.CancelledError:
                for end in (near, far):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                raise

    async def _both_ways(self, near: socket.socket, far: socket.socket) -> None:
        """Carry until both sides have ended, or one has been broken."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(near, far, self.there))
                group.create_task(self._carry(far, near, self.back))
        except* OSError:
            pass

    async def _carry(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        """Carry what one side says to the other, to its end."""
        waiting: deque[tuple[float, bytes]] = deque()
        changed = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(target, waiting, changed))
            free, data = time.monotonic(), b"begun"
            while data:
                await self._carries.wait()
                data = await self._loop.sock_recv(source, _PIECE)
                way.bytes += len(data)
                free = max(free, time.monotonic()) + (len(data) / self._rate if self._rate else 0.0)
                waiting.append((free + self._delay, data))
                changed.set()
                if self._rate:
                    await asyncio.sleep(free - _HELD / self._rate - time.monotonic())

    async def _deliver(
        self, target: socket.socket, waiting: deque[tuple[float, bytes]], changed: asyncio.Event
    ) -> None:
        """Hand on each piece when it is due; an empty one is the end."""
        while True:
            while not waiting:
                changed.clear()
                await changed.wait()
            due, data = waiting.popleft()
            await asyncio.sleep(due - time.monotonic())
            await self._carries.wait()
            if not data:
                with contextlib.suppress(OSError):
                    target.shutdown(socket.SHUT_WR)
                return
            await self._loop.sock_sendall(target, data)
