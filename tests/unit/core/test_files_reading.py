"""What was read, and of which version it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.core import files

NO_VERSION = files.Signature(-1, -1, -1)
# What one read asks for.
CHUNK = 1 << 20


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_a_version_is_all_bytes_and_the_signature_that_they_have(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(size))
    data, found = files.read_version(path)
    assert data == path.read_bytes()
    assert found == files.signature(path)
    assert found.size == size


def during_the_read(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object], nth: int = 1) -> None:
    """Have something happen after the nth read, and between no others."""
    real = os.pread
    calls = 0

    def pread(handle: int, size: int, offset: int) -> bytes:
        nonlocal calls
        data = real(handle, size, offset)
        calls += 1
        if calls == nth:
            change()
        return data

    monkeypatch.setattr(os, "pread", pread)


def add(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b" and more")


def truncate(path: Path) -> None:
    path.write_bytes(b"")


def write_over(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"THE FIRST")
    # Two changes may come within one tick of the file system's clock; such a one comes within another.
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("change", [add, truncate, write_over])
def test_what_was_written_to_meanwhile_is_of_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], nth: int
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"the first content")
    with monkeypatch.context() as meanwhile:
        during_the_read(meanwhile, lambda: change(path), nth)
        _, found = files.read_version(path)
    assert found == NO_VERSION
    assert files.read_version(path) == (path.read_bytes(), files.signature(path))


@pytest.mark.parametrize("nth", [1, 2])
def test_what_was_replaced_meanwhile_is_whole_and_of_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    path = tmp_path / "x"
    first = files.replace_file(path, b"the first")
    during_the_read(monkeypatch, lambda: files.replace_file(path, b"the next one"), nth)
    assert files.read_version(path) == (b"the first", first)
    assert files.signature(path) != first


def test_what_was_removed_meanwhile_is_whole_and_of_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    first = files.replace_file(path, b"the first")
    during_the_read(monkeypatch, path.unlink)
    assert files.read_version(path) == (b"the first", first)


def test_bytes_that_the_size_does_not_tell_of_are_of_no_version() -> None:
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("only /proc has files whose size is told as 0")
    data, found = files.read_version(path)
    assert data.startswith(b"Name:")
    assert found == NO_VERSION


def test_versions_are_read_of_regular_files_only_and_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("link", "folder", "pipe", "socket"):
            with pytest.raises(files.NotRegularError):
                files.read_version(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        files.read_version(tmp_path / "nowhere")


@pytest.mark.parametrize("offset", [0, 1, 9, 10, 11, 2 * CHUNK])
def test_reading_begins_at_any_offset_also_behind_the_end(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    with files.opened_regular(path) as handle:
        assert files.read_from(handle, offset) == b"0123456789"[offset:]


def test_an_open_file_is_closed_with_the_block_also_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    with pytest.raises(ZeroDivisionError), files.opened_regular(tmp_path / "x") as handle:
        raise ZeroDivisionError
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)
