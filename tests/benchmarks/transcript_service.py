"""A model that gives one of the large answers: `python -m tests.benchmarks.transcript_service LOG`.

It prints its port and serves until it is ended. The question names the answer, which is written as fast as the
connection takes it, in pieces of 64 characters: the log gets a line of JSON, its event and the monotonic time just
before the bytes were written, for the first and for the last piece.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.benchmarks.transcript_answers import answer
from tests.support.fake_service import DONE, chunk

_PIECE = 64


class LargeService:
    """The service as a process of its own that ends with the block.

    Args:
        log: The file its events go to.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        log.touch()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.transcript_service", str(log)],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[2],
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/v1"

    def events(self) -> dict[str, float]:
        """The moments of the latest answer's first and last piece, as far as they have come."""
        lines = self._log.read_text("utf-8").splitlines(keepends=True)
        told = [json.loads(line) for line in lines if line.endswith("\n")]
        begun = max((number for number, (event, _) in enumerate(told) if event == "first"), default=len(told))
        return dict(told[begun:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        with self._process:
            self._process.wait()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List the one model."""
        self._head("application/json")
        self.wfile.write(json.dumps({"object": "list", "data": [{"id": "fake", "object": "model"}]}).encode())

    def do_POST(self) -> None:
        """Give the answer that the question names; the connection ends with it."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        text = answer(str(body["messages"][-1]["content"]))
        pieces = [chunk({"content": text[start : start + _PIECE]}) for start in range(0, len(text), _PIECE)]
        self._head("text/event-stream")
        try:
            self._note("first")
            for piece in pieces[:-1]:
                self.wfile.write(piece)
            self._note("last")
            self.wfile.write(pieces[-1] + chunk({}, "stop") + DONE)
        except ConnectionError:
            self._note("gone")

    def _head(self, kind: str) -> None:
        """Begin an answer that ends with the connection."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def _note(self, event: str) -> None:
        """Put an event into the log."""
        with Path(sys.argv[1]).open("a", encoding="utf-8") as log:
            log.write(json.dumps([event, time.monotonic()]) + "\n")


def main() -> None:
    """Serve until ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
