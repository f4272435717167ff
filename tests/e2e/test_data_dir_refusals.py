"""A data directory that cannot be written is said before the screen comes up: code 2, and one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.test_refusals import refusal
from tests.support.launch import program_environment


def locked(folder: Path, mode: int = 0o500) -> Path:
    """A folder that may not be written."""
    folder.mkdir(parents=True)
    folder.chmod(mode)
    return folder


@pytest.mark.parametrize("name", ["sessions", "oats_tui"])
def test_a_folder_inside_that_may_not_be_written(tmp_path: Path, name: str) -> None:
    data = tmp_path / "mine"
    (data / "sessions").mkdir(parents=True)
    shutil.rmtree(data / name, ignore_errors=True)
    folder = locked(data / name)
    line = refusal(tmp_path, "--data-dir", str(data), without=("rights", "engine"))
    assert f"{folder}: This user may not do that (EACCES)." in line
    assert "The data directory was chosen by --data-dir." in line


def test_the_setting_is_named_that_chose_it(tmp_path: Path) -> None:
    data = locked(tmp_path / "mine")
    line = refusal(tmp_path, without=("rights", "engine"), OATS_TUI_DATA_DIR=str(data))
    assert "chosen by OATS_TUI_DATA_DIR." in line
    (tmp_path / "coder.json").write_text(f'{{"data_dir": "{data}"}}')
    line = refusal(tmp_path, without=("rights", "engine"))
    assert f"chosen by data_dir in {tmp_path / 'coder.json'}." in line


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    above = locked(tmp_path / "above")
    line = refusal(tmp_path, "--data-dir", str(above / "mine"), without=("rights", "engine"))
    assert "EACCES" in line
    assert list(above.iterdir()) == []


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    line = refusal(tmp_path, "--data-dir", str(tmp_path / "link"))
    assert str(tmp_path / "link") in line


def test_a_read_only_disk(tmp_path: Path) -> None:
    data = tmp_path / "mine"
    data.mkdir()
    program_environment(tmp_path)
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "none", str(data)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        line = refusal(tmp_path, "--data-dir", str(data))
    finally:
        subprocess.run(["umount", str(data)], check=True)
    assert "The file system is read-only (EROFS)." in line
