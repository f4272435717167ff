from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oats_tui.core.codec import encode
from oats_tui.core.filecache import cache_of
from oats_tui.core.items import Patience, item_names
from oats_tui.session import index
from oats_tui.session.entries import Entry, look_at
from oats_tui.session.index import first_page, list_folder, newest_outcomes
from oats_tui.session.models import Session, SessionInfo, SessionTime

START = datetime(2026, 1, 1, tzinfo=UTC)


def later() -> int:
    """A time at which every date of a file is old."""
    return 4_000_000_000_000_000_000


def put(folder: Path, name: str, minute: int = 0, title: str = "") -> None:
    time = SessionTime(created=START, updated=START + timedelta(minutes=minute))
    info = SessionInfo(id=name, title=title or f"Title {name}", project_dir="/p", working_dir="/p", time=time)
    session = Session(info=info)
    session.messages = []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_bytes(encode(session))


def plain(folder: Path) -> list[Entry]:
    """The list without a cache."""
    return [look_at(folder, name, Patience(0)) for name in item_names(folder)]


def cache_file(folder: Path) -> Path:
    return cache_of(folder, "sessions").path


@pytest.fixture
def folder(data_dir: Path) -> Path:
    """Sessions of which each odd one is wrong in its own way."""
    folder = data_dir / "sessions"
    for number in range(12):
        put(folder, f"s{number:02}", minute=number * 7 % 12)
    whole = (folder / "s01.json").read_bytes()
    (folder / "s03.json").write_bytes(whole)
    (folder / "s05.json").write_bytes(whole[:-3])
    (folder / "s07.json").write_text("[]")
    (folder / "s09.json").unlink()
    (folder / "s09.json").mkdir()
    info = {"id": "s11", "title": "\ud800 \0 \n", "project_dir": "/p", "working_dir": "", "more": [2**70, "é"]}
    (folder / "s11.json").write_text(json.dumps({"info": info}))
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    return folder


def test_the_list_from_the_cache_is_the_list_without_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = plain(folder)
    odd = {"s03": "foreign", "s05": "damaged", "s07": "foreign", "s09": "unreadable"}
    assert {entry.id: entry.state for entry in expected if entry.state != "ok"} == odd
    read: list[str] = []

    def look(folder: Path, name: str, patience: Patience) -> Entry:
        read.append(name)
        return look_at(folder, name, patience)

    monkeypatch.setattr(index, "look_at", look)
    assert list_folder(folder, later) == expected
    assert len(read) == 12
    again = list_folder(folder, later)
    assert again == expected
    assert [entry.info for entry in again[:-1]] == [entry.info for entry in expected[:-1]]
    assert read[12:] == ["s09"]


def test_the_first_page_is_the_newest_activity_as_the_cache_knows_it(folder: Path) -> None:
    assert first_page(folder, 5) == []
    listed = list_folder(folder, later)
    (folder / "s00.json").unlink()
    kept = [entry for entry in listed if entry.state != "unreadable"]
    newest = sorted(kept, key=lambda entry: (entry.updated or 0, entry.id), reverse=True)
    assert first_page(folder, 3) == newest[:3]
    assert first_page(folder, 100) == newest


def test_the_first_page_has_what_was_changed_just_now(folder: Path) -> None:
    put(folder, "s04", minute=999, title="just now")
    list_folder(folder)
    assert [entry.title for entry in first_page(folder, 1)] == ["just now"]


def test_a_missing_folder_has_no_sessions_and_no_outcomes(data_dir: Path) -> None:
    assert list_folder(data_dir / "sessions") == []
    assert first_page(data_dir / "sessions", 9) == []
    assert newest_outcomes(data_dir / "oats_tui" / "meta") == {}


def test_two_data_directories_do_not_mix(tmp_path: Path, home: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name / "sessions", name)
        list_folder(tmp_path / name / "sessions", later)
    for name in ("one", "two"):
        assert [entry.id for entry in first_page(tmp_path / name / "sessions", 9)] == [name]


def test_fault_18_a_session_rewritten_at_the_same_moment_with_the_same_size_is_noticed(folder: Path) -> None:
    path = folder / "s00.json"
    for title in ("first", "other", "third"):
        before = path.stat()
        put(folder, "s00", title=title)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        for _ in range(2):
            assert list_folder(folder)[0].title == title
            assert list_folder(folder, later)[0].title == title


SPOILERS = ["deleted", "empty", "cut", "garbage", "flipped", "future", "no table", "a folder", "not ours"]


