from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.files import folders


def test_a_folder_whose_entry_cannot_be_made_durable_is_removed_and_made_again_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def sync(path: Path) -> None:
        synced.append(path)
        if path == tmp_path / "a":
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(folders, "sync_folder", sync)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            files.ensure_folder(tmp_path / "a" / "b" / "c")
    # What could be made durable stays.
    assert (synced, os.listdir(tmp_path), os.listdir(tmp_path / "a")) == ([tmp_path, tmp_path / "a"], ["a"], [])
    synced.clear()
    with monkeypatch.context() as patch:
        patch.setattr(folders, "sync_folder", synced.append)
        files.ensure_folder(tmp_path / "a" / "b" / "c")
    assert synced == [tmp_path / "a", tmp_path / "a" / "b"]


def test_a_folder_that_another_program_makes_first_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.mkdir

    def mkdir(path: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        real(path, 0o750)
        real(path, mode)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", mkdir)
        files.ensure_folder(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o750


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_new_folder_takes_the_place_of_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_text("x")
    else:
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        folders.make_folder(path)
    assert os.path.lexists(path)


def test_a_new_folder_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        folders.make_folder(tmp_path / "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_a_folder_that_is_expected_to_stay_is_not_made_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    files.ensure_folder(data / "sessions")
    files.expect_to_stay(data)
    (data / "sessions").rmdir()
    files.ensure_folder(data / "sessions")
    data.rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError, match="has gone"):
        files.ensure_folder(data / "sessions")
    with pytest.raises(FileNotFoundError, match="has gone"):
        files.append(data / "oats_tui" / "journal" / "s.log", b"x", sync=False)
    with pytest.raises(FileNotFoundError, match="has gone"):
        files.try_lock(data / "oats_tui" / "locks" / "s.turn")
    assert os.listdir(tmp_path) == ["away"]
    (tmp_path / "away").rename(data)
    files.ensure_folder(data / "sessions" / "more")
