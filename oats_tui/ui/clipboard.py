"""Text on its way to a clipboard, and an honest word about how far it got."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SAFE_BYTES = 74_994
"""Bytes that every terminal takes at once: in base64 the 100,000 at which the strictest stop, less the frame."""

PATIENCE = 3.0
"""Seconds that another program may take."""

SCREEN_PIECE = 700
"""Bytes that GNU screen passes on in one piece; it drops what is longer than 768."""

_PROGRAMS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """How text gets to a clipboard.

    Attributes:
        program: The command that takes it on its standard input; empty where the terminal takes it by itself.
        told: Where it is then, as the end of a sentence.
        through_screen: Whether GNU screen stands between here and the terminal.
    """

    program: tuple[str, ...] = ()
    told: str = "sent to the terminal's clipboard"
    through_screen: bool = False


def way_of(environ: Mapping[str, str], find: Callable[[str], str | None] = shutil.which) -> Way:
    """Return how text gets to the clipboard of whoever sits at the terminal.

    Args:
        environ: The environment.
        find: Finds a program.
    """
    if environ.get("TMUX") and find("tmux"):
        return Way(("tmux", "load-buffer", "-w", "-"), "in tmux's buffer, and sent on to the terminal's clipboard")
    if not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")):
        for variable, program in _PROGRAMS:
            if environ.get(variable) and find(program[0]):
                return Way(program, "in the clipboard")
        if find("pbcopy") and not environ.get("STY"):
            return Way(("pbcopy",), "in the clipboard")
    return Way(through_screen=bool(environ.get("STY")))


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
    told = Way().told
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
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return False
    return process.returncode == 0
