"""The process that runs the model: JSON lines in, JSON lines out.

It is run as a file by an isolated interpreter and imports nothing of this package, so that it starts fast and
takes no module from the folder the program was started in.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, NoReturn


class Channel:
    """The two pipes to the program. Whatever else is written to standard output goes nowhere."""

    def __init__(self) -> None:
        self._in = os.dup(0)
        self._out = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.close(null)
        self.requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.stopped: set[int] = set()
        self.socket = ""

    def listen(self) -> None:
        """Take in requests until the program lets go of its end, then end this process at once."""
        try:
            with os.fdopen(self._in, "rb") as lines:
                for line in lines:
                    request = json.loads(line)
                    if "stop" in request:
                        self.stopped.add(request["stop"])
                    else:
                        self.socket = request.get("socket", self.socket)
                        self.requests.put(request)
        finally:
            self.leave()

    def send(self, **message: Any) -> None:
        """Write one message."""
        rest = json.dumps(message).encode() + b"\n"
        try:
            while rest:
                rest = rest[os.write(self._out, rest) :]
        except OSError:
            self.leave()

    def leave(self) -> NoReturn:
        """End without running destructors: the library aborts when it is taken down during an answer."""
        self.hide_socket()
        os._exit(0)

    def hide_socket(self) -> None:
        """Take away the name of the library's own server, which nobody is to reach."""
        # Whoever started this process clears both away as well, unless it was killed.
        with suppress(OSError):
            os.unlink(self.socket)  # noqa: PTH108 - importing pathlib would delay the start
        with suppress(OSError):
            os.rmdir(os.path.dirname(self.socket))  # noqa: PTH106, PTH120 - likewise


def load(settings: dict[str, Any]) -> Any:
    """Load the model and return the library's server."""
    sys.path.append(settings["library"])
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["path"]
    params.n_ctx = settings["context"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.n_parallel = 1
    # A stop is noticed between two batches: small ones make it fast and cost no throughput.
    params.n_batch = 64
    params.n_ubatch = 64
    # The default keeps 8 GiB of former prompts.
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.warmup = False
    params.fit_params = False
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    # The library always starts its own HTTP server. A socket in a private folder is out of everybody's reach.
    params.hostnames = [settings["socket"]]
    params.port = 1
    return xllamacpp.Server(params)


class Answer:
    """One answer on its way: what the library tells, in the words of the protocol."""

    def __init__(self, channel: Channel, number: int) -> None:
        self._channel = channel
        self._number = number
        self.reason = ""

    def take(self, chunk: str) -> bool:
        """Pass a chunk on. Returns True to stop the answer."""
        if self._number in self._channel.stopped:
            return True
        try:
            self._pass_on(json.loads(chunk))
        except Exception as error:  # noqa: BLE001 - the library drops what a callback raises
            self.fail(f"{type(error).__name__}: {error}")
            return True
        return bool(self.reason == "error")

    def fail(self, message: str, context: int | None = None) -> None:
        """Tell that there is no answer. With a context, the prompt did not fit into that many tokens."""
        self.reason = "error"
        self._channel.send(id=self._number, type="error", message=message, context=context)

    def _pass_on(self, chunk: dict[str, Any]) -> None:
        """Translate one chunk."""
        if error := chunk.get("error"):
            too_long = error.get("type") == "exceed_context_size_error"
            self.fail(str(error.get("message", "")), error.get("n_ctx") if too_long else None)
            return
        if progress := chunk.get("prompt_progress"):
            self._send("reading", done=progress["processed"], total=progress["total"])
        for choice in chunk.get("choices", ()):
            delta = choice.get("delta", {})
            if thought := delta.get("reasoning_content"):
                self._send("thinking", text=thought)
            if text := delta.get("content"):
                self._send("text", text=text)
            self.reason = choice.get("finish_reason") or self.reason
        if usage := chunk.get("usage"):
            names = ("prompt_tokens", "completion_tokens", "total_tokens")
            self._send("usage", counts={name: usage[name] for name in names})

    def _send(self, kind: str, **content: Any) -> None:
        """Write a message of this answer."""
        self._channel.send(id=self._number, type=kind, **content)


def answer(server: Any, channel: Channel, request: dict[str, Any]) -> None:
    """Answer one request, whatever becomes of it."""
    number = request["id"]
    running = Answer(channel, number)
    if number not in channel.stopped:
        try:
            server.handle_chat_completions(json.dumps(request["body"]), running.take)
        except Exception as error:  # noqa: BLE001 - native code raises what it likes; the next request goes on
            running.fail(f"{type(error).__name__}: {error}")
    channel.stopped.discard(number)
    channel.send(id=number, type="end", reason=running.reason)


def main() -> None:
    """Load what the first line names, then answer the lines that follow, one at a time."""
    channel = Channel()
    os.nice(5)
    threading.Thread(target=channel.listen, daemon=True).start()
    try:
        server = load(channel.requests.get())
    except Exception as error:  # noqa: BLE001 - told to the program, which knows what to advise
        channel.send(type="failed", importing=isinstance(error, ImportError), message=str(error))
        channel.leave()
    channel.hide_socket()
    channel.send(type="ready")
    while True:
        answer(server, channel, channel.requests.get())


if __name__ == "__main__":
    main()
