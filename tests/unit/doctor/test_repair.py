from __future__ import annotations

import os
from pathlib import Path

import pytest

from oats_tui.core import files
from tests.unit.doctor.house import HOUR, NOW, body, build, examined, of, put, session, tree

FIRST, SECOND = "a" * 32, "b" * 32


def messy(data_dir: Path) -> Path:
    """A data directory with something for every remedy; returns our own folder in it."""
    ours = build(data_dir)
    data_dir.chmod(0o755)
    session(data_dir, "good", mode=0o644)
    put(data_dir / "sessions" / "cut.json", body("cut")[:-50])
    put(data_dir / "sessions" / f".{FIRST}.tmp", "kept", age=2 * HOUR)
    put(ours / "meta" / f".{SECOND}.tmp", "kept too", age=2 * HOUR)
    put(ours / "prev" / "good", "old", age=HOUR)
    put(ours / "prev" / "cut", "needed", age=HOUR)
    put(ours / "locks" / "good.lock", "{}")
    put(ours / "trash" / "x.20260101T000000000000" / "session", "x")
    (ours / "trash").chmod(0o777)
    return ours


def later(version: Path) -> float:
    """A time when an earlier version is old enough: what was linked just now may still be written to."""
    return max(NOW, os.lstat(version).st_ctime) + 2 * HOUR


def test_without_being_asked_nothing_is_changed(data_dir: Path) -> None:
    messy(data_dir)
    before = tree(data_dir)
    report = examined(data_dir)
    assert sum(finding.repairable for finding in report.findings) == 5
    assert tree(data_dir) == before


def test_what_loses_nothing_is_done_and_told(data_dir: Path) -> None:
    ours = messy(data_dir)
    cut = (data_dir / "sessions" / "cut.json").read_bytes()
    now = later(ours / "prev" / "good")
    report = examined(data_dir, repair=True, now=now)
    told = [finding.what for finding in report.findings if finding.what.startswith("Repaired: ")]
    assert told == [
        "Repaired: 1 file or folder made private.",
        "Repaired: 1 file or folder made private.",
        "Repaired: 2 temporary files moved to oats_tui/quarantine.",
        "Repaired: 1 earlier version thrown away.",
        "Repaired: 1 file of a lock thrown away.",
    ]
    assert (ours / "quarantine" / f"{FIRST}.leftover").read_text() == "kept"
    assert (ours / "quarantine" / f"{SECOND}.leftover").read_text() == "kept too"
    assert [path.name for path in (ours / "prev").iterdir()] == ["cut"]
    assert list((ours / "locks").iterdir()) == []
    assert (data_dir / "sessions" / "cut.json").read_bytes() == cut
    assert not any(finding.repairable for finding in examined(data_dir, now=now).findings)


def test_a_repair_leaves_every_other_byte_alone(data_dir: Path) -> None:
    messy(data_dir)
    before = tree(data_dir)
    examined(data_dir, repair=True, now=later(data_dir / "oats_tui" / "prev" / "good"))
    after = tree(data_dir)
    gone = {
        f"sessions/.{FIRST}.tmp",
        f"oats_tui/meta/.{SECOND}.tmp",
        "oats_tui/prev/good",
        "oats_tui/locks/good.lock",
    }
    assert before.keys() - after.keys() == gone
    assert {name for name in after.keys() & before.keys() if after[name][1:] != before[name][1:]} == set()


def test_a_version_that_was_written_late_or_just_linked_is_kept(data_dir: Path) -> None:
    ours = build(data_dir)
    for session_id, age in (("late", 10.0), ("fresh", 2 * HOUR)):
        session(data_dir, session_id, age=HOUR)
        put(ours / "prev" / session_id, age=age)
    now = os.lstat(ours / "prev" / "late").st_ctime
    (finding,) = of(examined(data_dir, repair=True, now=now), "kept")
    assert finding.what == "2 earlier versions kept, being less than an hour old or in use."
    examined(data_dir, repair=True, now=now + 2 * HOUR)
    assert [path.name for path in (ours / "prev").iterdir()] == ["late"]


def test_a_version_is_kept_while_its_session_is_saved(data_dir: Path) -> None:
    ours = build(data_dir)
    session(data_dir, "s", age=HOUR)
    version = put(ours / "prev" / "s", age=2 * HOUR)
    with files.locked(ours / "locks" / "s.lock"):
        examined(data_dir, repair=True, now=os.lstat(version).st_ctime + 2 * HOUR)
        assert version.exists()


def test_links_in_the_place_of_our_folders_lead_no_repair_astray(data_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside / f".{FIRST}.tmp", "x", age=2 * HOUR, mode=0o644)
    put(outside / "x.lock", "x", mode=0o644)
    before = tree(outside)
    ours = build(data_dir)
    put(data_dir / "sessions" / f".{SECOND}.tmp", "x", age=2 * HOUR)
    for name in ("quarantine", "locks", "meta"):
        (ours / name).rmdir()
        (ours / name).symlink_to(outside)
    report = examined(data_dir, repair=True)
    assert tree(outside) == before
    assert (data_dir / "sessions" / f".{SECOND}.tmp").exists()
    (finding,) = of(report, "leftovers", "problem")
    assert "a link is in the way" in finding.examples[0]
    assert report.code == 1


def test_a_copy_in_the_quarantine_is_never_replaced(data_dir: Path) -> None:
    ours = build(data_dir)
    leftover = put(data_dir / "sessions" / f".{FIRST}.tmp", "new", age=2 * HOUR)
    kept = put(ours / "quarantine" / f"{FIRST}.leftover", "old")
    report = examined(data_dir, repair=True)
    assert (leftover.read_text(), kept.read_text(), report.code) == ("new", "old", 1)


def test_what_cannot_be_done_is_left_for_a_person(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messy(data_dir)

    def refuse(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(files, "tighten", refuse)
    failed = of(examined(data_dir, repair=True), "permissions", "problem")
    assert [finding.what for finding in failed] == ["1 file or folder could not be repaired."] * 2
    assert failed[0].examples == ("oats_tui/trash: Operation not permitted (EPERM)",)


def test_nothing_is_repaired_for_another_user(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messy(data_dir)
    before = tree(data_dir)
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    report = examined(data_dir, repair=True)
    assert tree(data_dir) == before
    assert any("this is user 4321" in finding.what for finding in of(report, "data directory", "problem"))
