"""A picture: what it is on one line, and below it a small view in half blocks once it has been prepared."""

from __future__ import annotations

from rich.segment import Segment

from oats_tui.ui import pictures
from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.transcript.items import ImageItem
from oats_tui.ui.widgets.transcript.lines import Border, Line
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.parts.fold import followed, head_line

SIGN = "▣"

_LONGEST_ADDRESS = 2_000


def draw_image(item: ImageItem, width: int, palette: Palette, *, focused: bool = False) -> list[Line]:
    """Return the lines of a picture; of one that was not prepared only the first.

    Args:
        item: The picture.
        width: Columns.
        palette: The colours.
        focused: Whether the cursor is on it.
    """
    sign = Segment(SIGN, palette.cursor if focused else palette.dim)
    if item.data is None:
        address = clean_line((item.url or "no data")[:_LONGEST_ADDRESS])
        return [head_line(sign, [Segment(f"image · {address}", palette.dim)], width)]
    line = head_line(sign, [Segment(f"image · {' · '.join(_facts(item))}", palette.dim)], width)
    ground = palette.ground.bgcolor.get_truecolor() if palette.ground.bgcolor else (0, 0, 0)
    columns = min(pictures.THUMBNAIL_COLUMNS, width)
    rows = pictures.thumbnail(item, columns, pictures.THUMBNAIL_ROWS, ground=(ground[0], ground[1], ground[2]))
    return followed(
        [line], [Line(pictures.half_blocks(row), borders=(Border(0, len(row)),)) for row in rows or ()]
    )


def version_of(item: ImageItem) -> int:
    """Return a number that is another one when a picture is to be drawn anew."""
    return pictures.version_of(item)


def _facts(item: ImageItem) -> list[str]:
    """Return what is known of a picture, in a few words each."""
    facts = pictures.facts_of(item)
    size = f"{facts.width}×{facts.height}" if facts.width and facts.height else ""
    known = [facts.kind or clean_line(item.media_type[:40]), size, _bytes(facts.size_bytes)]
    if facts.problem:
        known.append(facts.problem)
    else:
        known.append("o shows it, s saves it")
    return [each for each in known if each]


def _bytes(count: int) -> str:
    """Return an amount of bytes, for people."""
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if count >= size:
            amount = count / size
            return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"
    return f"{count} B"
