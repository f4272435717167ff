"""Adding to a file, alone and by several at once, and removing it when it has served."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "x.log"


def test_what_is_added_comes_behind_what_is_there(path: Path) -> None:
    files.append(path, b"one", sync=False)
    inode = path.stat().st_ino
    files.append(path, b"", sync=True)
    files.append(path, b"two", sync=True)
    assert path.read_bytes() == b"onetwo"
    assert path.stat().st_ino == inode


def test_a_large_piece_is_added_whole(path: Path) -> None:
    data = os.urandom(5_000_000)
    files.append(path, data, sync=False)
    files.append(path, data, sync=False)
    assert path.read_bytes() == data + data


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_it_is_made_for_its_owner_alone_with_the_folders_above(path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        files.append(path, b"one", sync=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def recorded(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """What is written and synced from now on, in order."""
    calls: list[str] = []

    def recording(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(handle: int, *rest: Any) -> Any:
            is_folder = os.path.samestat(os.fstat(handle), folder.stat())
            calls.append(f"{name} {'folder' if is_folder else 'file'}")
            return real(handle, *rest)

        return call

    for name in ("write", "fsync", "fdatasync"):
        monkeypatch.setattr(os, name, recording(name, getattr(os, name)))
    return calls


def test_a_new_file_is_on_the_disk_with_its_name_before_it_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    calls = recorded(monkeypatch, path.parent)
    files.append(path, b"one", sync=True)
    assert sorted(calls) == ["fdatasync file", "fsync folder", "write file"]
    assert calls.index("write file") < calls.index("fdatasync file")


def test_a_file_that_is_there_needs_its_own_data_on_the_disk_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(path, b"one", sync=False)
    calls = recorded(monkeypatch, path.parent)
    files.append(path, b"two", sync=True)
    assert calls == ["write file", "fdatasync file"]
    calls.clear()
    files.append(path, b"three", sync=False)
    assert calls == ["write file"]


@pytest.mark.parametrize("name", ["fdatasync", "write"])
def test_an_error_is_told_and_leaves_nothing_open(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(handle: int, *_: object) -> None:
        failed.append(handle)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    failed: list[int] = []
    files.append(path, b"one", sync=True)
    with monkeypatch.context() as broken:
        broken.setattr(os, name, fail)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            files.append(path, b"two", sync=True)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(failed[0])
    assert files.retire(path, lambda data: data.startswith(b"one"))


@pytest.mark.parametrize("most", [1, 7, 99])
def test_short_writes_are_gone_on_with(path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:most]))
    files.append(path, bytes(range(100)), sync=True)
    assert path.read_bytes() == bytes(range(100))


def test_a_write_that_writes_nothing_is_an_error_and_no_endless_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda handle, data: 0)
    with pytest.raises(OSError, match="nothing"):
        files.append(path, b"one", sync=True)


@pytest.mark.parametrize("leads_to", ["file", "nowhere"])
def test_a_link_in_its_place_is_refused_and_what_it_leads_to_is_left_alone(path: Path, leads_to: str) -> None:
    path.parent.mkdir()
    (path.parent / "file").write_bytes(b"mine")
    path.symlink_to(leads_to)
    with pytest.raises(OSError, match="symbolic"):
        files.append(path, b"one", sync=False)
    with pytest.raises(OSError, match="symbolic"):
        files.retire(path, lambda _: True)
    assert sorted(os.listdir(path.parent)) == ["file", "x.log"]
    assert (path.parent / "file").read_bytes() == b"mine"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_something_else_in_its_place_is_an_error_and_no_endless_wait(
    path: Path, make: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    make(path)
    with pytest.raises(OSError, match=r".+"):
        files.append(path, b"one", sync=False)
    with pytest.raises(OSError, match=r".+"):
        files.retire(path, lambda _: True)
    assert os.listdir(path.parent) == ["x.log"]


def test_a_file_is_retired_only_when_all_its_content_says_so(path: Path) -> None:
    asked: list[bytes] = []

    def is_done(data: bytes) -> bool:
        asked.append(data)
        return data.endswith(b"done")

    files.append(path, b"one", sync=False)
    assert files.retire(path, is_done) is False
    assert path.read_bytes() == b"one"
    files.append(path, b"done", sync=False)
    assert files.retire(path, is_done) is True
    assert asked == [b"one", b"onedone"]
    assert os.listdir(path.parent) == []
    with pytest.raises(FileNotFoundError):
        files.retire(path, is_done)


def test_a_question_that_fails_removes_nothing_and_holds_nothing(path: Path) -> None:
    def fail(_: bytes) -> bool:
        raise ZeroDivisionError

    files.append(path, b"one", sync=False)
    with pytest.raises(ZeroDivisionError):
        files.retire(path, fail)
    files.append(path, b"two", sync=False)
    assert path.read_bytes() == b"onetwo"


def test_a_file_to_which_somebody_is_adding_is_not_retired(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    real = os.write

    def write(handle: int, data: bytes) -> int:
        told.append(files.retire(path, lambda _: True))
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    files.append(path, b"one", sync=False)
    assert told == [False]
    assert path.read_bytes() == b"one"


def on_sharing(monkeypatch: pytest.MonkeyPatch, *changes: Callable[[], object]) -> list[Callable[[], object]]:
    """Have changes happen, one each time, just before somebody who adds keeps others out; returns the rest."""
    real = fcntl.flock
    left = list(changes)

    def flock(handle: int, operation: int) -> None:
        if operation == fcntl.LOCK_SH | fcntl.LOCK_NB and left:
            left.pop(0)()
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    return left


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_added_while_the_file_is_retired_goes_to_a_new_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    def change() -> None:
        assert files.retire(path, lambda _: True)
        if left:
            path.write_bytes(b"of another program")

    files.append(path, b"old", sync=False)
    left = on_sharing(monkeypatch, *[change] * times)
    files.append(path, b"new", sync=True)
    assert left == []
    assert path.read_bytes() == b"new"


def test_what_is_added_while_the_file_is_rewritten_goes_to_the_new_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(path, b"one", sync=False)
    left = on_sharing(monkeypatch, *[lambda: files.rewrite(path, lambda data: data + b",")] * 2)
    files.append(path, b"two", sync=True)
    assert left == []
    assert path.read_bytes() == b"one,,two"


def test_a_file_is_rewritten_from_all_its_content_or_left_alone(path: Path) -> None:
    files.append(path, b"one", sync=False)
    inode = path.stat().st_ino
    assert files.rewrite(path, lambda _: None) is False
    assert (path.read_bytes(), path.stat().st_ino) == (b"one", inode)
    assert files.rewrite(path, lambda data: data * 2) is True
    assert path.read_bytes() == b"oneone"
    assert files.rewrite(path, lambda _: b"") is True
    assert path.read_bytes() == b""
    assert os.listdir(path.parent) == ["x.log"]
    path.unlink()
    with pytest.raises(FileNotFoundError):
        files.rewrite(path, lambda data: data)


def test_a_file_to_which_somebody_is_adding_is_not_rewritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    real = os.write

    def write(handle: int, data: bytes) -> int:
        told.append(files.rewrite(path, lambda _: b""))
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    files.append(path, b"one", sync=False)
    assert told == [False]
    assert path.read_bytes() == b"one"


def test_a_rewrite_that_fails_leaves_the_file_as_it_was_and_open_to_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    files.append(path, b"one", sync=False)
    with monkeypatch.context() as broken:
        broken.setattr(os, "writev", fail)
        with pytest.raises(OSError, match="No space"):
            files.rewrite(path, lambda _: b"other")
    files.append(path, b"two", sync=False)
    assert path.read_bytes() == b"onetwo"
    assert os.listdir(path.parent) == ["x.log"]
