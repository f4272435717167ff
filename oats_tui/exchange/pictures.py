"""Pictures as addresses that hold them, if they are what they say."""

from __future__ import annotations

import base64
import binascii
import re

_STARTS: dict[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
_WEBP = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
_ADDRESS = re.compile(r"data:[^,]{0,100};base64,(.*)", re.DOTALL | re.IGNORECASE)
# Enough of the base64 for every beginning that is looked at.
_HEAD_LENGTH = 24


def data_address(data: str) -> str | None:
    """The address that holds a picture; its kind is told by its bytes, whatever was said of it.

    Args:
        data: Its bytes as base64.

    Returns:
        A `data:` address of a PNG, JPEG, GIF or WebP; None if it is none of them.
    """
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    kind = _kind(decoded[:_HEAD_LENGTH])
    return f"data:{kind};base64,{base64.b64encode(decoded).decode('ascii')}" if kind else None


def checked_address(address: str) -> str | None:
    """The same for an address that holds a picture already."""
    found = _ADDRESS.fullmatch(address)
    return data_address(found[1]) if found else None


def _kind(head: bytes) -> str | None:
    """What the first bytes of a picture say that it is."""
    if _WEBP.match(head):
        return "image/webp"
    return next((kind for kind, starts in _STARTS.items() if head.startswith(starts)), None)
