"""Text on its way to a clipboard, and an honest word about how far it got."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from base64 import b64encode
from collections.abc import Callable

from oats_tui.core.clipways import Way, way_of

__all__ = ["SAFE_BYTES", "Way", "copy", "sequence", "way_of"]

SAFE_BYTES = 74_994
"""Bytes that every terminal takes at once: in base64 the 100,000 at which the strictest stop, less the frame."""

PATIENCE = 3.0
"""Seconds that another program may take."""

SCREEN_PIECE = 700
"""Bytes that GNU screen passes on in one piece; it drops what is longer than 768."""


async def copy(text: str, way: Way, write: Callable[[str], object]) -> str:
    """Send text to the clipboard; returns where it is, as the end of a sentence.

    Args:
        text: What is safe on a terminal.
        way: How to send it. Where its program fails, the terminal is asked.
        write: Writes to the terminal.
    """
    data = text.encode()
    if way.program and await _ran(way.program, data):
        return way.told
    write(sequence(data, through_screen=way.through_screen))
    told = Way().told if way.program else way.told
    return told if len(data) <= SAFE_BYTES else f"{told}, which may be too small for them"


def sequence(data: bytes, *, through_screen: bool) -> str:
    """Return the sequence (OSC 52) that asks a terminal to take text into its clipboard."""
    asked = f"\x1b]52;c;{b64encode(data).decode()}\x07"
    if not through_screen:
        return asked
    pieces = (asked[start : start + SCREEN_PIECE] for start in range(0, len(asked), SCREEN_PIECE))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


async def _ran(program: tuple[str, ...], data: bytes) -> bool:
    """Give a program text; returns whether it says that all went well."""
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *program, stdin=asyncio.subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(data)
    except (TimeoutError, OSError):
        return False
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return process.returncode == 0
