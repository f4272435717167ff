"""A file system of its own in a file, whose power can be cut. For root on Linux; no disk is touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

# Ends a file system at once: what it has not brought to the disk yet, its log included, is gone.
_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSHING_THE_LOG = 2
_MEGABYTES = {"ext4": 256, "xfs": 300}
# A rename over a file flushes it unasked by default, which would hide a sync that is missing.
_OPTIONS = {"ext4": "loop,noauto_da_alloc", "xfs": "loop"}
_MAKE = {"ext4": ("mkfs.ext4", "-q", "-F"), "xfs": ("mkfs.xfs", "-q", "-f")}
_PATIENCE_S = 20.0


class NoImageError(Exception):
    """This machine cannot do that; the text tells why."""


class Image:
    """A file system, mounted for the length of a block.

    Args:
        kind: `ext4` or `xfs`.
        folder: Where the file and the mount point are made.

    Raises:
        NoImageError: Of the block's beginning: this machine or this user cannot do that.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.root = Path(os.path.realpath(folder)) / "disk"
        self._kind = kind
        self._file = folder / "disk.img"
        self._is_mounted = False

    def cut(self) -> None:
        """Cut the power: all that is not on the disk is gone, and everything done from now on fails."""
        handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING_THE_LOG))
        finally:
            os.close(handle)

    def restart(self) -> None:
        """Mount it again, as after the power has come back."""
        self._unmount()
        self._mount()

    def _mount(self) -> None:
        """Mount it."""
        _run("mount", "-t", self._kind, "-o", _OPTIONS[self._kind], str(self._file), str(self.root))
        self._is_mounted = True

    def _unmount(self) -> None:
        """Unmount it, as soon as whoever still looks at it is done."""
        end = time.monotonic() + _PATIENCE_S
        while self._is_mounted:
            try:
                _run("umount", str(self.root))
            except NoImageError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
            else:
                self._is_mounted = False

    def __enter__(self) -> Self:
        if not hasattr(os, "geteuid") or os.geteuid() != 0:
            raise NoImageError("only root can mount file systems")
        for program in (_MAKE[self._kind][0], "mount", "umount"):
            if shutil.which(program) is None:
                raise NoImageError(f"{program} is not installed")
        self.root.mkdir()
        with self._file.open("wb") as file:
            file.truncate(_MEGABYTES[self._kind] << 20)
        try:
            _run(*_MAKE[self._kind], str(self._file))
            self._mount()
        except NoImageError:
            self._file.unlink()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._unmount()
        finally:
            self._file.unlink()


def _run(*command: str) -> None:
    """Run a program."""
    try:
        subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or error
        raise NoImageError(f"{command[0]}: {told}") from None
