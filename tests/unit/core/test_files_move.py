"""Moving files out of the way, and taking rights away from others."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files

MEMORY = Path("/dev/shm")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=["same", "pretended", "memory"])
def target_folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder in the same file system, in one that pretends to be another, and in one that is another."""
    if request.param == "memory":
        if not os.access(MEMORY, os.W_OK) or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is no second file system")
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            yield Path(folder)
        return
    if request.param == "pretended":
        pretend_another(monkeypatch)
    (tmp_path / "target").mkdir()
    yield tmp_path / "target"


def pretend_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every rename be one between two file systems, but for those of temporary files."""
    real = os.rename

    def rename(source: Any, target: Any, **options: Any) -> None:
        if Path(source).suffix != ".tmp":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source), None, str(target))
        real(source, target, **options)

    monkeypatch.setattr(os, "rename", rename)


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_a_moved_file_is_whole_and_nowhere_else(tmp_path: Path, target_folder: Path, size: int) -> None:
    path, target = tmp_path / "x.json", target_folder / "session"
    data = os.urandom(size)
    files.replace_file(path, data)
    files.move_aside(path, target)
    assert target.read_bytes() == data
    assert mode_of(target) == 0o600
    assert os.listdir(target_folder) == ["session"]
    assert "x.json" not in os.listdir(tmp_path)
    assert files.is_own_write(path)
    assert files.is_own_write(target)
    path.write_bytes(b"of somebody else")
    assert not files.is_own_write(path)


def test_a_copy_is_for_its_owner_alone_whatever_the_file_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_bytes(b"1")
    (tmp_path / "x").chmod(0o666)
    pretend_another(monkeypatch)
    files.move_aside(tmp_path / "x", tmp_path / "y")
    assert mode_of(tmp_path / "y") == 0o600


def test_what_is_not_there_cannot_be_moved(tmp_path: Path, target_folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.move_aside(tmp_path / "nowhere", target_folder / "y")
    assert os.listdir(target_folder) == []


def test_a_folder_that_is_missing_is_an_error_and_the_file_stays(tmp_path: Path) -> None:
    files.replace_file(tmp_path / "x", b"1")
    with pytest.raises(FileNotFoundError):
        files.move_aside(tmp_path / "x", tmp_path / "nowhere" / "y")
    assert (tmp_path / "x").read_bytes() == b"1"
    assert files.is_own_write(tmp_path / "x")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_another_error_of_the_rename_is_told_and_nothing_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    files.replace_file(tmp_path / "x", b"1")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        files.move_aside(tmp_path / "x", tmp_path / "y")
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("step", ["copyfile", "fsync"])
def test_a_copy_that_fails_leaves_the_file_where_it_was_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    files.replace_file(tmp_path / "x", b"1")
    pretend_another(monkeypatch)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil if step == "copyfile" else os, step, fail)
    with pytest.raises(OSError, match="No space"):
        files.move_aside(tmp_path / "x", tmp_path / "y")
    assert os.listdir(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"1"


def test_a_copy_is_on_the_disk_before_the_file_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.replace_file(tmp_path / "x", b"1")
    pretend_another(monkeypatch)
    calls: list[str] = []
    real_fsync, real_unlink = os.fsync, os.unlink

    def fsync(handle: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "copy")
        real_fsync(handle)

    def unlink(path: Any, **options: Any) -> None:
        calls.append(Path(path).name)
        real_unlink(path, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "unlink", unlink)
    files.move_aside(tmp_path / "x", tmp_path / "y")
    assert calls[0] == "copy"
    assert calls.count("x") == 1
    assert "folder" in calls[calls.index("x") :]


def test_a_link_is_moved_itself_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "x").symlink_to("outside")
    files.move_aside(tmp_path / "x", tmp_path / "y")
    assert (tmp_path / "y").readlink() == Path("outside")
    assert (tmp_path / "outside").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o644, 0o600), (0o666, 0o600), (0o755, 0o700), (0o4755, 0o700), (0o600, 0o600), (0o440, 0o400)],
)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_tightening_takes_rights_from_others_and_gives_none(
    tmp_path: Path, kind: str, mode: int, expected: int
) -> None:
    path = tmp_path / "x"
    path.mkdir() if kind == "folder" else path.write_bytes(b"1")
    path.chmod(mode)
    files.tighten(path)
    assert mode_of(path) == expected


def test_tightening_leaves_links_and_what_is_no_file_alone(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "outside").chmod(0o644)
    (tmp_path / "link").symlink_to("outside")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "pipe").chmod(0o644)
    for name in ("link", "dangling", "pipe"):
        files.tighten(tmp_path / name)
    assert mode_of(tmp_path / "outside") == mode_of(tmp_path / "pipe") == 0o644
    with pytest.raises(FileNotFoundError):
        files.tighten(tmp_path / "nowhere")
