"""Small views of pictures, and what is known of them, kept by their data."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from oats_tui.ui.pictures.decoding import RGB, Facts, Grid, decode, grid_of, in_thread, looked_at
from oats_tui.ui.widgets.transcript.items import ImageItem

if TYPE_CHECKING:
    from PIL import Image as PILImage

THUMBNAIL_COLUMNS, THUMBNAIL_ROWS = 32, 10
"""Columns and lines of the largest small view."""

_KEPT = 256

Key = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _View:
    """A picture that was decoded: the facts, and a small view unless there is a problem."""

    facts: Facts
    small: PILImage.Image | None


_facts: OrderedDict[Key, Facts] = OrderedDict()
_views: OrderedDict[Key, _View] = OrderedDict()
_writing = threading.Lock()


def facts_of(item: ImageItem) -> Facts:
    """Return what is known of a picture: what its first bytes say, or what was found when it was prepared."""
    key = _key(item)
    view = _views.get(key)
    if view is not None:
        return view.facts
    found = _facts.get(key)
    return found if found is not None else _keep(_facts, key, looked_at(item.data or ""))


def version_of(item: ImageItem) -> int:
    """Return a number that is another one once the picture has been prepared."""
    return int(_key(item) in _views)


async def prepare(item: ImageItem) -> None:
    """Decode a picture, in a thread of its own, so that ``thumbnail`` has a small view of it."""
    if item.data is not None and _key(item) not in _views:
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
    view = _views.get(_key(item))
    return grid_of(view.small, columns, rows, ground) if view is not None and view.small is not None else None


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


def _prepare(item: ImageItem) -> None:
    """Decode a picture, and keep its facts and a small view."""
    if _key(item) not in _views:
        _keep(_views, _key(item), _View(*decode(item.data or "", THUMBNAIL_COLUMNS, THUMBNAIL_ROWS * 2)))
