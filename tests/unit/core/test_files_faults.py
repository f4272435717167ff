"""What is left when a call of the system fails in the middle of a save."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files

STEPS = ("open", "fchmod", "write", "fsync", "fstat", "rename")
ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.EACCES)


def failing(real: Callable[..., Any], number: int, nth: int = 1) -> Callable[..., Any]:
    """A call of the system that fails when it is called for the nth time."""
    calls = 0

    def call(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(number, os.strerror(number))
        return real(*args, **options)

    return call


@pytest.mark.parametrize("number", ERRORS)
@pytest.mark.parametrize("step", STEPS)
def test_an_error_at_any_step_leaves_the_old_file_whole_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"old")
    with monkeypatch.context() as broken:
        broken.setattr(os, step, failing(getattr(os, step), number))
        with pytest.raises(OSError, match=r".+") as caught:
            files.replace_file(path, b"new")
    assert caught.value.errno == number
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.json"]
    assert files.is_own_write(path)
    files.replace_file(path, b"next")
    assert path.read_bytes() == b"next"


@pytest.mark.parametrize("nth", [2, 3])
def test_an_error_after_some_bytes_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"old")
    real = os.write
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", failing(lambda handle, data: real(handle, data[:10]), errno.ENOSPC, nth))
        with pytest.raises(OSError, match="No space"):
            files.replace_file(path, b"new" * 100)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.json"]


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:3]))
    files.replace_file(tmp_path / "x", bytes(range(100)))
    assert (tmp_path / "x").read_bytes() == bytes(range(100))


def test_a_write_that_writes_nothing_is_an_error_and_no_endless_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda handle, data: 0)
    with pytest.raises(OSError, match="nothing"):
        files.replace_file(tmp_path / "x", b"new")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_file_system_that_cannot_sync_folders_is_tolerated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, number, nth=2))
    files.replace_file(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"new"


def test_any_other_error_of_the_folder_s_sync_is_told_and_the_new_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, errno.EIO, nth=2))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        files.replace_file(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x"]


def test_a_folder_in_the_place_of_the_file_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(OSError, match=r".+"):
        files.replace_file(tmp_path / "x.json", b"new")
    assert os.listdir(tmp_path) == ["x.json"]
    assert (tmp_path / "x.json").is_dir()


def test_the_file_is_synced_before_it_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, str]] = []
    real_fsync, real_rename, real_write = os.fsync, os.rename, os.write

    def named(handle: int) -> str:
        found = os.fstat(handle)
        return "folder" if found.st_ino == tmp_path.stat().st_ino else "temporary"

    def fsync(handle: int) -> None:
        calls.append(("fsync", named(handle)))
        real_fsync(handle)

    def write(handle: int, data: bytes) -> int:
        calls.append(("write", named(handle)))
        return real_write(handle, data)

    def rename(source: Any, target: Any, **options: Any) -> None:
        calls.append(("rename", Path(source).name))
        real_rename(source, target, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "rename", rename)
    files.replace_file(tmp_path / "x.json", b"new")
    temporary = calls[2][1]
    assert calls == [
        ("write", "temporary"),
        ("fsync", "temporary"),
        ("rename", temporary),
        ("fsync", "folder"),
    ]
    assert temporary.startswith(".")
    assert temporary.endswith(".tmp")


def test_removing_syncs_the_folder_and_an_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"old")
    with monkeypatch.context() as broken:
        broken.setattr(os, "unlink", failing(os.unlink, errno.EROFS))
        with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
            files.remove_file(path)
    assert path.read_bytes() == b"old"
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    assert files.remove_file(path)
    assert len(synced) == 1
