from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from oats_tui.doctor.checks_place import check_mount, check_space
from oats_tui.doctor.checks_system import check_watching
from oats_tui.doctor.finding import worst
from tests.unit.doctor.house import build, examined, of, session


@pytest.mark.parametrize(
    ("kind", "severity", "word"),
    [
        ("ext4", "ok", "ext4"),
        ("9p", "note", "locks"),
        ("fuse.sshfs", "note", "by looking every 2 to 5 seconds instead of by the system's notices"),
        ("tmpfs", "warning", "switched off"),
    ],
)
def test_what_the_kind_of_disk_means_is_told(tmp_path: Path, kind: str, severity: str, word: str) -> None:
    (tmp_path / "mountinfo").write_text(f"22 27 0:21 / / rw - {kind} /dev/x rw\n")
    (finding,) = check_mount(tmp_path, tmp_path / "mountinfo")
    assert finding.severity == severity
    assert word in finding.what


def test_the_disk_of_a_data_directory_that_is_not_there_yet_is_told(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(
        f"22 27 0:21 / / rw - ext4 /dev/x rw\n23 22 0:22 / {tmp_path} rw - nfs4 s:/ rw\n"
    )
    (finding,) = check_mount(tmp_path / "not" / "there", tmp_path / "mountinfo")
    assert finding.severity == "note"
    assert f"(nfs4 at {tmp_path})" in finding.what


def test_a_system_that_does_not_tell_its_mounts_or_limits_is_no_problem(tmp_path: Path) -> None:
    assert list(check_mount(tmp_path, tmp_path / "nothing")) == []
    assert list(check_watching(tmp_path / "nothing")) == []


@pytest.mark.parametrize(("watches", "instances", "notes"), [(8192, 128, 0), (100, 128, 1), (100, 1, 2)])
def test_low_limits_of_watching_are_told_with_the_command(
    tmp_path: Path, watches: int, instances: int, notes: int
) -> None:
    (tmp_path / "max_user_watches").write_text(f"{watches}\n")
    (tmp_path / "max_user_instances").write_text(f"{instances}\n")
    found = list(check_watching(tmp_path))
    assert [finding.severity for finding in found] == (["note"] * notes or ["ok"])
    assert all("sysctl fs.inotify.max_user_" in finding.what_to_do for finding in found if notes)


@pytest.mark.parametrize(
    ("free", "files", "severity"),
    [(10**9, 10**6, "ok"), (10**8, 10**6, "warning"), (10**6, 10**6, "problem"), (10**9, 5, "warning")],
)
def test_little_room_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, files: int, severity: str
) -> None:
    told = SimpleNamespace(f_bavail=free // 1000, f_frsize=1000, f_files=10**7, f_favail=files)
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    assert worst(check_space(tmp_path / "not" / "there")) == severity


def test_a_data_directory_that_is_there_is_tried_and_left_as_it_was(data_dir: Path) -> None:
    build(data_dir)
    report = examined(data_dir)
    assert (report.data_dir, report.chosen_by) == (data_dir, "--data-dir")
    assert [finding.severity for finding in report.findings if finding.area == "data directory"] == ["ok"]
    assert list((data_dir / "sessions").iterdir()) == []


def test_one_that_is_missing_is_made_later_and_not_by_the_doctor(data_dir: Path) -> None:
    report = examined(data_dir)
    (finding,) = of(report, "data directory")
    assert (finding.severity, report.code) == ("note", 0)
    assert not data_dir.exists()


def test_a_file_or_a_dangling_link_in_its_place_needs_a_person(data_dir: Path) -> None:
    data_dir.write_text("precious")
    (finding,) = of(examined(data_dir), "data directory", "problem")[:1]
    assert "is not a folder" in finding.what
    data_dir.unlink()
    data_dir.symlink_to("nowhere")
    (finding,) = of(examined(data_dir), "data directory", "problem")
    assert "a link to what is not there" in finding.what


@pytest.mark.parametrize("name", ["sessions", "oats_tui"])
def test_a_file_in_the_place_of_a_folder_needs_a_person(data_dir: Path, name: str) -> None:
    data_dir.mkdir()
    (data_dir / name).write_text("precious")
    report = examined(data_dir, repair=True)
    assert report.code == 1
    assert any(f"{name} is a file, and should be a folder." in finding.what for finding in report.findings)
    assert (data_dir / name).read_text() == "precious"


def test_a_folder_of_sessions_that_is_a_link_is_read_and_not_repaired(data_dir: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    session(elsewhere, "a", mode=0o644)
    data_dir.mkdir()
    (data_dir / "sessions").symlink_to(elsewhere / "sessions")
    report = examined(data_dir, repair=True)
    assert report.counts["sessions_ok"] == 1
    assert (elsewhere / "sessions" / "a.json").stat().st_mode & 0o777 == 0o644
    assert any("is a link" in finding.what for finding in of(report, "data directory", "note"))


# One run comes first, so that everything is imported: who gave up root may not be able to read the libraries.
FORBIDDEN = """
import os
from pathlib import Path
from oats_tui.doctor.run import run
run(None)
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
os.umask(0o077)
folder = Path(os.environ["OATS_TUI_DATA_DIR"])
for name in ("sessions", "oats_tui/locks"):
    (folder / name).mkdir(parents=True)
(folder / "sessions" / "a.json").write_text("{}")
(folder / "sessions" / "a.json").chmod(0)
(folder / "sessions").chmod(0o500)
(folder / "oats_tui" / "locks").chmod(0)
report = run(None)
print(report.code, report.chosen_by)
for finding in report.findings:
    if finding.severity == "problem":
        print(finding.area, finding.what, *finding.examples)
(folder / "sessions").chmod(0o700)
(folder / "oats_tui" / "locks").chmod(0o700)
"""


def test_what_may_not_be_written_or_read_is_told_with_the_system_s_reason() -> None:
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        environment = {**os.environ, "OATS_TUI_DATA_DIR": f"{name}/data", "HOME": name}
        command = [sys.executable, "-c", FORBIDDEN]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.stderr == ""
    first, *problems = done.stdout.splitlines()
    assert first == "1 OATS_TUI_DATA_DIR"
    assert problems == [
        f"data directory Nothing can be written to {name}/data/sessions: Permission denied (EACCES).",
        "sessions 1 file in the folder of the sessions cannot be read. sessions/a.json: The file could not be "
        "read: Permission denied. Its mode is 0000.",
        "data directory oats_tui/locks cannot be listed: Permission denied (EACCES).",
    ]
