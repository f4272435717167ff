"""A model that says numbered words at a steady pace and notes when it said each."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.benchmarks.live_reading import Awaited
from tests.support.fake_service import DONE, chunk

WORDS_A_SECOND = 20.0
_WORDS_A_PARAGRAPH = 40
_JOIN_SECONDS = 30.0


class WordService:
    """An OpenAI-compatible service on the loopback interface; it listens while its block lasts.

    Args:
        count: How many words an answer has.

    Attributes:
        sent: The words of the one answer, each with the moment just before it was written.
        done: Set when the answer is complete, or nobody reads it any more.
    """

    def __init__(self, count: int) -> None:
        self.sent: list[Awaited] = []
        self.done = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.service = self
        self._server.count = count
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(_JOIN_SECONDS)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """The listening part."""

    service: WordService
    count: int


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List the one model."""
        self._head("application/json")
        self.wfile.write(json.dumps({"object": "list", "data": [{"id": "fake", "object": "model"}]}).encode())

    def do_POST(self) -> None:
        """Say the words; the connection ends with the answer."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._head("text/event-stream")
        try:
            self._say()
        except ConnectionError:
            self.close_connection = True
        finally:
            self.server.service.done.set()

    def _say(self) -> None:
        """Write word after word, each at its time."""
        self.wfile.write(chunk({"role": "assistant", "content": ""}))
        start = time.monotonic()
        for number in range(self.server.count):
            word = f"w{number:05}"
            end = "\n\n" if number % _WORDS_A_PARAGRAPH == _WORDS_A_PARAGRAPH - 1 else " "
            data = chunk({"content": word + end})
            time.sleep(max(0.0, start + number / WORDS_A_SECOND - time.monotonic()))
            self.server.service.sent.append(Awaited(word, time.monotonic()))
            self.wfile.write(data)
        self.wfile.write(chunk({}, "stop") + DONE)

    def _head(self, kind: str) -> None:
        """Begin an answer that ends with the connection."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
