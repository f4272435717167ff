"""Replacing a file by many pieces, and keeping the version before."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from oats_tui.core import files

MOST_PIECES = 1024


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of pieces that are handed over at once from now on."""
    counts: list[int] = []
    real = os.writev

    def writev(handle: int, pieces: Sequence[bytes]) -> int:
        counts.append(len(pieces))
        return real(handle, pieces)

    monkeypatch.setattr(os, "writev", writev)
    return counts


@pytest.mark.parametrize("count", [1, 1023, 1024, 1025, 2048, 5000])
def test_any_number_of_pieces_is_written_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    pieces = [b"%d," % number for number in range(count)]
    counts = counted(monkeypatch)
    written = files.replace_file(tmp_path / "x", pieces)
    assert (tmp_path / "x").read_bytes() == b"".join(pieces)
    assert written == files.signature(tmp_path / "x")
    assert sum(counts) == count
    assert max(counts) <= MOST_PIECES
    assert len(counts) == -(-count // MOST_PIECES)


@pytest.mark.parametrize(
    "pieces",
    [(), (b"",), (b"", b""), (b"", b"a", b"", b"", b"b", b""), (b"",) * 3000, (*[b""] * 1500, b"end")],
    ids=["none", "one", "two", "between", "many", "at last"],
)
def test_empty_pieces_add_nothing(tmp_path: Path, pieces: tuple[bytes, ...]) -> None:
    (tmp_path / "x").write_bytes(b"old")
    assert files.replace_file(tmp_path / "x", pieces).size == sum(map(len, pieces))
    assert (tmp_path / "x").read_bytes() == b"".join(pieces)


def test_no_bytes_at_all_empty_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    files.replace_file(tmp_path / "x", b"")
    assert (tmp_path / "x").read_bytes() == b""


@pytest.mark.parametrize("short", range(0, 9001, 1000))
def test_pieces_of_which_only_a_part_was_taken_are_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    real = os.write
    pieces = [b"%04d" % number for number in range(2500)]

    def writev(handle: int, some: Sequence[bytes]) -> int:
        data = b"".join(some)
        return real(handle, data[: min(short, len(data))])

    monkeypatch.setattr(os, "writev", writev)
    files.replace_file(tmp_path / "x", pieces)
    assert (tmp_path / "x").read_bytes() == b"".join(pieces)


def test_the_old_version_is_kept_itself_and_not_a_copy(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    path.write_bytes(b"old")
    path.chmod(0o640)
    before = path.stat()
    files.replace_file(path, b"new", kept)
    assert os.path.samestat(before, kept.stat())
    assert kept.stat().st_nlink == 1
    assert kept.read_bytes() == b"old"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert path.read_bytes() == b"new"


def test_what_another_program_still_writes_to_the_old_file_is_found_in_the_kept_one(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    path.write_bytes(b"old")
    with path.open("ab") as late:
        files.replace_file(path, b"new", kept)
        late.write(b", and late")
    assert kept.read_bytes() == b"old, and late"
    assert path.read_bytes() == b"new"


def test_only_the_version_just_before_is_kept(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    for number in range(5):
        files.replace_file(path, b"%d" % number, kept)
    assert (path.read_bytes(), kept.read_bytes()) == (b"4", b"3")
    assert sorted(os.listdir(tmp_path)) == ["kept", "x.json"]


def test_a_new_file_has_no_version_before_it(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    kept.write_bytes(b"of another time")
    files.replace_file(path, b"new", kept)
    assert os.listdir(tmp_path) == ["x.json"]


def test_no_folder_to_keep_it_in_is_no_reason_to_fail_the_save(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"old")
    files.replace_file(path, b"new", tmp_path / "nowhere" / "kept")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["x.json"]


def test_keeping_goes_through_no_link(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    (tmp_path / "outside").write_bytes(b"mine")
    (tmp_path / "other").write_bytes(b"theirs")
    path.symlink_to("outside")
    kept.symlink_to("other")
    files.replace_file(path, b"new", kept)
    assert kept.readlink() == Path("outside")
    assert not path.is_symlink()
    assert (tmp_path / "outside").read_bytes() == b"mine"
    assert (tmp_path / "outside").stat().st_nlink == 1
    assert (tmp_path / "other").read_bytes() == b"theirs"


def test_something_else_in_the_place_of_the_kept_version_stays_and_the_save_is_done(tmp_path: Path) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    path.write_bytes(b"old")
    kept.mkdir()
    files.replace_file(path, b"new", kept)
    assert path.read_bytes() == b"new"
    assert kept.is_dir()
    kept.rmdir()
    os.mkfifo(kept)
    files.replace_file(path, b"newer", kept)
    assert kept.read_bytes() == b"new"


def handles() -> set[str]:
    """The files that this process holds open."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:  # that of this listing itself
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
@pytest.mark.parametrize("is_blocked", [False, True])
def test_no_version_is_held_open_after_saves_that_succeed_or_fail(tmp_path: Path, is_blocked: bool) -> None:
    path, kept = tmp_path / "x.json", tmp_path / "kept"
    for number in range(5):
        files.replace_file(path, b"%d" % number, kept)
    if is_blocked:
        path.unlink()
        path.mkdir()
        for _ in range(3):
            kept.write_bytes(b"before")
            with pytest.raises(IsADirectoryError):
                files.replace_file(path, b"new", kept)
    files.submit(lambda: None, "cleaner").result(30)  # it closes what was held, in turn
    assert [each for each in handles() if each.startswith(str(tmp_path))] == []
