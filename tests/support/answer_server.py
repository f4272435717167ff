"""A model for tests: an OpenAI-compatible server on the loopback interface, in a process of its own.

`python -m tests.support.answer_server --port 0 --log FILE` prints its port and serves until it is ended. What
it answers hangs on a word in the last question: STREAM100 and STREAM400 bring the long answer at so many
tokens a second, STREAMMAX brings it as fast as it can be written, everything else a reply of three tokens. The
log gets a line of JSON for each request, for the first and the last token of the long answer and for the marks
in it, with monotonic times in seconds taken just before the bytes are written.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.support.answer_text import FIRST, LAST, MARKS, answer_tokens

RATES = {"STREAM100": 100.0, "STREAM400": 400.0, "STREAMMAX": math.inf}
_SHORT = ("A ", "short ", "reply.")
_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n"
    b"Cache-Control: no-cache\r\nConnection: close\r\n\r\n"
)
_END = b"0\r\n\r\n"
_BASE = {"id": "answer", "object": "chat.completion.chunk", "created": 1, "model": "fake"}


class AnswerServer:
    """The server as a subprocess that ends with the block.

    Args:
        log: The file its events go to; made if it is not there.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.answer_server", "--port", "0", "--log", str(log)],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=root,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError(f"the server ended with {self._process.returncode} before it was ready")
        self.port = int(line)

    @property
    def base_url(self) -> str:
        """The address to configure as a provider's."""
        return f"http://127.0.0.1:{self.port}/v1"

    def events(self, since: float = 0.0) -> list[dict[str, Any]]:
        """What has happened from the monotonic time `since` on: `event`, `time`, and details of each."""
        lines = self._log.read_text("utf-8").splitlines(keepends=True)
        events = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in events if event["time"] >= since]

    def close(self) -> None:
        """End the server. May be called again."""
        self._process.terminate()
        with self._process:
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Service:
    """Answers requests.

    Args:
        log: Where the events go, line by line.
    """

    def __init__(self, log: IO[str]) -> None:
        self._log = log
        # Made once: while it streams, the server only waits and writes.
        self._long = [(token.strip(), _event(token)) for token in answer_tokens()]
        self._short = [("", _event(token)) for token in _SHORT]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the one request of a connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, path, _ = head.split(b" ", 2)
            body = await _body(head, reader) if method == b"POST" else {}
            await self._answer(path.decode().split("?")[0], body, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self._note("gone")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, path: str, body: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        """Choose between the list of models, a stream and a plain reply."""
        rate = _rate(body)
        self._note("request", path=path, stream=bool(body.get("stream")), long=rate is not None)
        if not body.get("stream"):
            reply = {"object": "list", "data": [{"id": "fake", "object": "model"}]} if not body else _reply()
            writer.write(_HEAD % b"application/json" + _chunk(json.dumps(reply)) + _END)
            await writer.drain()
            return
        writer.write(_HEAD % b"text/event-stream")
        await self._stream(self._short if rate is None else self._long, rate or math.inf, writer)
        writer.write(_chunk(_sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})))
        if (body.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": 5, "completion_tokens": 2000, "total_tokens": 2005}
            writer.write(_chunk(_sse({"choices": [], "usage": usage})))
        writer.write(_chunk("data: [DONE]\n\n") + _END)
        await writer.drain()
        self._note("done")

    async def _stream(self, tokens: list[tuple[str, bytes]], rate: float, writer: asyncio.StreamWriter) -> None:
        """Write the tokens, so many a second, or as fast as the other side takes them."""
        start = time.monotonic()
        for index, (word, data) in enumerate(tokens):
            await asyncio.sleep(max(0.0, start + index / rate - time.monotonic()))
            if word == FIRST:
                self._note("first")
            elif word == LAST:
                self._note("last")
            elif word in MARKS:
                self._note("mark", word=word)
            writer.write(data)
            await writer.drain()

    def _note(self, event: str, **details: object) -> None:
        """Put an event into the log."""
        self._log.write(json.dumps({"event": event, "time": time.monotonic(), **details}) + "\n")


def _rate(body: Mapping[str, Any]) -> float | None:
    """Tokens a second of the long answer; None if the question does not ask for it."""
    questions = [message for message in body.get("messages") or [] if message.get("role") == "user"]
    last = json.dumps(questions[-1].get("content")) if questions else ""
    return next((rate for word, rate in RATES.items() if word in last), None)


def _reply() -> dict[str, Any]:
    """A whole answer, for a request that does not stream."""
    message = {"role": "assistant", "content": "".join(_SHORT)}
    usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {**_BASE, "object": "chat.completion", "choices": [choice], "usage": usage}


def _event(token: str) -> bytes:
    """One token as it goes over the wire."""
    delta = {"role": "assistant", "content": token}
    return _chunk(_sse({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))


def _sse(part: Mapping[str, Any]) -> str:
    """A part of the answer as a server-sent event."""
    return f"data: {json.dumps({**_BASE, **part})}\n\n"


def _chunk(text: str) -> bytes:
    """A piece of a chunked body."""
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _body(head: bytes, reader: asyncio.StreamReader) -> dict[str, Any]:
    """The JSON a request carries."""
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    return dict(json.loads(await reader.readexactly(length) or b"{}"))


async def _serve(port: int, log: Path) -> None:
    """Serve until cancelled."""
    with log.open("a", buffering=1, encoding="utf-8") as file:
        server = await asyncio.start_server(_Service(file).handle, "127.0.0.1", port)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve fixed answers on the loopback interface.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--log", type=Path, required=True, help="file that gets a line of JSON for each event")
    options = parser.parse_args()
    asyncio.run(_serve(options.port, options.log))
