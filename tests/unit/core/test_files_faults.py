"""What is left when a call of the system fails in the middle of a save."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files

STEPS = ("open", "fchmod", "writev", "fsync", "fstat", "rename")
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


def short_writes(most: int) -> tuple[Callable[..., int], Callable[..., int]]:
    """`writev` and `write` as a system has them that takes no more than a few bytes at once."""
    write = os.write

    def of_pieces(handle: int, pieces: Sequence[bytes]) -> int:
        return write(handle, b"".join(pieces)[:most])

    return of_pieces, lambda handle, data: write(handle, data[:most])


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_error_after_some_bytes_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"old")
    writev, write = short_writes(10)
    with monkeypatch.context() as broken:
        broken.setattr(os, "writev", writev)
        broken.setattr(os, "write", failing(write, errno.ENOSPC, nth))
        with pytest.raises(OSError, match="No space"):
            files.replace_file(path, b"new" * 100)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.json"]


def test_an_error_in_a_later_batch_of_pieces_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"old")
    with monkeypatch.context() as broken:
        broken.setattr(os, "writev", failing(os.writev, errno.EDQUOT, nth=3))
        with pytest.raises(OSError, match=os.strerror(errno.EDQUOT)):
            files.replace_file(path, [b"new"] * 3000)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.parametrize("most", [1, 3, 99, 100])
def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    writev, write = short_writes(most)
    monkeypatch.setattr(os, "writev", writev)
    monkeypatch.setattr(os, "write", write)
    files.replace_file(tmp_path / "x", bytes(range(100)))
    assert (tmp_path / "x").read_bytes() == bytes(range(100))


def test_a_write_that_writes_nothing_is_an_error_and_no_endless_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "writev", lambda handle, pieces: 0)
    monkeypatch.setattr(os, "write", lambda handle, data: 0)
    with pytest.raises(OSError, match="nothing"):
        files.replace_file(tmp_path / "x", b"new")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "number", [errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EXDEV, errno.ENOSPC, errno.EIO]
)
def test_an_old_version_that_cannot_be_kept_is_no_reason_to_fail_the_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    files.replace_file(path, b"oldest")
    files.replace_file(path, b"old", kept)
    with monkeypatch.context() as broken:
        broken.setattr(os, "link", failing(os.link, number))
        files.replace_file(path, b"new", kept)
    assert path.read_bytes() == b"new"
    # What was kept before that is no longer the version before this one.
    assert os.listdir(tmp_path) == ["x.json"]


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


def recorded(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[tuple[str, str]]:
    """The calls of the system that are made from now on: name, and the file's name as it was then."""
    calls: list[tuple[str, str]] = []

    def recording(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(first: Any, *rest: Any, **options: Any) -> Any:
            path = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else first
            calls.append((name, Path(path).name))
            return real(first, *rest, **options)

        return call

    for name in names:
        monkeypatch.setattr(os, name, recording(name, getattr(os, name)))
    return calls


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the names of open files are read from /proc")
def test_the_file_is_synced_before_it_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.replace_file(tmp_path / "x.json", b"old")
    calls = recorded(monkeypatch, "writev", "fsync", "link", "rename")
    files.replace_file(tmp_path / "x.json", b"new", tmp_path / "kept")
    temporary = calls[0][1]
    assert calls == [
        ("writev", temporary),
        ("fsync", temporary),
        ("link", "x.json"),
        ("rename", temporary),
        ("fsync", tmp_path.name),
    ]
    assert re.fullmatch(r"\.[0-9a-f]{32}\.tmp", temporary)


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
