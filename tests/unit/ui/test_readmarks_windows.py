from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from oats_tui.ui import readmarks
from oats_tui.ui.private_file import Version, read_private, write_private
from oats_tui.ui.readmarks import refresh_read_marks, save_read_marks
from tests.unit.ui.test_readmarks import NOW, load, save


def refresh(path: Path, marks: readmarks.ReadMarks) -> bool:
    """Take in what other windows wrote."""
    return asyncio.run(refresh_read_marks(path, marks))


def test_two_windows_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    one, two = load(path, NOW + 5), load(path, NOW)
    one.read("both", NOW + 20)
    two.read("both", NOW + 10)
    one.read("one", NOW + 30)
    two.read("two", NOW + 40)
    save(path, one, two)
    kept = load(path, NOW + 100)
    assert kept.since == NOW
    assert not any(kept.is_unread(name, NOW + end) for name, end in (("both", 20), ("one", 30), ("two", 40)))
    assert kept.is_unread("both", NOW + 21)
    assert not two.is_unread("one", NOW + 30)


def test_what_another_window_wrote_is_taken_in_and_an_unchanged_file_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "read.json"
    one, two = load(path), load(path)
    two.read("a", NOW + 1)
    save(path, two)
    assert one.is_unread("a", NOW + 1)
    assert refresh(path, one)
    assert not one.is_unread("a", NOW + 1)
    reads: list[Path] = []

    def read(path: Path, limit: int) -> bytes:
        reads.append(path)
        return read_private(path, limit)

    monkeypatch.setattr(readmarks, "read_private", read)
    assert not refresh(path, one)
    assert not refresh(path, two)
    assert reads == []
    two.read("b", NOW + 2)
    save(path, two)
    reads.clear()
    assert refresh(path, one)
    assert reads == [path]


def test_what_another_window_overwrote_is_known_to_be_unsaved(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    one, two = load(path), load(path)
    save(path, two)
    old = path.read_bytes()
    one.read("a", NOW + 1)
    save(path, one)
    told = [one.unsaved]
    path.write_bytes(old)
    assert not refresh(path, one)
    told.append(one.unsaved)
    save(path, one)
    assert not load(path).is_unread("a", NOW + 1)
    path.unlink()
    assert not refresh(path, one)
    assert [*told, one.unsaved] == [False, True, True]
    assert not one.is_unread("a", NOW + 1)


def test_saving_twice_at_once_keeps_everything_read_by_then(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    marks = load(path)

    async def scenario() -> None:
        saves = []
        for number in range(10):
            marks.read(f"s{number}", NOW + 1)
            saves.append(asyncio.create_task(save_read_marks(path, marks)))
            await asyncio.sleep(0)
        await asyncio.gather(*saves)

    asyncio.run(scenario())
    kept = load(path)
    assert not any(kept.is_unread(f"s{number}", NOW + 1) for number in range(10))
    assert not marks.unsaved
    assert os.listdir(tmp_path) == ["read.json"]


def test_a_save_begins_when_the_one_before_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    async def write(path: Path, data: bytes) -> Version:
        steps.append("begins")
        # Time enough for the others to begin as well, if they did not wait.
        for _ in range(20):
            await asyncio.to_thread(path.exists)
        steps.append("ends")
        return await write_private(path, data)

    monkeypatch.setattr(readmarks, "write_private", write)
    marks = load(tmp_path / "read.json")

    async def at_once() -> None:
        await asyncio.gather(*(save_read_marks(tmp_path / "read.json", marks) for _ in range(3)))

    asyncio.run(at_once())
    assert steps == ["begins", "ends"] * 3


def test_an_earlier_first_start_in_another_window_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    one, two = load(path, NOW + 5), load(path)
    save(path, two)
    assert not one.is_unread("a", NOW + 5)
    assert refresh(path, one)
    assert one.is_unread("a", NOW + 5)


def test_what_is_read_during_a_save_stays_unsaved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "read.json"
    marks = load(path)

    async def write(path: Path, data: bytes) -> Version:
        marks.read("a", NOW + 1)
        return await write_private(path, data)

    monkeypatch.setattr(readmarks, "write_private", write)
    save(path, marks)
    told = [marks.unsaved]
    save(path, marks)
    assert [*told, marks.unsaved] == [True, False]
    assert not load(path).is_unread("a", NOW + 1)


def test_the_marks_of_many_windows_meet_in_whatever_order_they_save(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    windows = [load(path, NOW + number) for number in range(4)]
    for number, marks in enumerate(windows):
        marks.read("all", NOW + 10 + number)
        marks.read(f"own{number}", NOW + 10)

    async def at_once() -> None:
        await asyncio.gather(*(save_read_marks(path, marks) for marks in windows))

    asyncio.run(at_once())
    # Whoever was overwritten finds that out at the next look, and saves again.
    for _ in range(len(windows)):
        for marks in windows:
            refresh(path, marks)
            if marks.unsaved:
                save(path, marks)
    kept = load(path, NOW + 100)
    assert kept.since == NOW
    names = ["all", *(f"own{number}" for number in range(4))]
    assert not any(marks.is_unread(name, NOW + 10) for marks in (kept, *windows) for name in names)
    assert [marks.is_unread("all", NOW + 13) for marks in (kept, *windows)] == [False] * 5
