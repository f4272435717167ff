"""Pictures out of conversations: what they are, small views of them, and files made of them.

Their bytes come from strangers. Nothing is decoded on the event loop, nothing that is larger than it should be,
and whatever a decoder raises means that the picture is damaged.
"""

from __future__ import annotations

import asyncio
import binascii
import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from oats_tui.core.errors import OatsError
from oats_tui.ui.picture_header import ENDINGS, kind_of, size_in
from oats_tui.ui.widgets.transcript.items import ImageItem

if TYPE_CHECKING:
    from PIL import Image as PILImage

THUMBNAIL_COLUMNS, THUMBNAIL_ROWS = 32, 10
"""Columns and lines of the largest small view."""

LONGEST = 30_000_000
"""Characters of base64 up to which a picture is decoded."""

MOST_PIXELS = 50_000_000
"""Pixels up to which a picture is decoded."""

_HEAD = 65_536
_KEPT = 256
_PALETTE_PIXELS = 4_000_000
_ORIENTATION = 0x0112
_TURNED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}

RGB = tuple[int, int, int]
Grid = list[list[tuple[RGB, RGB]]]
Key = tuple[int, int]
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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture that was decoded: the facts, and a small view unless there is a problem."""

    facts: Facts
    small: PILImage.Image | None


_facts: OrderedDict[Key, Facts] = OrderedDict()
_prepared: OrderedDict[Key, _Prepared] = OrderedDict()
_writing = threading.Lock()


def facts_of(item: ImageItem) -> Facts:
    """Return what is known of a picture, from the first bytes of it unless it has been prepared."""
    key = _key(item)
    prepared = _prepared.get(key)
    if prepared is not None:
        return prepared.facts
    found = _facts.get(key)
    return found if found is not None else _keep(_facts, key, _looked_at(item))


def version_of(item: ImageItem) -> int:
    """Return a number that is another one once the picture has been prepared."""
    return int(_key(item) in _prepared)


async def prepare(item: ImageItem) -> None:
    """Decode a picture, in a thread of its own, so that ``thumbnail`` has a small view of it."""
    if item.data is not None and _key(item) not in _prepared:
        await in_thread(partial(_prepare, item))


def thumbnail(item: ImageItem, columns: int, rows: int, *, ground: RGB = (0, 0, 0)) -> Grid | None:
    """Return a small view of a picture: the colours of the upper and the lower half of each cell.

    Args:
        item: The picture.
        columns: Columns it may take, at most ``THUMBNAIL_COLUMNS``.
        rows: Lines it may take, at most ``THUMBNAIL_ROWS``.
        ground: What shines through it, and stands below its last half line.

    Returns:
        Rows of cells; None where it was not prepared, or cannot be shown.
    """
    prepared = _prepared.get(_key(item))
    if prepared is None or prepared.small is None:
        return None
    return grid_of(prepared.small, columns, rows, ground)


def grid_of(picture: PILImage.Image, columns: int, rows: int, ground: RGB) -> Grid:
    """Return an RGBA picture as cells, scaled down where it has more pixels than there are half cells."""
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


def decoded(item: ImageItem, width: int, height: int) -> PILImage.Image:
    """Return a picture upright in RGBA, scaled down to fit into so many pixels; it carries nothing but pixels.

    It takes a while, up to a second for the largest.

    Raises:
        OatsError: It cannot be shown.
    """
    if item.data is None:
        raise OatsError("This picture is not in the conversation.", "There is only its address.")
    facts, picture = _decode(item, width, height)
    if picture is None:
        raise OatsError("This picture cannot be shown.", f"It is {facts.problem or 'damaged'}.")
    return picture


def bytes_of(item: ImageItem) -> bytes:
    """Return the bytes of a picture's file; none where there are no such.

    Raises:
        OatsError: It has more than this program takes.
    """
    data = item.data or ""
    if len(data) > LONGEST:
        raise OatsError("This picture is larger than this program reads.", f"Its limit is {LONGEST:,} characters.")
    return _unpacked(data)


async def in_thread(work: Callable[[], T]) -> T:
    """Return what work with pictures gives; one piece of it is done at a time, because it takes much memory."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), work)


def _key(item: ImageItem) -> Key:
    """Return what stands for a picture's data, without keeping that."""
    return len(item.data or ""), hash(item.data)


