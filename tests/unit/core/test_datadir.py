from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from oats_tui.core import datadir
from oats_tui.core.config import set_data_dir
from oats_tui.core.datadir import check_data_dir, try_writing
from oats_tui.core.errors import OatsError
from oats_tui.core.storage_errors import StorageError


def test_the_folders_are_made_private_and_tried_without_a_trace(data_dir: Path) -> None:
    check_data_dir()
    check_data_dir()
    assert sorted(path.name for path in data_dir.rglob("*")) == ["oats_tui", "sessions"]
    assert {path.stat().st_mode & 0o777 for path in (data_dir, *data_dir.iterdir())} == {0o700}


@pytest.mark.parametrize("name", ["sessions", "oats_tui"])
@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_what_the_system_says_is_told_with_the_path_and_the_setting(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    def refuse(folder: Path) -> None:
        if folder.name == name:
            raise OSError(number, os.strerror(number), str(folder))

    monkeypatch.setattr(datadir, "try_writing", refuse)
    with pytest.raises(StorageError) as caught:
        check_data_dir()
    for word in (str(data_dir / name), errno.errorcode[number], "chosen by OATS_TUI_DATA_DIR"):
        assert word in caught.value.detail
    assert caught.value.hint


def test_a_file_in_the_way_is_told(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "oats_tui").write_text("precious")
    with pytest.raises(StorageError, match="ENOTDIR"):
        check_data_dir()
    assert (data_dir / "oats_tui").read_text() == "precious"


def test_a_path_that_is_none_is_told(home: Path) -> None:
    set_data_dir("a\0b")
    with pytest.raises(OatsError, match="chosen by --data-dir"):
        check_data_dir()


def test_a_write_that_fails_halfway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        try_writing(tmp_path)
    assert list(tmp_path.iterdir()) == []