def spoil(path: Path, how: str) -> None:
    """Do something to the cache's file."""
    good = path.read_bytes()
    if how in ("deleted", "a folder"):
        path.unlink()
    if how == "a folder":
        path.mkdir()
    if how in ("future", "no table"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 77" if how == "future" else "DROP TABLE facts")
    rng = random.Random(how)
    place = rng.randrange(len(good))
    flipped = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
    written = {
        "empty": b"",
        "cut": good[: len(good) // 2 + 7],
        "garbage": rng.randbytes(20_000),
        "flipped": flipped,
    }
    if how in written:
        path.write_bytes(written[how])
    if how == "not ours":
        path.unlink()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE facts (mine)")


@pytest.mark.parametrize("how", SPOILERS)
def test_fault_19_the_list_is_the_same_whatever_was_done_to_the_cache(folder: Path, how: str) -> None:
    expected = plain(folder)
    list_folder(folder, later)
    spoil(cache_file(folder), how)
    shown = first_page(folder, 99)
    assert all(entry in expected for entry in shown)
    for _ in range(3):
        assert list_folder(folder, later) == expected
    if how not in ("a folder", "future"):
        assert len(first_page(folder, 99)) == 11


@pytest.mark.parametrize(
    "payload",
    [b"", b"7", b"[]", b'["ok", "", ""]', b'["ok", "", "", "", null, 7, true]', b'["ok"]', b"{}", b"\xff"],
)
def test_fault_19_rows_that_are_no_entries_are_none(folder: Path, payload: bytes) -> None:
    expected = plain(folder)
    list_folder(folder, later)
    cache = cache_of(folder, "sessions")
    rows = list(cache.rows())
    cache.save(row._replace(payload=payload) for row in rows)
    assert first_page(folder, 99) == []
    assert list_folder(folder, later) == expected
    assert list(cache.rows()) == rows


def test_fault_19_a_file_where_the_cache_directory_should_be_changes_nothing(folder: Path, home: Path) -> None:
    (home / ".cache").write_text("mine")
    expected = plain(folder)
    assert [list_folder(folder, later) for _ in range(2)] == [expected] * 2
    assert first_page(folder, 9) == []


def test_fault_19_a_full_disk_is_no_reason_for_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(
        "oats_tui.core.filecache.files.ensure_folder", lambda _: os.open("/dev/full/x", os.O_RDONLY)
    )
    assert list_folder(folder, later) == plain(folder)
    assert "not used" in caplog.text


READ_ONLY = """
import os, sys
from pathlib import Path
from oats_tui.session.index import first_page, list_folder
os.getuid() or os.setuid(65534)
folder, cache = Path(sys.argv[1]) / "sessions", Path(sys.argv[1]) / "cache" / "oats-tui"
later = lambda: 4_000_000_000_000_000_000
before = list_folder(folder, later)
(file,) = cache.iterdir()
for path, mode in ((file, 0o400), (cache, 0o500), (cache, 0)):
    path.chmod(mode)
    print(list_folder(folder, later) == before, all(entry in before for entry in first_page(folder, 9)))
    (folder / "s1.json").touch()
cache.chmod(0o700)
print(len(before))
"""


def test_fault_19_the_list_is_the_same_with_a_cache_that_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        put(Path(name) / "sessions", "s1")
        put(Path(name) / "sessions", "s2")
        (Path(name) / "cache").mkdir()
        if os.getuid() == 0:
            for path in (Path(name), *Path(name).rglob("*")):
                os.chown(path, 65534, -1)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, name],
            env={**os.environ, "XDG_CACHE_HOME": f"{name}/cache"},
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert done.stdout.split() == ["True"] * 6 + ["2"], done.stderr


LISTING = """
import sys, time
from pathlib import Path
from oats_tui.session.index import list_folder
for _ in range(int(sys.argv[2])):
    ids = [entry.id for entry in list_folder(Path(sys.argv[1]))]
    assert "s00" in ids, ids
print(len(ids))
"""


def test_fault_19_two_processes_use_one_cache_at_once(folder: Path) -> None:
    command = [sys.executable, "-c", LISTING, str(folder), "30"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    while any(process.poll() is None for process in running):
        for number in range(20, 40):
            put(folder, f"s{number}", minute=number)
        list_folder(folder)
    said = [process.communicate(timeout=60) for process in running]
    assert [err.decode() for _, err in said] == ["", ""]
    assert [process.returncode for process in running] == [0, 0]
    for clock in (later, later):
        assert list_folder(folder, clock) == plain(folder)


def test_outcomes_are_those_in_our_own_files(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = data_dir / "oats_tui" / "meta"
    folder.mkdir(parents=True)
    content = {"f": "failed", "i": "interrupted", "n": None, "s": "stopped", "x": "odd", "y": ["failed"]}
    for name, newest in content.items():
        (folder / f"{name}.json").write_text(json.dumps({"outcomes": {}, "newest": newest}))
    for name, text in {"old": "{}", "cut": "{", "list": "[]", "text": '"failed"'}.items():
        (folder / f"{name}.json").write_text(text)
    os.mkfifo(folder / "pipe.json")
    expected = {"f": "failed", "i": "interrupted", "s": "stopped"}
    for _ in range(2):
        caplog.clear()
        assert newest_outcomes(folder, later) == expected
        assert caplog.text.count("left out") == 6
    (folder / "s.json").write_text('{"newest": "failed"}')
    (folder / "f.json").write_text('{"newest": null}')
    assert newest_outcomes(folder, later) == {"i": "interrupted", "s": "failed"}


def test_the_event_loop_goes_on_while_the_folder_is_listed(folder: Path) -> None:
    for number in range(20):
        (folder / f"torn{number}.json").write_text('{\n  "info": {')

    async def main() -> int:
        ticks, listing = 0, asyncio.create_task(asyncio.to_thread(list_folder, folder))
        while not listing.done():
            ticks += 1
            await asyncio.sleep(0.01)
        assert len(await listing) == 32
        return ticks

    assert asyncio.run(main()) > 5
