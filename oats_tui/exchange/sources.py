"""Files, folders and archives as streams of bytes: nothing is waited for, and nothing is read without a limit."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from oats_tui.core import files
from oats_tui.exchange.limits import MEBIBYTE, Limits
from oats_tui.exchange.report import Skipped

_CHUNK = MEBIBYTE
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
_ENCRYPTED = 1
# What other programs put beside the conversations; without them an export would never be imported whole.
_COMPANIONS = frozenset(
    {
        "design_chats.json",
        "group_chats.json",
        "memories.json",
        "message_feedback.json",
        "model_comparisons.json",
        "projects.json",
        "shared_conversations.json",
        "shopping.json",
        "sora.json",
        "user.json",
        "user_settings.json",
        "users.json",
    }
)


class UnpackingError(OSError):
    """An archive cannot be unpacked, or not within the limits."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be imported.

    Attributes:
        name: How it is called in the report.
        chunks: Its bytes; reading raises OSError.
        is_companion: Whether it is one of those that belong to an export and hold no conversation.
    """

    name: str
    chunks: Iterator[bytes]
    is_companion: bool = False


def sources(path: Path, limits: Limits) -> Iterator[Source | Skipped]:
    """What is to be imported at a path, in a settled order; each is to be read before the next is asked for.

    Args:
        path: A file, which may be an archive; a folder, with all that is in it; or a link to either.
        limits: What is taken in at most.
    """
    if os.path.isdir(path):  # noqa: PTH112 - what cannot be looked at is not a folder, and no error
        yield from _of_folder(path, limits)
    else:
        yield from _of_file(path, path.name, limits, follow=True)


def _of_folder(folder: Path, limits: Limits) -> Iterator[Source | Skipped]:
    """The files in a folder and those below it; links are not followed."""
    count = 0
    unread: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unread.append):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() not in _SUFFIXES | {".zip"}:
                continue
            count += 1
            if count > limits.entries:
                yield Skipped(
                    str(folder), f"it has more than {limits.entries:,} files; the rest was not looked at"
                )
                return
            yield from _of_file(path, str(path.relative_to(folder)), limits, follow=False)
    for error in unread:
        yield Skipped(str(error.filename), f"the folder cannot be read: {error.strerror}")


def _of_file(path: Path, name: str, limits: Limits, *, follow: bool) -> Iterator[Source | Skipped]:
    """A file, or the files in an archive."""
    try:
        with files.opened_regular(path, follow=follow) as handle:
            if os.pread(handle, 4, 0) in _ZIP_STARTS:
                yield from _of_archive(handle, name, limits)
            else:
                yield Source(name, _chunks(handle), path.name.lower() in _COMPANIONS)
    except files.NotRegularError:
        yield Skipped(name, "it is a link, or no file at all" if not follow else "it is not a regular file")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it has no valid name"
        yield Skipped(name, f"it cannot be read: {reason}")


def _chunks(handle: int) -> Iterator[bytes]:
    """The bytes of a file as far as it reaches now: one that grows all the time has an end too."""
    size, at = os.fstat(handle).st_size, 0
    while at < size and (chunk := os.pread(handle, min(_CHUNK, size - at), at)):
        at += len(chunk)
        yield chunk


class _Handle(io.RawIOBase):
    """A file for the reader of archives, which may not read a table of contents of any size.

    Args:
        handle: The open file.
        most: The most bytes that are read at once.
    """

    def __init__(self, handle: int, most: int) -> None:
        self._handle, self._most, self._at = handle, most, 0
        self._size = os.fstat(handle).st_size

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise zipfile.BadZipFile("a place before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes.

        Raises:
            UnpackingError: They are more than may be read at once.
        """
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > self._most:
            raise UnpackingError("its table of contents is too large")
        found = os.pread(self._handle, wanted, self._at)
        self._at += len(found)
        return found


@dataclass(slots=True)
class _Allowance:
    """How many bytes may still come out of an archive."""

    left: int

    def spend(self, count: int) -> None:
        """Take some bytes.

        Raises:
            UnpackingError: They are too many.
        """
        self.left -= count
        if self.left < 0:
            raise UnpackingError("unpacked it is larger than any export; it may be made to fill the memory")


def _of_archive(handle: int, name: str, limits: Limits) -> Iterator[Source | Skipped]:
    """The files in an archive that can be conversations, whatever they are called."""
    allowance = _Allowance(min(limits.unpacked, limits.slack + limits.ratio * os.fstat(handle).st_size))
    try:
        with _unpacking():
            archive = zipfile.ZipFile(_Handle(handle, limits.directory))
    except UnpackingError as error:
        yield Skipped(name, str(error))
        return
    if len(archive.infolist()) > limits.entries:
        yield Skipped(name, f"it has more than {limits.entries:,} files")
        return
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if path.suffix.lower() not in _SUFFIXES or entry.is_dir():
            continue
        inside = f"{name}: {entry.filename}"
        if problem := _problem(entry):
            yield Skipped(inside, problem)
        else:
            yield Source(inside, _unpacked(archive, entry, allowance), path.name.lower() in _COMPANIONS)


def _problem(entry: zipfile.ZipInfo) -> str:
    """Why a file in an archive is not read; empty for one that is."""
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link"
    # The others unpack without a limit to what comes out at once.
    is_packed_well = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return "" if is_packed_well else "it is packed in a way that is not read here"


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: _Allowance) -> Iterator[bytes]:
    """The bytes of a file in an archive, counted as they come: the size in its header is not believed."""
    with _unpacking(), archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            allowance.spend(len(chunk))
            yield chunk


@contextmanager
def _unpacking() -> Iterator[None]:
    """Make one error of all that the reader of archives raises."""
    try:
        yield
    except UnpackingError:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        OverflowError,
        MemoryError,
    ) as error:
        raise UnpackingError(f"it is damaged, or packed in an unknown way ({type(error).__name__})") from None
