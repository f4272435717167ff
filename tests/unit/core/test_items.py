from __future__ import annotations

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from oats_tui.core.codec import StoredModel
from oats_tui.core.items import Patience, check_id, item_names, read_settled
from oats_tui.core.storage import Storage, StorageError

BAD_IDS = [
    "",
    ".",
    "..",
    ".hidden",
    "../coder",
    "a/b",
    "/etc/passwd",
    "a\\b",
    "a\0b",
    "a\nb",
    "a\x1b[2Jb",
    "a\x7f",
    "a\x85",
    "a\ud800",
    "a" * 201,
]


class Note(StoredModel):
    text: str = ""


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_is_none_is_refused_by_every_call_and_touches_nothing(data_dir: Path, bad: str) -> None:
    notes = Storage("notes", Note)
    asyncio.run(notes.create("good", Note()))
    (data_dir / "coder.json").write_text("{}")
    before = tree(data_dir.parent)
    calls = (
        lambda: notes.create(bad, Note()),
        lambda: notes.read(bad),
        lambda: notes.update(bad, Note()),
        lambda: notes.upsert(bad, Note()),
        lambda: notes.delete(bad),
    )
    for call in calls:
        with pytest.raises(StorageError):
            asyncio.run(call())
    assert tree(data_dir.parent) == before


@pytest.mark.parametrize("good", ["a", "a" * 200, "a.b", "with space", "é", "..a"[2:], "-", "~"])
def test_a_plain_name_is_an_id(good: str) -> None:
    check_id(good)


def test_names_that_are_no_ids_are_not_listed(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", ".json", ".x.json", "a\nb.json", "x.json.bak", ".t.tmp", "JSON"):
        (tmp_path / name).write_text("{}")
    (tmp_path / os.fsdecode(b"\xff.json")).write_text("{}")
    assert item_names(tmp_path) == ["a", "b"]
    assert item_names(tmp_path / "missing") == []


def test_a_file_that_another_program_is_just_writing_is_read_again_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("")
    tried = threading.Event()

    def use(data: bytes) -> str:
        from oats_tui.core.codec import parse

        try:
            return str(parse(data)["text"])
        finally:
            tried.set()

    def write() -> None:
        tried.wait(10)
        path.write_text('{"text": "whole"}')

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert read_settled(path, use, Patience(30)) == "whole"
    finally:
        writer.join()


def test_a_damaged_file_is_waited_for_only_if_it_was_changed_a_moment_ago(data_dir: Path) -> None:
    notes = Storage("notes", Note)
    notes.storage_dir.mkdir(parents=True)
    for number in range(20):
        path = notes.storage_dir / f"{number}.json"
        path.write_text("{")
        os.utime(path, (1, 1))
    started = time.monotonic()
    assert asyncio.run(notes.list()) == []
    assert time.monotonic() - started < 0.5


def test_the_waiting_for_damaged_files_is_shared_by_all_of_a_folder(data_dir: Path) -> None:
    notes = Storage("notes", Note)
    notes.storage_dir.mkdir(parents=True)
    for number in range(20):
        (notes.storage_dir / f"{number}.json").write_text("{")
    started = time.monotonic()
    assert asyncio.run(notes.list()) == []
    # Each on its own would take 12 seconds.
    assert 0.5 < time.monotonic() - started < 5


def test_reading_leaves_the_event_loop_free(data_dir: Path) -> None:
    notes = Storage("notes", Note)
    notes.storage_dir.mkdir(parents=True)
    (notes.storage_dir / "a.json").write_text("{")
    ticks = 0

    async def main() -> None:
        nonlocal ticks
        reading = asyncio.create_task(notes.read("a"))
        while not reading.done():
            ticks += 1
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert ticks > 5
