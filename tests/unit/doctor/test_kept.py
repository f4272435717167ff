from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.unit.doctor.house import HOUR, NOW, body, build, examined, of, put, session


def test_wide_permissions_are_counted_with_the_first_few_named(data_dir: Path) -> None:
    ours = build(data_dir)
    data_dir.chmod(0o755)
    for number in range(7):
        session(data_dir, f"s{number}", mode=0o644)
    put(ours / "meta" / "s0.json", "{}", mode=0o640)
    (ours / "meta").chmod(0o750)
    put(data_dir / "coder.json", "{}", mode=0o644)
    folders, files = of(examined(data_dir), "permissions")
    assert (folders.severity, folders.count, folders.examples) == ("warning", 1, ("oats_tui/meta",))
    assert (files.count, len(files.examples), files.examples[0]) == (8, 5, "sessions/s0.json")
    assert folders.repairable
    assert files.repairable


def test_wide_permissions_behind_a_closed_door_are_only_a_note(data_dir: Path) -> None:
    build(data_dir)
    session(data_dir, "s", mode=0o644)
    (finding,) = of(examined(data_dir), "permissions")
    assert finding.severity == "note"


def test_what_programs_left_behind_is_told_once_it_is_an_hour_old(data_dir: Path) -> None:
    ours = build(data_dir)
    old = [
        put(data_dir / "sessions" / f".{'a' * 32}.tmp", age=HOUR + 1),
        put(ours / "trash" / "x.20260101T000000000000" / f".{'b' * 32}.tmp", age=HOUR + 1),
    ]
    put(ours / "meta" / f".{'c' * 32}.tmp", age=HOUR - 1)
    put(ours / "meta" / f".{'d' * 32}.tmp", age=-HOUR)
    put(data_dir / f".{'e' * 32}.tmp", age=2 * HOUR)
    (data_dir / "sessions" / f".{'f' * 32}.tmp").mkdir()
    (finding,) = of(examined(data_dir), "leftovers")
    assert finding.targets == tuple(old)
    assert (finding.severity, finding.repairable) == ("warning", True)


def test_strange_things_among_ours_are_named_each_once(data_dir: Path) -> None:
    ours = build(data_dir)
    put(ours / "stranger.txt", "x")
    put(ours / "folder" / "in it", "x")
    (ours / "link").symlink_to("/")
    put(ours / "locks" / "x.json", "x")
    put(ours / "trash" / "x.20260101T000000000000" / "more", "x")
    put(ours / "meta" / "x.1234abcd.damaged", "x")
    put(ours / "quarantine" / "x.0123456789ab.damaged", "x")
    (finding,) = of(examined(data_dir), "leftovers")
    assert finding.examples == (
        "oats_tui/folder (a folder)",
        "oats_tui/link (a link)",
        "oats_tui/locks/x.json (a file)",
        "oats_tui/stranger.txt (a file)",
        "oats_tui/trash/x.20260101T000000000000/more (a file)",
    )


def test_a_journal_without_a_session_may_hold_the_only_copy(data_dir: Path) -> None:
    ours = build(data_dir)
    session(data_dir, "here")
    for session_id in ("here", "gone"):
        put(ours / "journal" / f"{session_id}.log", "\n")
        put(ours / "meta" / f"{session_id}.json", "{}")
    journals, facts = of(examined(data_dir), "kept")
    assert (journals.severity, journals.examples) == ("warning", ("oats_tui/journal/gone.log",))
    assert (facts.severity, facts.examples) == ("note", ("oats_tui/meta/gone.json",))


def test_trash_and_quarantine_are_measured(data_dir: Path) -> None:
    ours = build(data_dir)
    put(ours / "trash" / "x.20260101T000000000000" / "session", "x" * 1500)
    put(ours / "trash" / "y.20260101T000000000000" / "session", "x" * 500)
    put(ours / "quarantine" / "x.0123456789ab.damaged", "x" * 300)
    report = examined(data_dir)
    quarantine, trash = of(report, "kept")
    assert "1 file in the quarantine, 300 bytes" in quarantine.what
    assert "2 deleted sessions in the trash, 2.0 kB" in trash.what
    assert not quarantine.repairable
    assert not trash.repairable
    names = ("trash", "trash_bytes", "quarantine", "quarantine_bytes")
    assert [report.counts[name] for name in names] == [2, 2000, 1, 300]


def test_only_versions_of_whole_sessions_may_be_thrown_away(data_dir: Path) -> None:
    ours = build(data_dir)
    session(data_dir, "whole")
    put(data_dir / "sessions" / "cut.json", body("cut")[:-50])
    for session_id in ("whole", "cut", "gone"):
        put(ours / "prev" / session_id, "x")
    spare, needed = of(examined(data_dir), "kept")
    assert spare.targets == (ours / "prev" / "whole",)
    assert needed.examples == ("oats_tui/prev/cut", "oats_tui/prev/gone")
    assert not needed.repairable


def test_files_from_the_future_are_told(data_dir: Path) -> None:
    build(data_dir)
    session(data_dir, "soon", age=-200)
    session(data_dir, "later", age=-400)
    (finding,) = of(examined(data_dir), "clock")
    assert finding.examples == ("sessions/later.json",)


HOLDS = """
import fcntl, sys
held = open(sys.argv[1], "r+")
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_who_holds_a_lock_is_told_and_stale_content_is_not(data_dir: Path) -> None:
    ours = build(data_dir)
    content = json.dumps({"pid": 4321, "host": "a\x1bhost", "since": NOW - 100})
    for name in ("s.turn", "s.lock", "old.lock", "old.turn"):
        put(ours / "locks" / name, content)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(ours / "locks" / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("s.turn", "s.lock")
    ]
    try:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == b"held\n"
        report = examined(data_dir, repair=True)
    finally:
        for each in running:
            each.communicate()
    save, turn = of(report, "locks")
    assert turn.what.startswith("Session s is being answered, by process 4321 on a\x1bhost since 20")
    assert (save.severity, turn.severity, report.code) == ("warning", "note", 0)
    assert "4321 hangs" in save.what_to_do
    assert sorted(path.name for path in (ours / "locks").iterdir()) == ["s.lock", "s.turn"]


def test_a_lock_since_a_time_that_is_none_is_no_crash(data_dir: Path) -> None:
    lock = put(build(data_dir) / "locks" / "s.turn", json.dumps({"pid": 1, "host": "h", "since": 1e300}))
    command = [sys.executable, "-c", HOLDS, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"held\n"
        (finding,) = of(examined(data_dir), "locks")
    assert finding.what.endswith("since nobody knows when.")
