"""A picture as a file: the bytes that came, under a name of our own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.ui.pictures.decoding import LONGEST, in_thread, unpacked
from oats_tui.ui.pictures.header import ENDINGS, kind_of
from oats_tui.ui.saving import write_as
from oats_tui.ui.widgets.transcript.items import ImageItem

_TITLE = "The picture could not be saved."


async def save_picture(item: ImageItem, folder: Path) -> Path:
    """Write a picture's bytes as they came to a new file that only its owner may read.

    Its name comes from its content, and its ending from what it really is. Nothing is overwritten: where a file
    with the same content has this name already, that is it.

    Returns:
        The file.

    Raises:
        OatsError: There are no bytes, they are no picture, or the file cannot be written.
    """
    return await in_thread(partial(_save, item, folder))


def _save(item: ImageItem, folder: Path) -> Path:
    """Write the file, in a thread."""
    if item.data is None:
        raise OatsError(_TITLE, "Only its address is in the conversation.")
    if len(item.data) > LONGEST:
        raise OatsError(_TITLE, "It is too large.", "The session's file has it as base64.")
    content = unpacked(item.data)
    kind = kind_of(content)
    if not kind:
        raise OatsError(_TITLE, f"It is not of a kind that is known: {', '.join(ENDINGS)}.")
    return write_as(content, folder, "picture", ENDINGS[kind], _TITLE)
