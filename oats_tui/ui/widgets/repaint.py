"""What of a line has to be painted again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Region
from textual.strip import Strip


def changed_width(old: Strip, new: Strip) -> int:
    """Return how many columns of a line, from its left, differ from what is painted there; 0 where none do.

    Textual paints a line from the left edge of its widget, so only what is alike at the right end can be spared.
    """
    if old is new:
        return 0
    old_segments, new_segments = list(old), list(new)
    spared = 0
    while old_segments and new_segments:
        before, after = old_segments.pop(), new_segments.pop()
        if before.style != after.style:
            break
        if before.text != after.text:
            spared += _blanks(before.text, after.text)
            break
        spared += after.cell_length
    else:
        if not old_segments and not new_segments:
            return 0
    return max(1, new.cell_length - spared)


def repaint(painted: Sequence[Strip], lines: Sequence[Strip], refresh: Callable[[Region], object]) -> None:
    """Have painted again what differs between two pictures of the same size.

    Args:
        painted: The lines as they are on the screen.
        lines: The lines as they should be.
        refresh: Marks a region of the widget for painting.
    """
    for y, (old, new) in enumerate(zip(painted, lines, strict=True)):
        width = changed_width(old, new)
        if width:
            refresh(Region(0, y, width, 1))


def _blanks(old: str, new: str) -> int:
    """Return how many blanks both texts end with."""
    return min(len(text) - len(text.rstrip(" ")) for text in (old, new))
