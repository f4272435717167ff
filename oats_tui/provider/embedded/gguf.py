"""What the head of a GGUF file tells about a model."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"GGUF"
# Bytes of a value, by its type: two kinds of 8 bits, two of 16, three of 32, a truth value, three of 64.
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_FORMATS = {4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_UINT32, _STRING, _ARRAY, _UINT64 = 4, 8, 9, 10
_LONGEST_STRING = 65536
_LONGEST_ARRAY = 1024
_MOST_ENTRIES = 64  # the context stands among the first; the long lists of words follow


def is_gguf(path: Path) -> bool:
    """Whether a file begins as a GGUF file does. Raises OSError when it cannot be read."""
    with _open(path) as file:
        return file.read(4) == _MAGIC


def trained_context(path: Path) -> int | None:
    """The context a model was trained with, in tokens, or None where its file does not tell early on."""
    try:
        with _open(path) as file:
            if file.read(4) != _MAGIC or _number(file, _UINT32) is None:
                return None
            file.seek(16, 1)  # the version was the number before; now the counts of tensors and entries
            return _find_context(file)
    except (OSError, ValueError, struct.error):
        return None


def _open(path: Path) -> BinaryIO:
    """Open a regular file; opening a pipe would wait for somebody to write into it."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is not a regular file")
    return path.open("rb")


def _find_context(file: BinaryIO) -> int | None:
    """Look through the entries for the one that ends in ``.context_length``."""
    for _ in range(_MOST_ENTRIES):
        name = _string(file)
        kind = _number(file, _UINT32)
        if name.endswith(b".context_length"):
            found = _number(file, kind)
            return found if found and found > 0 else None
        if kind == _ARRAY:
            kind, count = _number(file, _UINT32), _number(file, _UINT64) or 0
            _skip(file, kind, count)
        else:
            _skip(file, kind, 1)
    return None


def _skip(file: BinaryIO, kind: int | None, count: int) -> None:
    """Leave out values of a type."""
    if count > _LONGEST_ARRAY:
        raise ValueError("The list is too long to walk through.")
    if kind == _STRING:
        for _ in range(count):
            _string(file)
    elif kind in _SIZES:
        file.seek(_SIZES[kind] * count, 1)
    else:
        raise ValueError("There is no such type.")


def _number(file: BinaryIO, kind: int | None) -> int | None:
    """Read a whole number of a type, or None for other types."""
    if kind not in _FORMATS:
        return None
    value: int = struct.unpack(_FORMATS[kind], file.read(_SIZES[kind]))[0]
    return value


def _string(file: BinaryIO) -> bytes:
    """Read a string: its length, then its bytes."""
    length = _number(file, _UINT64) or 0
    if length > _LONGEST_STRING:
        raise ValueError("The string is too long for a name.")
    return file.read(length)
