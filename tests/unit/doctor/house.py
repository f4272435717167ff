"""A data directory with something wrong in it, and what the doctor says of it."""

from __future__ import annotations

import os
from pathlib import Path

from oats_tui.doctor.finding import Area, Finding, Severity
from oats_tui.doctor.report import Report
from oats_tui.doctor.run import run
from oats_tui.session import Session, SessionInfo

# In the past, so that no file made now is one of the future for those who ask the real clock.
NOW = 1_700_000_000.0
HOUR = 3600.0


def examined(data_dir: Path, *, repair: bool = False, now: float = NOW) -> Report:
    """The doctor's report on a data directory at a fixed time."""
    return run(str(data_dir), repair=repair, clock=lambda: now)


def of(report: Report, area: Area, *severities: Severity) -> list[Finding]:
    """The findings of one area that are not in order, or of the given severities."""
    wanted = severities or ("problem", "warning", "note")
    return [finding for finding in report.findings if finding.area == area and finding.severity in wanted]


def build(data_dir: Path) -> Path:
    """An empty data directory as this program makes it; returns our own folder in it."""
    ours = data_dir / "oats_tui"
    for folder in (data_dir, data_dir / "sessions", ours):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("journal", "meta", "trash", "quarantine", "prev", "locks"):
        (ours / name).mkdir(mode=0o700, exist_ok=True)
    return ours


def body(session_id: str, messages: int = 2) -> str:
    """The JSON of a session."""
    made = Session(info=SessionInfo(id=session_id, title="T", project_dir="/p", working_dir="/p"))
    for number in range(messages):
        made.create_user_message(f"message {number}")
    return made.model_dump_json(indent=2)


def put(path: Path, text: str | bytes = "", *, age: float = HOUR / 2, mode: int = 0o600) -> Path:
    """A file of so many seconds at the fixed time; its folder is made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    os.utime(path, (NOW - age, NOW - age))
    return path


def session(data_dir: Path, session_id: str, *, age: float = HOUR / 2, mode: int = 0o600) -> Path:
    """A good session's file."""
    return put(data_dir / "sessions" / f"{session_id}.json", body(session_id), age=age, mode=mode)


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything below a folder: modes, times of change of the files, and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        is_file = path.is_file() and not path.is_symlink()
        changed = status.st_mtime_ns if is_file else 0
        found[str(path.relative_to(folder))] = (status.st_mode, changed, path.read_bytes() if is_file else b"")
    return found
