from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.unit.doctor.house import body, build, examined, of, put, session


def test_good_sessions_are_counted_and_nothing_is_asked_of_anybody(data_dir: Path) -> None:
    build(data_dir)
    for number in range(3):
        session(data_dir, f"s{number}")
    report = examined(data_dir)
    assert report.code == 0
    assert of(report, "sessions") == []
    assert [finding.what for finding in of(report, "sessions", "ok")] == [
        "3 sessions can be opened; each was read to its end."
    ]
    assert (report.counts["sessions"], report.counts["sessions_ok"]) == (3, 3)


def test_each_damaged_session_is_named_with_what_can_be_saved(data_dir: Path) -> None:
    build(data_dir)
    sessions = data_dir / "sessions"
    put(sessions / "cut.json", body("cut", 5)[:-200])
    put(sessions / "empty.json")
    put(sessions / "inside.json", body("inside").replace('"parts": [', '"parts": ][', 1))
    report = examined(data_dir)
    (finding,) = of(report, "sessions", "problem")
    assert report.code == 1
    assert finding.count == report.counts["sessions_damaged"] == 3
    cut, empty, inside = finding.examples
    assert cut.startswith("sessions/cut.json: ")
    assert cut.endswith("4 messages of it can be saved.")
    assert empty == "sessions/empty.json: The file is empty. Nothing of it can be saved."
    assert inside.startswith("sessions/inside.json: The file is not JSON")


def test_a_damage_in_the_middle_of_a_large_file_is_found(data_dir: Path) -> None:
    build(data_dir)
    text = body("large", 2000)
    middle = text.index('"id"', len(text) // 2)
    put(data_dir / "sessions" / "large.json", text[:middle] + "\0" * 40 + text[middle + 40 :])
    assert examined(data_dir).counts["sessions_damaged"] == 1


def test_what_is_no_file_is_told_for_what_it_is_and_never_waited_for(data_dir: Path, tmp_path: Path) -> None:
    build(data_dir)
    sessions = data_dir / "sessions"
    os.mkfifo(sessions / "a.json")
    (sessions / "b.json").mkdir()
    (sessions / "c.json").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        (tmp_path / "socket").rename(sessions / "d.json")
        report = examined(data_dir)
    (finding,) = of(report, "sessions", "problem")
    assert finding.examples == (
        "sessions/a.json: it is a pipe, not a file.",
        "sessions/b.json: it is a folder, not a file.",
        "sessions/c.json: it is a link, not a file.",
        "sessions/d.json: it is a socket, not a file.",
    )


def test_what_is_another_session_or_none_can_wait(data_dir: Path) -> None:
    build(data_dir)
    put(data_dir / "sessions" / "copy.json", body("other"))
    put(data_dir / "sessions" / "list.json", "[1]")
    report = examined(data_dir)
    (finding,) = of(report, "sessions")
    assert (finding.severity, finding.count, report.code) == ("warning", 2, 0)
    assert "another id" in finding.examples[0]
    assert "not a session" in finding.examples[1]


def test_names_that_no_session_can_have_and_other_files_are_told(data_dir: Path) -> None:
    build(data_dir)
    sessions = data_dir / "sessions"
    for name in (".hidden.json", "a\x1bb.json", "x" * 230 + ".json", "notes.txt"):
        put(sessions / name, "{}")
    put(sessions / os.fsdecode(b"\xff.json"), "{}")
    put(sessions / f".{'0' * 32}.tmp", "being written")
    misnamed, beside = of(examined(data_dir), "sessions")
    assert (misnamed.severity, misnamed.count) == ("warning", 4)
    assert (beside.severity, beside.examples) == ("note", ("sessions/notes.txt",))


def test_lone_surrogates_are_no_damage(data_dir: Path) -> None:
    build(data_dir)
    put(data_dir / "sessions" / "s.json", body("s").replace("message 1", "message \\ud800"))
    assert examined(data_dir).counts["sessions_ok"] == 1


def test_without_a_folder_of_sessions_there_are_none(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    report = examined(data_dir)
    assert (report.code, report.counts["sessions"]) == (0, 0)
