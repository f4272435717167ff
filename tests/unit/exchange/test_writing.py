from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.exchange.export import write_export


def write(path: Path, text: str = "new", *, overwrite: bool = False) -> None:
    """Write an export."""
    asyncio.run(write_export(path, text, overwrite=overwrite))


def test_an_export_is_for_its_owner_only(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "text \ud800")
    assert (tmp_path / "a.md").read_text() == "text \ufffd"
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_file_that_is_there_gives_way_only_when_told(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    with pytest.raises(OatsError, match="a file of this name already"):
        write(path)
    assert path.read_text() == "old"
    write(path, overwrite=True)
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_file_that_comes_in_between_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    monkeypatch.setattr("os.path.lexists", lambda _: False)
    path.write_text("old")
    with pytest.raises(OatsError, match="a file of this name already"):
        write(path)
    monkeypatch.setattr("os.link", _refuse)
    with pytest.raises(OatsError, match="a file of this name already"):
        write(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.md"]


def _refuse(*_: object) -> None:
    """What a file system without second names says."""
    raise PermissionError(1, "Operation not permitted")


def test_a_file_system_without_second_names_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.link", _refuse)
    write(tmp_path / "a.md")
    assert (tmp_path / "a.md").read_text() == "new"
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_link_stays_and_what_it_leads_to_gives_way(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("old")
    (tmp_path / "link.md").symlink_to("old.md")
    with pytest.raises(OatsError):
        write(tmp_path / "link.md")
    write(tmp_path / "link.md", overwrite=True)
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "old.md").read_text() == "new"


def test_what_is_no_file_stays_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OatsError):
            write(tmp_path / name, overwrite=True)
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]


def test_what_goes_wrong_is_told_in_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, cause in (
        (tmp_path / "nowhere" / "a.md", "There is no such folder."),
        (tmp_path / "file" / "a.md", "A file is where a folder should be."),
        (tmp_path / ("x" * 300), "The name is too long"),
        (tmp_path / "a\0b", "not a path"),
    ):
        with pytest.raises(OatsError) as caught:
            write(path)
        assert cause in caught.value.detail
        assert caught.value.hint


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OatsError) as caught:
        write(tmp_path / "a.md", overwrite=True)
    assert "The disk is full." in caught.value.detail
    assert (tmp_path / "a.md").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.md"]
