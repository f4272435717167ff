from __future__ import annotations

import logging
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from oats_tui.core.filecache import FileCache, Row, cache_of

ROWS = [Row(f"n{number:02}", f"stamp {number}", float(number), bytes([number]) * 300) for number in range(40)]
HEADER = b"SQLite format 3\0"


@pytest.fixture
def cache(tmp_path: Path) -> FileCache:
    return FileCache(tmp_path / "cache" / "facts.sqlite")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def sql(cache: FileCache, *statements: str) -> None:
    with closing(sqlite3.connect(cache.path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()


def test_rows_are_kept_by_name_and_found_by_rank(cache: FileCache) -> None:
    cache.save(reversed(ROWS))
    assert list(cache.rows()) == ROWS
    assert cache.newest(3) == ROWS[:-4:-1]
    cache.save([ROWS[0]._replace(rank=None), ROWS[1]._replace(rank=99.5)], gone=["n02", "unknown"])
    assert [row.name for row in cache.newest(2)] == ["n01", "n39"]
    assert [row.name for row in cache.newest(100)][-1] == "n00"
    assert len(list(cache.rows())) == 39


def test_nothing_is_made_before_something_is_kept(cache: FileCache, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert (list(cache.rows()), cache.newest(9)) == ([], [])
    assert not cache.path.parent.exists()
    assert caplog.text == ""


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_file_and_folder_are_the_owner_s_alone(cache: FileCache, umask: int) -> None:
    before = os.umask(umask)
    try:
        cache.save(ROWS)
        with closing(cache.rows()) as rows:
            next(rows)
            modes = {mode(path) for path in cache.path.parent.iterdir()}
    finally:
        os.umask(before)
    assert (mode(cache.path.parent), modes) == (0o700, {0o600})
    cache.path.parent.chmod(0o755)
    cache.path.chmod(0o644)
    cache.save(ROWS)
    assert (mode(cache.path.parent), mode(cache.path)) == (0o700, 0o600)


def test_any_name_of_a_folder_will_do(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "a ?b#c%41é" / os.fsdecode(b"\xff") / "x?mode=memory.sqlite")
    cache.save(ROWS)
    assert list(cache.rows()) == ROWS
    assert cache.path.is_file()


def test_a_folder_has_one_cache_whichever_links_lead_to_it_and_others_have_another(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    paths = [cache_of(tmp_path / name, kind).path for name in ("a", "link", "b") for kind in ("k", "l")]
    assert paths[:2] == paths[2:4]
    assert len(set(paths)) == 4
    assert {path.parent for path in paths} == {home / ".cache" / "oats-tui"}


def test_fault_19_a_cache_of_any_flipped_or_missing_bytes_yields_no_wrong_row(cache: FileCache) -> None:
    cache.save(ROWS)
    good = cache.path.read_bytes()
    rng = random.Random(19)
    spoiled = [good[: rng.randrange(len(good))] for _ in range(60)]
    spoiled += [good[:place] + rng.randbytes(9) + good[place + 9 :] for place in rng.sample(range(len(good)), 200)]
    spoiled += [b"", b"x", b"\0" * 9000, rng.randbytes(9000), HEADER, HEADER + rng.randbytes(9000)]
    for data in spoiled:
        cache.path.write_bytes(data)
        assert set(cache.newest(100)) <= set(ROWS)
        cache.path.write_bytes(data)
        assert set(cache.rows()) <= set(ROWS)
        cache.save(ROWS[:5])
        assert set(cache.rows()) <= set(ROWS)


@pytest.mark.parametrize("data", [b"no database at all" * 99, HEADER + b"\1" * 9000])
def test_fault_19_a_cache_that_is_garbage_is_made_anew(
    cache: FileCache, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache.save(ROWS)
    cache.path.write_bytes(data)
    assert list(cache.rows()) == []
    assert "made anew" in caplog.text
    cache.save(ROWS)
    assert list(cache.rows()) == ROWS


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE facts",
        "ALTER TABLE facts RENAME COLUMN payload TO another",
        "UPDATE facts SET name = CAST(x'ff' AS TEXT) WHERE name = 'n07'",
    ],
)
def test_fault_19_a_cache_of_another_form_is_made_anew(cache: FileCache, change: str) -> None:
    cache.save(ROWS)
    sql(cache, change)
    assert set(cache.rows()) <= set(ROWS)
    cache.save(ROWS)
    assert list(cache.rows()) == ROWS


def test_fault_19_a_row_that_was_changed_is_left_out(cache: FileCache) -> None:
    cache.save(ROWS)
    sql(
        cache, "UPDATE facts SET stamp = 'x' WHERE name = 'n01'", "UPDATE facts SET payload = 7 WHERE name = 'n02'"
    )
    sql(
        cache, "UPDATE facts SET name = 'n99' WHERE name = 'n03'", "UPDATE facts SET rank = 1e9 WHERE name = 'n04'"
    )
    expected = ROWS[:1] + ROWS[5:]
    assert list(cache.rows()) == expected
    assert cache.newest(100) == expected[::-1]


def test_fault_19_a_cache_from_the_future_is_left_as_it_is(
    cache: FileCache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.save(ROWS)
    sql(cache, "PRAGMA user_version = 999")
    before = cache.path.read_bytes()
    assert (list(cache.rows()), cache.newest(9)) == ([], [])
    cache.save(ROWS[:3])
    assert cache.path.read_bytes() == before
    assert not caplog.records


def test_fault_19_a_cache_that_is_deleted_while_it_is_read_is_made_anew(cache: FileCache) -> None:
    cache.save(ROWS)
    with closing(cache.rows()) as rows:
        next(rows)
        for path in list(cache.path.parent.iterdir()):
            path.unlink()
        cache.path.parent.rmdir()
        cache.save(ROWS[:3])
        assert set(rows) <= set(ROWS)
    assert set(cache.rows()) <= set(ROWS[:3])
    cache.save(ROWS)
    assert list(cache.rows()) == ROWS


@pytest.mark.parametrize("kind", ["folder", "pipe", "link", "device", "folder's place taken"])
def test_fault_19_what_is_no_file_is_neither_used_nor_touched(cache: FileCache, tmp_path: Path, kind: str) -> None:
    outside = tmp_path / "outside"
    if kind == "folder's place taken":
        cache.path.parent.write_text("mine")
    else:
        cache.path.parent.mkdir(0o700)
    if kind == "folder":
        cache.path.mkdir()
    elif kind == "pipe":
        os.mkfifo(cache.path)
    elif kind in ("link", "device"):
        cache.path.symlink_to(outside if kind == "link" else "/dev/null")
    cache.save(ROWS)
    assert (list(cache.rows()), cache.newest(9)) == ([], [])
    assert not outside.exists()


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"PRAGMA locking_mode = {sys.argv[2]}").fetchall()
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM facts WHERE name = 'n00'")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("locking", "readable"), [("EXCLUSIVE", []), ("NORMAL", ROWS)])
def test_fault_19_a_cache_that_another_process_has_locked_is_done_without(
    cache: FileCache, locking: str, readable: list[Row]
) -> None:
    cache.save(ROWS)
    command = [sys.executable, "-c", LOCK, str(cache.path), locking]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"locked\n"
        assert list(cache.rows()) == readable
        cache.save([Row("new", "", None, b"")])
        assert list(cache.rows()) == readable
        process.stdin.close()
    assert list(cache.rows()) == ROWS


SAVING = """
import sys
from pathlib import Path
from oats_tui.core.filecache import FileCache, Row
cache = FileCache(Path(sys.argv[1]))
rows = [Row(f"n{number:02}", f"stamp {number}", float(number), bytes([number]) * 300) for number in range(40)]
while True:
    cache.save(rows[::2], gone=[row.name for row in rows[1::2]])
    print("saved", flush=True)
    cache.save(rows)
"""


def test_fault_19_a_process_that_was_killed_while_saving_does_no_harm(cache: FileCache) -> None:
    for count in range(1, 7):
        command = [sys.executable, "-c", SAVING, str(cache.path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(count):
                assert process.stdout.readline() == b"saved\n"
            process.kill()
        assert list(cache.rows()) in (ROWS, ROWS[::2])


def test_threads_use_a_cache_at_once(cache: FileCache) -> None:
    wrong: list[set[Row]] = []

    def use(number: int) -> None:
        for _ in range(10):
            cache.save(ROWS[number::4])
            wrong.append(set(cache.rows()) - set(ROWS))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [set()] * 40
    cache.save(ROWS)
    assert list(cache.rows()) == ROWS
