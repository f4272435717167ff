"""Pixels out of bytes that may be anything."""

from __future__ import annotations

import asyncio
import binascii
import io
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.pictures.header import kind_of, size_in

if TYPE_CHECKING:
    from PIL import Image as PILImage

LONGEST = 30_000_000
"""Characters of base64 up to which a picture is decoded."""

MOST_PIXELS = 50_000_000
"""Pixels up to which a picture is decoded."""

HEAD = 65_536
"""Characters of base64 that are looked at to know what a picture is."""

_SLICE = 1 << 20
_PALETTE_PIXELS = 4_000_000
_ORIENTATION = 0x0112
_TURNED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
_LYING = {5, 6, 7, 8}

RGB = tuple[int, int, int]
Grid = list[list[tuple[RGB, RGB]]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a picture.

    Attributes:
        kind: PNG, JPEG, GIF, WEBP or BMP; empty for anything else, whatever it is said to be.
        size_bytes: Size of its file.
        width: Width in pixels; 0 where it is not known yet.
        height: Height in pixels; 0 where it is not known yet.
        problem: Why it is not shown, in a few words; empty where it can be.
    """

    kind: str
    size_bytes: int
    width: int
    height: int
    problem: str = ""


async def in_thread(work: Callable[[], T]) -> T:
    """Return what work with pictures gives; one piece of it is done at a time, because it takes much memory."""
    return await asyncio.get_running_loop().run_in_executor(pool(), work)


@cache
def pool() -> ThreadPoolExecutor:
    """Return the one thread that works with pictures."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


def looked_at(data: str) -> Facts:
    """Return what the first bytes of a picture say, given as base64."""
    head = unpacked(data[:HEAD])
    kind, (width, height) = kind_of(head), size_in(head)
    size = len(data) * 3 // 4 - data[-2:].count("=")
    return Facts(kind, size, width, height, _problem(kind, len(data), width * height))


def unpacked(data: str) -> bytes:
    """Return the bytes that base64 stands for; none where it is none."""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    whole = len(data) // 4 * 4
    slices = (data[start : min(whole, start + _SLICE)] for start in range(0, whole, _SLICE))
    try:
        # In slices, because the other threads wait while one is unpacked.
        return b"".join(binascii.a2b_base64(piece, strict_mode=True) for piece in slices)
    except ValueError:
        pass
    data = "".join(data.split())
    try:
        return binascii.a2b_base64(data[: len(data) // 4 * 4])
    except ValueError:
        return b""


def decode(data: str, width: int, height: int) -> tuple[Facts, PILImage.Image | None]:
    """Return a picture's facts, and itself upright in RGBA unless there is a problem.

    It takes up to about a second, and is not to be called on the event loop.

    Args:
        data: The file as base64.
        width: Pixels; a larger picture is scaled down. It carries nothing but pixels then.
        height: Likewise.
    """
    facts = looked_at(data)
    if facts.problem:
        return facts, None
    content = unpacked(data)
    try:
        from PIL import Image, WebPImagePlugin  # noqa: F401 - without it Pillow does not know that kind

        warnings.filterwarnings("ignore", module="PIL")
        with Image.open(io.BytesIO(content), formats=(facts.kind,)) as opened:
            size = opened.size
            lying = _orientation(opened) in _LYING
            problem = _problem(facts.kind, len(data), size[0] * size[1])
            picture = None if problem else _scaled(opened, width, height)
        return Facts(facts.kind, len(content), *(size[::-1] if lying else size), problem), picture
    except Exception:  # noqa: BLE001 - a decoder may raise anything when bytes are hostile
        return Facts(facts.kind, len(content), facts.width, facts.height, "damaged"), None


def grid_of(picture: PILImage.Image, columns: int, rows: int, ground: RGB) -> Grid:
    """Return an RGBA picture as the colours of the upper and the lower half of each cell.

    Args:
        picture: The picture; scaled down where it has more pixels than there are halves of cells.
        columns: Columns it may take.
        rows: Lines it may take.
        ground: What shines through it, and stands below its last half line.
    """
    from PIL import Image

    width, height = _fitting(picture.size, max(1, columns), max(1, rows) * 2)
    scaled = picture if picture.size == (width, height) else picture.resize((width, height), Image.Resampling.BOX)
    canvas = Image.new("RGB", (width, height + height % 2), ground)
    canvas.paste(scaled, (0, 0), scaled)
    data = canvas.tobytes()
    pixels = list(zip(data[::3], data[1::3], data[2::3], strict=True))
    lines = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    return [list(zip(upper, lower, strict=True)) for upper, lower in zip(lines[::2], lines[1::2], strict=True)]


def half_blocks(row: Sequence[tuple[RGB, RGB]]) -> tuple[Segment, ...]:
    """Return a row of cells as it is drawn."""
    return tuple(Segment("▀" * len(list(run)), _cell(*colours)) for colours, run in groupby(row))


@lru_cache(maxsize=4096)
def _cell(upper: RGB, lower: RGB) -> Style:
    """Return the style of a cell whose halves have these colours."""
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def _problem(kind: str, characters: int, pixels: int) -> str:
    """Return why a picture is not decoded, in a few words."""
    if not kind:
        return "not a picture of a known kind"
    if characters > LONGEST:
        return "too large a file to be shown"
    return f"too large to be shown: {pixels // 1_000_000:,} megapixels" if pixels > MOST_PIXELS else ""


def _orientation(opened: PILImage.Image) -> int:
    """Return how a camera was held, as the file says."""
    found = opened.getexif().get(_ORIENTATION, 1) if "exif" in opened.info else 1
    return found if isinstance(found, int) else 1


def _scaled(opened: PILImage.Image, width: int, height: int) -> PILImage.Image:
    """Return the first frame of a picture upright in RGBA, scaled down to fit, without anything else of it."""
    from PIL import Image

    orientation = _orientation(opened)
    size = _fitting(opened.size, *((height, width) if orientation in _LYING else (width, height)))
    opened.draft("RGB", (size[0] * 2, size[1] * 2))
    opened.load()
    picture: PILImage.Image = opened
    if picture.mode not in {"RGB", "RGBA"}:
        if picture.width * picture.height > _PALETTE_PIXELS:
            bound = _fitting(picture.size, max(size[0], 1000) * 2, max(size[1], 1000) * 2)
            picture = picture.resize(bound, Image.Resampling.NEAREST)
        if picture.mode.startswith("I"):  # 16 bits, which would be cut to white
            picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        picture = picture.convert("RGBA")
    picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0).convert("RGBA")
    if orientation in _TURNED:
        picture = picture.transpose(Image.Transpose(_TURNED[orientation]))
    return Image.frombytes("RGBA", picture.size, picture.tobytes())


def _fitting(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Return the largest size of this shape that fits, and is not larger than the picture."""
    scale = min(1.0, width / max(1, size[0]), height / max(1, size[1]))
    return max(1, min(width, round(size[0] * scale))), max(1, min(height, round(size[1] * scale)))
