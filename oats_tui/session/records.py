r"""The records of a journal as bytes.

A record is `\n<CRC-32 of the JSON, as 8 hexadecimal digits> <JSON>\n`. The line end in front keeps one that was
torn from spoiling the next. What fails its check is no record.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from oats_tui.core.codec import NotJsonError, parse

_CRC_LENGTH = 8
_MARK_LENGTH = 16


def mark_of(value: Any) -> str:
    """A mark of a message's content, by which it is known again."""
    return mark_of_json(to_json(value))


def mark_of_json(json: bytes) -> str:
    """The mark of compact JSON."""
    return hashlib.sha256(json).hexdigest()[:_MARK_LENGTH]


def record_of(value: Any) -> bytes:
    """The bytes of a record."""
    json = to_json(value)
    return b"\n%08x %b\n" % (zlib.crc32(json), json)


def records(data: bytes) -> Iterator[Any]:
    """The records in some bytes; what fails its check is left out."""
    for line in data.split(b"\n"):
        if line[_CRC_LENGTH : _CRC_LENGTH + 1] != b" ":
            continue
        json = line[_CRC_LENGTH + 1 :]
        try:
            if int(line[:_CRC_LENGTH], 16) == zlib.crc32(json):
                yield parse(json)
        except (ValueError, NotJsonError):
            continue