def _keep(kept: OrderedDict[Key, T], key: Key, value: T) -> T:
    """Keep a value among the newest."""
    with _writing:
        kept[key] = value
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return value


@cache
def _pool() -> ThreadPoolExecutor:
    """Return the thread that decodes."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


@lru_cache(maxsize=4096)
def _cell(upper: RGB, lower: RGB) -> Style:
    """Return the style of a cell whose halves have these colours."""
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def _looked_at(item: ImageItem) -> Facts:
    """Return what the first bytes of a picture say."""
    data = item.data or ""
    head = _unpacked(data[:_HEAD])
    kind, (width, height) = kind_of(head), size_in(head)
    size = len(data) * 3 // 4 - data[-2:].count("=")
    return Facts(kind, size, width, height, _problem(kind, len(data), width * height))


def _problem(kind: str, characters: int, pixels: int) -> str:
    """Return why a picture is not decoded, in a few words."""
    if not kind:
        return "not a picture of a known kind"
    if characters > LONGEST:
        return "too large a file to be shown"
    return f"too large to be shown: {pixels // 1_000_000:,} megapixels" if pixels > MOST_PIXELS else ""


def _unpacked(data: str) -> bytes:
    """Return the bytes that base64 stands for; none where it is none."""
    if data.startswith("data:"):
        data = data.partition(",")[2]
    try:
        return binascii.a2b_base64(data[: len(data) // 4 * 4] if len(data) % 4 else data)
    except ValueError:
        return b""


def _prepare(item: ImageItem) -> None:
    """Decode a picture, and keep its facts and a small view."""
    if _key(item) not in _prepared:
        _keep(_prepared, _key(item), _Prepared(*_decode(item, THUMBNAIL_COLUMNS, THUMBNAIL_ROWS * 2)))


def _decode(item: ImageItem, width: int, height: int) -> tuple[Facts, PILImage.Image | None]:
    """Return a picture's facts, and itself scaled down to fit unless there is a problem."""
    facts = _looked_at(item)
    if facts.problem:
        return facts, None
    data = _unpacked(item.data or "")
    facts = Facts(facts.kind, len(data), facts.width, facts.height)
    try:
        from PIL import Image, WebPImagePlugin  # noqa: F401 - without it Pillow does not know that kind

        warnings.filterwarnings("ignore", module="PIL")
        with Image.open(io.BytesIO(data), formats=(facts.kind,)) as opened:
            size = opened.size
            problem = _problem(facts.kind, len(data), size[0] * size[1])
            small = None if problem else _scaled(opened, width, height)
        return Facts(facts.kind, len(data), *size, problem), small
    except Exception:  # noqa: BLE001 - a decoder may raise anything when bytes are hostile
        return Facts(facts.kind, len(data), facts.width, facts.height, "damaged"), None


def _scaled(opened: PILImage.Image, width: int, height: int) -> PILImage.Image:
    """Return the first frame of a picture upright in RGBA, scaled down to fit."""
    from PIL import Image

    orientation = opened.getexif().get(_ORIENTATION, 1) if "exif" in opened.info else 1
    turned = _TURNED.get(orientation)
    size = _fitting(opened.size, *((height, width) if orientation in {5, 6, 7, 8} else (width, height)))
    opened.draft("RGB", (size[0] * 2, size[1] * 2))
    opened.load()
    picture: PILImage.Image = opened
    if picture.mode not in {"RGB", "RGBA"}:
        if picture.width * picture.height > _PALETTE_PIXELS:
            bound = _fitting(picture.size, max(size[0], 1000) * 2, max(size[1], 1000) * 2)
            picture = picture.resize(bound, Image.Resampling.NEAREST)
        picture = (picture.convert("L") if picture.mode.startswith("I") else picture).convert("RGBA")
    picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0).convert("RGBA")
    if turned is not None:
        picture = picture.transpose(Image.Transpose(turned))
    return Image.frombytes("RGBA", picture.size, picture.tobytes())


def _fitting(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Return the largest size of this shape that fits, and is not larger than the picture."""
    scale = min(1.0, width / max(1, size[0]), height / max(1, size[1]))
    return max(1, min(width, round(size[0] * scale))), max(1, min(height, round(size[1] * scale)))
