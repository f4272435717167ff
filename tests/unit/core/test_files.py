from __future__ import annotations

import asyncio
import os
import socket
import stat
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from oats_tui.core import files


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_files_are_0600_and_folders_0700_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "a" / "b"
    before = os.umask(mask)
    try:
        files.ensure_folder(folder)
        files.replace_file(folder / "x.json", b"1")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a") == mode_of(folder) == 0o700
    assert mode_of(folder / "x.json") == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    files.ensure_folder(tmp_path / "new")
    assert mode_of(tmp_path) == 0o755


@pytest.mark.parametrize("in_the_way", ["file", "file/below", "dangling"])
def test_something_in_the_place_of_a_folder_is_an_error(tmp_path: Path, in_the_way: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match=r".+"):
        files.ensure_folder(tmp_path / in_the_way)
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_write_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"a longer text than the next one")
    asyncio.run(files.write_atomic(path, b"short"))
    assert path.read_bytes() == b"short"
    assert os.listdir(tmp_path) == ["x.json"]


def test_a_write_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"mine")
    path = tmp_path / "x.json"
    path.symlink_to("outside")
    asyncio.run(files.write_atomic(path, b"new"))
    assert (tmp_path / "outside").read_bytes() == b"mine"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


def test_removing_tells_whether_there_was_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"1")
    assert asyncio.run(files.remove(path)) is True
    assert asyncio.run(files.remove(path)) is False
    assert asyncio.run(files.remove(path / "below")) is False


def test_a_signature_tells_versions_apart_and_does_not_follow_links(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert files.signature(path) is None
    path.write_bytes(b"1")
    first = files.signature(path)
    found = path.stat()
    assert first == files.Signature(found.st_mtime_ns, 1, found.st_ino)
    os.utime(path, ns=(1, 2))
    assert files.signature(path) != first
    (tmp_path / "dangling").symlink_to("nowhere")
    assert files.signature(tmp_path / "dangling") is not None
    assert files.signature(path / "below") is None


def test_reading_takes_regular_files_only_and_never_hangs(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("link", "dangling", "folder", "pipe", "socket"):
            with pytest.raises(files.NotRegularError):
                files.read_regular(tmp_path / name)
    with pytest.raises(files.NotRegularError):
        files.read_regular(Path("/dev/zero"))
    with pytest.raises(FileNotFoundError):
        files.read_regular(tmp_path / "nowhere")
    assert files.read_regular(tmp_path / "real") == b"abc"
    assert files.read_regular(tmp_path / "link", follow=True) == b"abc"


def test_reading_goes_on_after_short_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)))
    real = os.pread
    offsets: list[int] = []

    def short(handle: int, size: int, offset: int) -> bytes:
        offsets.append(offset)
        return real(handle, min(size, 7), offset)

    monkeypatch.setattr(os, "pread", short)
    assert files.read_regular(path) == bytes(range(256))
    assert offsets == [*range(0, 256, 7), 256]


def test_a_write_is_known_as_our_own_until_somebody_else_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert not files.is_own_write(path)
    files.replace_file(path, b"one")
    assert files.is_own_write(path)
    path.write_bytes(b"two, by somebody else")
    assert not files.is_own_write(path)
    files.replace_file(path, b"three")
    assert files.is_own_write(path)
    path.unlink()
    assert not files.is_own_write(path)


def test_a_removal_is_known_as_our_own_until_somebody_else_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    files.replace_file(path, b"one")
    files.remove_file(path)
    assert files.is_own_write(path)
    path.write_bytes(b"one")
    assert not files.is_own_write(path)


def test_our_own_write_is_known_under_any_way_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    files.replace_file(tmp_path / "link" / "x.json", b"one")
    assert files.is_own_write(tmp_path / "real" / "x.json")


def test_all_writing_is_done_by_one_thread_in_the_order_of_the_calls() -> None:
    seen: list[tuple[int, str]] = []

    def job(number: int) -> None:
        seen.append((number, threading.current_thread().name))

    async def main() -> None:
        jobs = [files.submit(lambda number=number: job(number)) for number in range(50)]  # type: ignore[misc]
        await asyncio.gather(*(files.finished(each) for each in jobs))

    asyncio.run(main())
    assert [number for number, _ in seen] == list(range(50))
    assert len({name for _, name in seen}) == 1
    assert seen[0][1] != threading.current_thread().name


@pytest.mark.parametrize("steps", range(6))
def test_cancelling_the_caller_at_any_step_does_not_cancel_the_save(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "x.json"
    gate = threading.Event()

    async def main() -> None:
        blocker = files.submit(gate.wait)
        task = asyncio.create_task(files.write_atomic(path, b"new"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await files.finished(blocker)
        await files.finished(files.submit(lambda: None))

    asyncio.run(main())
    # A task cancelled before its first step has not asked for anything yet.
    assert path.exists() == (steps > 0)


def test_a_save_that_fails_after_its_caller_has_gone_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()

    def fail() -> None:
        gate.wait(10)
        raise OSError("failed on purpose")

    async def main() -> Future[None]:
        job = files.submit(fail)
        task = asyncio.create_task(files.finished(job))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return job

    job = asyncio.run(main())
    gate.set()
    assert job.exception(10) is not None
    files.submit(lambda: None).result(10)
    assert "failed on purpose" in caplog.text


def test_saves_that_were_asked_for_are_complete_when_the_interpreter_has_ended(tmp_path: Path) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from oats_tui.core import files
folder = Path(sys.argv[1])
async def main():
    tasks = [asyncio.create_task(files.write_atomic(folder / f"{n}.json", b"x" * 50_000)) for n in range(30)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    assert sorted(os.listdir(tmp_path)) == sorted(f"{n}.json" for n in range(30))
    assert {path.stat().st_size for path in tmp_path.iterdir()} == {50_000}
