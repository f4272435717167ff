from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from oats_tui.core.filecache import FileCache
from oats_tui.core.filecheck import check_folder, stamp_of
from oats_tui.core.storage_errors import StorageError

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
LATER = 4_000_000_000 * SECOND


@dataclass
class Texts:
    """The texts of files, and which of them were read."""

    read_names: list[str] = field(default_factory=list)

    def read(self, folder: Path, name: str) -> str:
        self.read_names.append(name)
        return (folder / f"{name}.json").read_text()

    def pack(self, fact: str) -> tuple[float | None, bytes] | None:
        return (float(len(fact)), fact.encode()) if fact != "secret" else None

    def unpack(self, name: str, rank: float | None, payload: bytes) -> str:
        if payload == b"bad":
            raise ValueError(name)
        return payload.decode()


@pytest.fixture
def cache(tmp_path: Path) -> FileCache:
    return FileCache(tmp_path / "cache" / "texts.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "items"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.json").write_text(f"text of {name}")
    return folder


def check(folder: Path, cache: FileCache, now: int = LATER) -> tuple[list[str], str]:
    """The texts, and the names of the files that were read for them."""
    texts = Texts()
    return check_folder(folder, texts, cache, lambda: now), "".join(texts.read_names)


def found(mtime: int, ctime: int | None = None, size: int = 7, inode: int = 3) -> os.stat_result:
    ctime = mtime if ctime is None else ctime
    made = SimpleNamespace(st_mtime_ns=mtime, st_ctime_ns=ctime, st_size=size, st_ino=inode)
    return cast(os.stat_result, made)


def test_only_what_has_changed_is_read_again(folder: Path, cache: FileCache) -> None:
    texts = ["text of a", "text of b", "text of c"]
    assert check(folder, cache) == (texts, "abc")
    assert check(folder, cache) == (texts, "")
    (folder / "b.json").write_text("another")
    (folder / "bb.json").write_text("a new one")
    assert check(folder, cache) == (["text of a", "another", "a new one", "text of c"], "bbb")
    assert check(folder, cache)[1] == ""


def test_what_has_gone_is_forgotten(folder: Path, cache: FileCache) -> None:
    check(folder, cache)
    for name in "ac":
        (folder / f"{name}.json").unlink()
    assert check(folder, cache) == (["text of b"], "")
    assert [row.name for row in cache.rows()] == ["b"]
    (folder / "b.json").unlink()
    folder.rmdir()
    assert check(folder, cache) == ([], "")
    assert list(cache.rows()) == []


def test_a_file_that_goes_while_the_folder_is_looked_at_is_left_out(folder: Path, cache: FileCache) -> None:
    class Deleting(Texts):
        def read(self, folder: Path, name: str) -> str:
            (folder / "b.json").unlink(missing_ok=True)
            return super().read(folder, name)

    assert check_folder(folder, Deleting(), cache, lambda: LATER) == ["text of a", "text of c"]


def test_what_is_not_to_be_kept_or_cannot_be_unpacked_is_read_each_time(folder: Path, cache: FileCache) -> None:
    (folder / "a.json").write_text("secret")
    (folder / "b.json").write_text("bad")
    for _ in range(3):
        assert check(folder, cache)[0] == ["secret", "bad", "text of c"]
    assert check(folder, cache)[1] == "ab"
    assert b"secret" not in cache.path.read_bytes()


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, cache: FileCache) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        check(tmp_path / "file", cache)


def test_fault_18_dates_tell_only_what_was_old_when_it_was_looked_at() -> None:
    assert stamp_of(found(NOW - 3 * SECOND), NOW)
    for mtime in (NOW - 2 * SECOND, NOW - 1, NOW, NOW + 1, LATER):
        assert stamp_of(found(mtime), NOW) == ""
        assert stamp_of(found(0, mtime), NOW) == ""
    assert stamp_of(found(-1, -(2**70), 2**70, 2**70), NOW)


def test_fault_18_each_property_of_a_version_counts() -> None:
    versions = [
        found(1, 1),
        found(2, 1),
        found(1, 2),
        found(1, 1, 8),
        found(1, 1, 7, 4),
        found(11, 1),
        found(1, 11),
    ]
    assert len({stamp_of(each, NOW) for each in versions}) == len(versions)


def test_fault_18_a_file_that_was_young_when_it_was_read_is_read_again(folder: Path, cache: FileCache) -> None:
    path = folder / "a.json"
    changed = path.stat().st_ctime_ns
    for now in (changed, changed + 1, changed + 2 * SECOND):
        assert "a" in check(folder, cache, now)[1]
    before = path.stat()
    path.write_text("TEXT OF A")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_ino) == (before.st_size, before.st_ino)
    assert check(folder, cache)[0][0] == "TEXT OF A"


def test_fault_18_dates_in_the_future_are_never_trusted(folder: Path, cache: FileCache) -> None:
    for name in "abc":
        os.utime(folder / f"{name}.json", ns=(LATER, LATER))
    for now in (NOW, LATER - SECOND, LATER, LATER + 2 * SECOND):
        assert check(folder, cache, now)[1] == "abc"
    assert check(folder, cache, LATER + 3 * SECOND)[1] == "abc"
    assert check(folder, cache, LATER + 3 * SECOND)[1] == ""
    # The clock is set back: what was old is in the future now.
    assert check(folder, cache, NOW)[1] == "abc"


def test_fault_18_a_new_file_of_the_same_number_date_and_size_is_noticed(folder: Path, cache: FileCache) -> None:
    path = folder / "a.json"
    check(folder, cache)
    for number in range(20):
        before, text = path.stat(), f"Text {number:04}"
        path.unlink()
        path.write_text(text)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert check(folder, cache)[0][0] == text


def test_fault_18_a_file_replaced_by_an_older_one_is_noticed(folder: Path, cache: FileCache) -> None:
    older = folder / "older"
    older.write_text("older one")
    os.utime(older, (1, 1))
    check(folder, cache)
    older.rename(folder / "a.json")
    assert check(folder, cache)[0][0] == "older one"
