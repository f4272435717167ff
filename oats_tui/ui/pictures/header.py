"""What the first bytes of a picture's file say of it, read without decoding anything."""

from __future__ import annotations

import struct
from collections.abc import Callable

ENDINGS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp", "BMP": "bmp"}
"""The kinds of pictures that are known, with what their files' names end in."""

Size = tuple[int, int]


def kind_of(head: bytes) -> str:
    """Return which kind of picture begins with these bytes; empty for none that is known."""
    for kind, begins in (
        ("PNG", b"\x89PNG\r\n\x1a\n"),
        ("JPEG", b"\xff\xd8\xff"),
        ("GIF", b"GIF87a"),
        ("GIF", b"GIF89a"),
        ("BMP", b"BM"),
    ):
        if head.startswith(begins):
            return kind
    return "WEBP" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def size_in(head: bytes) -> Size:
    """Return the width and height in pixels that a file's first bytes tell; zeros where they do not."""
    reader = _READERS.get(kind_of(head))
    try:
        return reader(head) if reader is not None else (0, 0)
    except (struct.error, IndexError):
        return 0, 0


def _png(head: bytes) -> Size:
    """Read the chunk IHDR, which comes first."""
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _gif(head: bytes) -> Size:
    """Read the size of the logical screen."""
    width, height = struct.unpack_from("<HH", head, 6)
    return width, height


def _bmp(head: bytes) -> Size:
    """Read the header in its old or its new form; the height is negative where the first row is on top."""
    if struct.unpack_from("<I", head, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        width, height = struct.unpack_from("<ii", head, 18)
    return max(0, width), abs(height)


def _webp(head: bytes) -> Size:
    """Read the first chunk, of one of three kinds."""
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(head: bytes) -> Size:
    """Go from segment to segment until the one that begins a frame."""
    place = 2
    while head[place] == 0xFF:
        marker = head[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        length = struct.unpack_from(">H", head, place + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", head, place + 5)
            return width, height
        place += 2 + max(2, length)
    return 0, 0


_READERS: dict[str, Callable[[bytes], Size]] = {
    "PNG": _png,
    "GIF": _gif,
    "BMP": _bmp,
    "WEBP": _webp,
    "JPEG": _jpeg,
}
