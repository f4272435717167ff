"""A server on loopback that speaks the OpenAI chat protocol and does what a test tells it."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

_LOOK_EVERY = 0.002
_LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class Pause:
    """Silence, for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Silence:
    """Silence until the test calls ``release``."""


@dataclass(frozen=True)
class Cut:
    """The connection breaks here."""


Step = bytes | Pause | Silence | Cut


@dataclass(frozen=True)
class Reply:
    """What the server answers to one request.

    Attributes:
        steps: The body, piece by piece.
        status: The HTTP status.
        headers: Headers to send besides the usual ones.
        kind: The content type.
        framed: Whether the body is sent in chunks whose end is marked, or ends where the connection ends.
    """

    steps: tuple[Step, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/event-stream"
    framed: bool = True


@dataclass(frozen=True)
class Request:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


def sse(data: object) -> bytes:
    """Return one event of a stream; a text goes in as it is."""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}\n\n".encode()


def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    """Return the event for one piece of an answer."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return sse({**head, "choices": [choice]})


def usage_chunk(prompt: int, completion: int) -> bytes:
    """Return the event that tells the token counts."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return sse(
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [],
            "usage": usage,
        }
    )


DONE = sse("[DONE]")


def answer(
    texts: Iterable[str],
    finish: str | None = "stop",
    *,
    pace: float = 0.0,
    usage: tuple[int, int] | None = None,
) -> Reply:
    """Return an answer that comes text by text, with a pause of ``pace`` seconds after each."""
    steps: list[Step] = [chunk({"role": "assistant", "content": ""})]
    for text in texts:
        steps.append(chunk({"content": text}))
        if pace:
            steps.append(Pause(pace))
    steps.append(chunk({}, finish))
    if usage:
        steps.append(usage_chunk(*usage))
    return Reply((*steps, DONE))


def failure(status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """Return an error in OpenAI's form."""
    body = json.dumps({"error": {"message": message, **more}}).encode()
    return Reply((body,), status, headers or {}, "application/json")


def models(names: Sequence[str]) -> Reply:
    """Return a list of models."""
    listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    return Reply((json.dumps(listed).encode(),), kind="application/json")


class FakeService:
    """The server; a context manager that listens while it is entered.

    Attributes:
        replies: What is answered to the next chat requests, one after the other; the last stays.
        listing: What is answered to a request for the models.
        requests: What came in.
        client_left: Set when a client closes its connection before its answer was complete.
        left_at: When that was, on the monotonic clock.
    """

    def __init__(self, *replies: Reply) -> None:
        self.replies = deque(replies or (answer(["Hello", " there"]),))
        self.listing = models(["m"])
        self.requests: list[Request] = []
        self.client_left = threading.Event()
        self.left_at = 0.0
        self._released = threading.Event()
        self._connections: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def release(self) -> None:
        """End every silence."""
        self._released.set()

    def __enter__(self) -> FakeService:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join(_LONGEST_WAIT)

    def next_reply(self, path: str) -> Reply:
        """Return what to answer to a request for this path."""
        if path.endswith("/models"):
            return self.listing
        return self.replies.popleft() if len(self.replies) > 1 else self.replies[0]

    def opened(self, connection: socket.socket) -> None:
        """Note a connection."""
        self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        self._connections.discard(connection)

    def wait(self, connection: socket.socket, seconds: float | None) -> bool:
        """Wait for a time, or until released; False once the client has closed its connection."""
        end = time.monotonic() + (_LONGEST_WAIT if seconds is None else seconds)
        while time.monotonic() < end and not (seconds is None and self._released.is_set()):
            if select.select([connection], [], [], min(_LOOK_EVERY, max(0.0, end - time.monotonic())))[0]:
                with contextlib.suppress(OSError):
                    if connection.recv(1, socket.MSG_PEEK):
                        continue
                self.left()
                return False
        return True

    def left(self) -> None:
        """Note that the client closed its connection."""
        self.left_at = time.monotonic()
        self.client_left.set()


class _Server(ThreadingHTTPServer):
    """The listening part; waits for its threads when it closes."""

    daemon_threads = False
    request_queue_size = 16
    fake: FakeService


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        super().setup()
        self.server.fake.opened(self.connection)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.server.fake.closed(self.connection)

    def do_GET(self) -> None:
        self._answer(b"{}")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _answer(self, data: bytes) -> None:
        """Note the request and do what the test told."""
        fake = self.server.fake
        headers = {name.lower(): value for name, value in self.headers.items()}
        fake.requests.append(Request(self.command, self.path, headers, json.loads(data)))
        reply = fake.next_reply(self.path)
        try:
            self._send(reply)
        except OSError:
            fake.left()
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        """Send the head and then step by step the body."""
        if (
            reply.steps
            and isinstance(reply.steps[0], Silence)
            and not self.server.fake.wait(self.connection, None)
        ):
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header(*(("Transfer-Encoding", "chunked") if reply.framed else ("Connection", "close")))
        self.end_headers()
        for step in reply.steps:
            if not self._step(step, framed=reply.framed):
                self.close_connection = True
                return
        if reply.framed:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _step(self, step: Step, *, framed: bool) -> bool:
        """Do one step; False where the connection is at its end."""
        if isinstance(step, bytes):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step) if framed else step)
            return True
        if isinstance(step, Pause):
            return self.server.fake.wait(self.connection, step.seconds)
        if isinstance(step, Silence):
            return self.server.fake.wait(self.connection, None)
        return False
