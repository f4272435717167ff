"""The floor: the least a chat client made with Textual can do, and so what Textual itself costs.

A header, a list of chats, a Markdown widget for each answer, fed through Textual's own stream, a text area.
`python -m tests.benchmarks.floor PORT`; ctrl+s sends, ctrl+q quits.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Header, Label, ListItem, ListView, Markdown, TextArea

_REQUEST = (
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\n\r\n{body}"
)


async def answer(port: int, question: str) -> AsyncIterator[str]:
    """Ask the server on a port of this machine and give its answer token by token."""
    message = {"role": "user", "content": question}
    body = json.dumps({"model": "fake", "stream": True, "messages": [message]})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_REQUEST.format(length=len(body), body=body).encode())
    async for line in reader:
        if not line.startswith(b"data: {"):
            continue
        choices = json.loads(line[len(b"data: ") :])["choices"]
        if choices and (token := choices[0]["delta"].get("content")):
            yield token
    writer.close()


class Floor(App[None]):
    """The whole program.

    Args:
        port: Where the model is served.
    """

    CSS = "ListView { width: 28; } #messages { height: 1fr; } TextArea { height: 5; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "send", "Send", priority=True)]

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Header()
        with Horizontal():
            yield ListView(*(ListItem(Label(f"Chat {number}")) for number in range(1, 21)))
            with Vertical():
                yield VerticalScroll(Markdown("No messages yet."), id="messages")
                yield TextArea(placeholder="Type a message")

    def on_mount(self) -> None:
        """Let the first key go into the text area."""
        self.query_one(TextArea).focus()

    def action_send(self) -> None:
        """Ask what stands in the text area, and empty it."""
        area = self.query_one(TextArea)
        question, area.text = area.text, ""
        self.run_worker(self._ask(question))

    async def _ask(self, question: str) -> None:
        """Show an answer while it comes."""
        messages = self.query_one("#messages", VerticalScroll)
        markdown = Markdown()
        await messages.mount(markdown)
        messages.anchor()
        stream = Markdown.get_stream(markdown)
        try:
            async for token in answer(self._port, question):
                await stream.write(token)
        finally:
            await stream.stop()


if __name__ == "__main__":
    Floor(int(sys.argv[1])).run()
