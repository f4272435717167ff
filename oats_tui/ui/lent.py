"""The terminal lent to something else while the program goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import IO, Any

from textual.app import App, SuspendNotSupported

from oats_tui.core.errors import OatsError
from oats_tui.core.terminal import charset
from oats_tui.ui.outlet import Outlet
from oats_tui.ui.plain import table_for

_BYTES = 1024

# What a terminal answers to questions, which may come late, and the beginning of such an answer.
_ANSWER = re.compile("\x1b(\\[[?>=]?[0-9;]*[cnRtuy$]+|_[^\x1b]*\x1b\\\\|][0-9]+;[^\x07\x1b]*(\x07|\x1b\\\\))")
_BEGINNING = re.compile("\x1b(\\[[?>=]?[0-9;]*|_[^\x1b]*\x1b?|][0-9]*(;[^\x07\x1b]*\x1b?)?)")


async def show_plain(app: App[Any], text: str) -> None:
    """Write text on the terminal's main screen, as a program without a screen does, until a key is pressed.

    There the terminal's own means can select it, and nothing stands beside it.

    Args:
        app: Whose terminal it is.
        text: What is safe on a terminal.

    Raises:
        OatsError: There is no terminal that can be lent.
    """
    stdin, stdout = sys.__stdin__, sys.__stdout__
    if stdin is None or stdout is None or not stdin.isatty():
        raise OatsError("There is no terminal to show it on.")
    try:
        with app.batch_update(), app.suspend(), unechoed(stdin.fileno()):
            shown = _shown(f"{text.rstrip()}\n\n-- any key goes back --\n", stdout.encoding)
            await _write_until_key(stdin, stdout, shown)
    except SuspendNotSupported as error:
        raise OatsError("This terminal cannot be handed over.") from error


async def _write_until_key(stdin: IO[str], stdout: IO[str], text: str) -> None:
    """Write text and wait for a key, which may come before all is written; the rest is dropped then."""
    outlet = Outlet(stdout, lambda: None)
    outlet.given = 1
    # A thread that nobody waits for: the terminal may be slow, or take nothing.
    threading.Thread(target=outlet.write, args=(text,), daemon=True).start()
    try:
        await key_pressed(stdin.fileno())
    finally:
        outlet.drop()


def _shown(text: str, encoding: str) -> str:
    """Return a text as the terminal can show it."""
    told = charset(os.environ)
    table = table_for(told, encoding) if told is not None else None
    return text if table is None else table.fit(text)


@contextlib.contextmanager
def unechoed(stdin: int) -> Iterator[None]:
    """Have every key as bytes, and none of them shown. Raises termios.error."""
    before = termios.tcgetattr(stdin)
    try:
        tty.setcbreak(stdin, termios.TCSANOW)
        mode = termios.tcgetattr(stdin)
        mode[tty.LFLAG] &= ~termios.ISIG
        termios.tcsetattr(stdin, termios.TCSANOW, mode)
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcflush(stdin, termios.TCIFLUSH)
            termios.tcsetattr(stdin, termios.TCSANOW, before)


async def key_pressed(stdin: int) -> None:
    """Wait until a key is pressed, or the terminal is gone; a terminal's late answers are no keys."""
    loop = asyncio.get_running_loop()
    pressed: asyncio.Future[None] = loop.create_future()
    held = ""

    def read() -> None:
        nonlocal held
        try:
            data = os.read(stdin, _BYTES)
        except OSError:
            data = b""
        held = _ANSWER.sub("", held + data.decode("latin-1"))
        if not data or (held and not _BEGINNING.fullmatch(held)):
            loop.remove_reader(stdin)
            if not pressed.done():
                pressed.set_result(None)

    loop.add_reader(stdin, read)
    try:
        await pressed
    finally:
        loop.remove_reader(stdin)
