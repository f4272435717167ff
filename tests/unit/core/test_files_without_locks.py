"""Locks where the system has none or fails, or something else lies in their place."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.core import files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "x.lock"


def refusing(number: int) -> Callable[[int, int], None]:
    """A `flock` that always fails."""

    def flock(handle: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    return flock


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
def test_without_locks_everybody_goes_on_and_the_log_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    monkeypatch.setattr(fcntl, "flock", refusing(number))
    first, second = files.try_lock(path), files.try_lock(path)
    assert first is not None
    assert second is not None
    assert "no locks" in caplog.text
    assert files.holder(path) is None
    first.release()
    second.release()
    entered = False
    with files.locked(path, patience=0.0):
        entered = True
    assert entered


@pytest.mark.parametrize("number", [errno.EIO, errno.EBADF])
def test_another_error_is_told_and_leaves_nothing_open(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    opened: list[int] = []
    closed: list[int] = []
    real_open, real_close = os.open, os.close

    def remember(*args: object, **options: object) -> int:
        opened.append(real_open(*args, **options))  # type: ignore[arg-type]
        return opened[-1]

    def close(handle: int) -> None:
        closed.append(handle)
        real_close(handle)

    path.parent.mkdir()
    monkeypatch.setattr(fcntl, "flock", refusing(number))
    monkeypatch.setattr(os, "open", remember)
    monkeypatch.setattr(os, "close", close)
    with pytest.raises(OSError, match=os.strerror(number)):
        files.try_lock(path)
    assert opened == closed
    assert len(opened) == 1


@pytest.mark.parametrize("step", ["pwrite", "ftruncate"])
def test_a_full_disk_is_no_reason_to_go_without_the_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    lock = files.try_lock(path)
    assert lock is not None
    assert files.try_lock(path) is None
    lock.release()
    lock = files.try_lock(path)
    assert lock is not None
    lock.release()


def test_without_locks_records_are_added_and_nothing_is_retired(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", refusing(errno.ENOLCK))
    files.append(path, b"one", sync=True)
    assert not files.retire(path, lambda _: True)
    files.append(path, b"two", sync=False)
    assert path.read_bytes() == b"onetwo"


@pytest.mark.parametrize("leads_to", ["file", "nowhere"])
def test_a_link_in_its_place_is_refused_and_what_it_leads_to_is_left_alone(path: Path, leads_to: str) -> None:
    path.parent.mkdir()
    (path.parent / "file").write_bytes(b"mine")
    path.symlink_to(leads_to)
    with pytest.raises(OSError, match="symbolic") as caught:
        files.try_lock(path)
    assert caught.value.errno == errno.ELOOP
    with pytest.raises(OSError, match="symbolic"), files.locked(path):
        pytest.fail("a link was taken for a lock")
    assert files.holder(path) is None
    assert sorted(os.listdir(path.parent)) == ["file", "x.lock"]
    assert (path.parent / "file").read_bytes() == b"mine"


def test_a_folder_in_its_place_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        files.try_lock(path)
    assert files.holder(path) is None
