"""One picture on a screen of its own, as well as the terminal can show it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import termios
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.segment import Segment, Segments
from textual.app import App, SuspendNotSupported

from oats_tui.core.errors import OatsError
from oats_tui.core.log import described
from oats_tui.ui.lent import key_pressed, unechoed
from oats_tui.ui.pictures.decoding import decode, grid_of, half_blocks, in_thread, pool
from oats_tui.ui.widgets.transcript.items import ImageItem

if TYPE_CHECKING:
    from PIL import Image as PILImage

_PIXELS = 2000
_GROUND = (0, 0, 0)
_HINT = "any key goes back"
_CLEAR = "\x1b[2J\x1b[H"
_ENTER = f"\x1b[?1049h\x1b[?25l{_CLEAR}"
_LEAVE = "\x1b[0m\x1b[2J\x1b[?25h\x1b[?1049l"

# As far as the library can count in kitty's protocol.
_MOST_COLUMNS = 290

_log = logging.getLogger(__name__)


async def show_picture(app: App[Any], item: ImageItem) -> None:
    """Show a picture until a key is pressed; the program goes on meanwhile, but paints nothing.

    Raises:
        OatsError: It cannot be shown, or there is no terminal.
    """
    if item.data is None:
        raise OatsError("The picture cannot be shown.", "Only its address is in the conversation.")
    facts, picture = await in_thread(partial(decode, item.data, _PIXELS, _PIXELS))
    if picture is None:
        raise OatsError("The picture cannot be shown.", f"It is {facts.problem}.")
    interrupted: asyncio.CancelledError | None = None
    try:
        with app.batch_update(), app.suspend():
            try:
                await _stay(picture)
            except asyncio.CancelledError as error:
                if not app.is_running:  # The program ends, and is not to take the terminal back.
                    raise
                interrupted = error
    except SuspendNotSupported as error:
        raise OatsError("The picture cannot be shown.", "This terminal cannot be handed over.") from error
    if interrupted is not None:
        raise interrupted


async def _stay(picture: PILImage.Image) -> None:
    """Show the picture until a key is pressed, or the terminal is gone."""
    stdin, stdout = sys.__stdin__, sys.__stdout__
    if stdin is None or stdout is None or not stdin.isatty() or not stdout.isatty():
        return
    try:
        with _own_screen(stdin.fileno(), stdout):
            drawing = asyncio.get_running_loop().run_in_executor(pool(), partial(_draw, picture, stdout))
            try:
                cleanup = await asyncio.shield(drawing)
            finally:
                if not drawing.done():
                    await asyncio.wait([drawing])
            try:
                await key_pressed(stdin.fileno())
            finally:
                stdout.write(cleanup)
    except (OSError, termios.error, ValueError) as error:
        _log.warning("a picture could not be shown: %s", described(error))


@contextlib.contextmanager
def _own_screen(stdin: int, stdout: TextIO) -> Iterator[None]:
    """Have the terminal on its second screen, and every key as bytes. Raises OSError or termios.error."""
    with unechoed(stdin):
        try:
            stdout.write(_ENTER)
            stdout.flush()
            yield
        finally:
            with contextlib.suppress(OSError):
                stdout.write(_LEAVE)
                stdout.flush()


def _draw(picture: PILImage.Image, stdout: TextIO) -> str:
    """Draw the picture, in a thread; returns what takes it away again, besides clearing the screen."""
    columns, rows = os.get_terminal_size(stdout.fileno())
    cleanup = _draw_graphics(picture, stdout, min(columns, _MOST_COLUMNS), rows - 1)
    if cleanup is None:
        stdout.write(_CLEAR)
        grid = grid_of(picture, columns, rows - 1, _GROUND)
        cells = (segment for row in grid for segment in (*half_blocks(row), Segment.line()))
        console = Console(file=stdout, force_terminal=True, no_color=False, width=columns, height=rows)
        console.print(Segments(cells), end="")
    stdout.write(f"\x1b[{rows};1H\x1b[0;2m{_HINT[:columns]}\x1b[0m")
    stdout.flush()
    return cleanup or ""


def _draw_graphics(picture: PILImage.Image, stdout: TextIO, columns: int, rows: int) -> str | None:
    """Draw the picture with the terminal's own graphics.

    Returns:
        What takes the picture away again; None where there are no graphics.
    """
    try:
        made = _graphics(picture, columns, rows)
        if made is None:
            return None
        console = Console(
            file=stdout,
            force_terminal=True,
            color_system="truecolor",
            no_color=False,
            width=columns,
            height=max(1, rows),
        )
        stdout.write(_CLEAR)
        console.print(made, end="")
    except Exception as error:  # noqa: BLE001 - half blocks are there for whatever the library cannot do
        _log.warning("a picture could not be shown with the terminal's graphics: %s", described(error))
        return None
    number = getattr(made, "terminal_image_id", None)
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\" if isinstance(number, int) else ""


def _graphics(picture: PILImage.Image, columns: int, rows: int) -> Any:
    """Return the picture as the terminal's own graphics; None where it has none, or the library is not there.

    The library asks the terminal what it can when it is imported, so this happens while nobody else reads.
    """
    try:
        from textual_image.renderable import Image, SixelImage, TGPImage
    except ImportError:
        return None
    if Image not in (SixelImage, TGPImage):
        return None
    from PIL import Image as PILImage

    flat = PILImage.new("RGB", picture.size, _GROUND)
    flat.paste(picture, (0, 0), picture)
    is_small = flat.width <= columns * 4 and flat.height <= rows * 8
    return Image(flat) if is_small else Image(flat, "auto", "auto")
