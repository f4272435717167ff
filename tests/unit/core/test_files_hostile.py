"""What the package gets wrong today; each of these fails until it is mended."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files


def before_lock(monkeypatch: pytest.MonkeyPatch, operation: int, change: Callable[[], object]) -> None:
    """Have something happen once, just before a lock of this kind is asked for."""
    real, left = fcntl.flock, [change]

    def flock(handle: int, asked: int) -> None:
        if asked == operation and left:
            left.pop()()
        real(handle, asked)

    monkeypatch.setattr(fcntl, "flock", flock)


ALONE = fcntl.LOCK_EX | fcntl.LOCK_NB


@pytest.mark.parametrize("how", ["retire", "rewrite"])
def test_a_file_that_another_retired_meanwhile_is_not_taken_for_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    path = tmp_path / "x.log"

    def change() -> None:
        assert files.retire(path, lambda _: True)
        files.append(path, b"new", sync=True)

    files.append(path, b"old", sync=False)
    before_lock(monkeypatch, ALONE, change)
    if how == "retire":
        assert not files.retire(path, lambda data: data == b"old")
    else:
        assert not files.rewrite(path, lambda data: data)
    assert path.read_bytes() == b"new"


def test_nothing_is_added_to_a_file_that_only_another_name_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.log"
    files.append(path, b"old", sync=False)
    os.link(path, tmp_path / "backup")
    before_lock(monkeypatch, fcntl.LOCK_SH | fcntl.LOCK_NB, lambda: files.retire(path, lambda _: True))
    files.append(path, b"new", sync=False)
    assert path.read_bytes() == b"new"


def test_somebody_who_asks_who_holds_a_free_lock_does_not_make_it_look_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`holder` keeps the lock, shared, for a moment."""
    path, real = tmp_path / "x.lock", fcntl.flock
    path.touch()
    asker = os.open(path, os.O_RDONLY)
    moments = [fcntl.LOCK_SH, fcntl.LOCK_UN]

    def flock(handle: int, operation: int) -> None:
        if moments:
            real(asker, moments.pop(0))
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    lock = files.try_lock(path)
    os.close(asker)
    assert lock is not None
    lock.release()


@pytest.mark.parametrize(
    "content",
    [
        b'{"pid": 1e999, "host": "h", "since": 1}',
        b'{"pid": 1, "host": "h", "since": 1%s}' % (b"0" * 400),
        b"[" * 1000,
    ],
    ids=["pid", "since", "deep"],
)
def test_a_hostile_holder_is_nobody(tmp_path: Path, content: bytes) -> None:
    lock = files.try_lock(tmp_path / "x.lock")
    assert lock is not None
    (tmp_path / "x.lock").write_bytes(content)
    assert files.holder(tmp_path / "x.lock") is None
    lock.release()


def test_a_lock_is_free_after_its_release_although_a_forked_child_is_there(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    lock = files.try_lock(path)
    assert lock is not None
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    lock.release()
    again = files.try_lock(path)
    os.close(write)
    os.close(read)
    os.waitpid(child, 0)
    assert again is not None
    again.release()


def test_a_killed_holder_is_not_named_while_the_next_one_takes_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen, real = tmp_path / "x.lock", list[files.Holder | None](), os.pwrite
    path.write_text(json.dumps({"pid": 1, "host": "dead", "since": 1.0}))

    def pwrite(*args: Any) -> int:
        seen.append(files.holder(path))
        return real(*args)

    monkeypatch.setattr(os, "pwrite", pwrite)
    lock = files.try_lock(path)
    assert lock is not None
    lock.release()
    assert seen == [None]


def test_a_machine_without_a_name_leaves_no_lock_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError(errno.EPERM, "no name")

    with monkeypatch.context() as broken:
        broken.setattr(socket, "gethostname", fail)
        try:
            lock = files.try_lock(tmp_path / "x.lock")
        except OSError:
            lock = None
        if lock is not None:
            lock.release()
    assert files.try_lock(tmp_path / "x.lock") is not None


def another_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.rename

    def rename(source: Any, target: Any) -> None:
        if Path(source).suffix != ".tmp":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)


@pytest.mark.parametrize("leads_to", ["outside", "nowhere"])
def test_a_link_is_moved_itself_also_to_another_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leads_to: str
) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "outside").chmod(0o644)
    (tmp_path / "x").symlink_to(leads_to)
    another_file_system(monkeypatch)
    files.move_aside(tmp_path / "x", tmp_path / "y")
    assert (tmp_path / "y").readlink() == Path(leads_to)
    assert stat.S_IMODE((tmp_path / "outside").stat().st_mode) == 0o644
    assert not (tmp_path / "x").is_symlink()


def test_a_copy_has_its_name_on_the_disk_before_the_file_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "x").write_bytes(b"1")
    calls: list[str] = []
    real_fsync, real_unlink = os.fsync, os.unlink

    def fsync(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), (tmp_path / "a").stat()):
            calls.append("fsync of the target's folder")
        real_fsync(handle)

    def unlink(path: Any) -> None:
        calls.append(f"unlink {Path(path).name}")
        real_unlink(path)

    another_file_system(monkeypatch)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "unlink", unlink)
    files.move_aside(tmp_path / "x", tmp_path / "a" / "y")
    assert calls.index("fsync of the target's folder") < calls.index("unlink x")


@pytest.mark.parametrize("mask", [0o777, 0o277])
def test_journals_and_locks_can_be_opened_again_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        files.append(tmp_path / "x.log", b"one", sync=False)
        lock = files.try_lock(tmp_path / "x.lock")
        assert lock is not None
        lock.release()
    finally:
        os.umask(before)
    for name in ("x.log", "x.lock"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_nothing_is_told_as_added_that_went_into_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match=r".+"):
        files.append(path, b"one", sync=False)
    os.close(reader)


def test_a_file_that_another_has_just_made_has_its_name_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other program has made the file, and may not have come to syncing the folder when power goes."""
    (tmp_path / "x.log").touch()
    synced: list[bool] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    files.append(tmp_path / "x.log", b"one", sync=True)
    assert synced == [True]
