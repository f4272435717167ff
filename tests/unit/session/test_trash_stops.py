"""Faults 1 and 3: a deletion, or what takes it back, that is stopped or fails at any step."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.meta import MetaStorage
from oats_tui.session.restoring import restore
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.places import Places
from oats_tui.session.trash import Trash, discard
from oats_tui.session.trashed import look
from tests.support.syscalls import EXIT_CODE, Fault, Recorder, recorded
from tests.support.trashing import contents, delete, made, texts, trash

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 7, UTC)


def in_child(data_dir: Path, doing: Callable[[], object], at: int) -> int:
    """Do something in a process of its own that ends before one of its calls of the system; returns its code."""
    child = os.fork()
    if child == 0:
        try:
            with recorded(Recorder(data_dir, lambda _: None, lambda _: None, Fault("exit", at))):
                doing()
        except BaseException:  # noqa: BLE001 - a child of a test must not go on as a test
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("doing", ["delete", "restore"])
def test_fault_1_a_stop_at_any_step_loses_nothing_and_can_be_gone_on_from(data_dir: Path, doing: str) -> None:
    made("s", "u1", "u2")
    before = contents(data_dir)
    places = Places(data_dir, "s")

    def away() -> None:
        discard(data_dir, ["s"], lambda: MOMENT)

    def back() -> None:
        # In the thread of the caller: a child has none of its parent's.
        for each in look(data_dir).trashed:
            restore(data_dir, each)

    if doing == "restore":
        away()
    step = away if doing == "delete" else back
    code, at = EXIT_CODE, 0
    while code == EXIT_CODE:
        at += 1
        code = in_child(data_dir, step, at)
        kept = [path.read_bytes() for path in data_dir.rglob("*") if path.is_file()]
        assert all(content in kept for content in before.values()), at
        back()
        assert {name: contents(data_dir).get(name) for name in before} == before, at
        with files.locked(places.lock, patience=0.0):
            assert Path(places.lock).exists()
        # What a stop before the move leaves behind would make each further deletion one step longer.
        shutil.rmtree(data_dir / "oats_tui" / "trash", ignore_errors=True)
        if doing == "restore":
            away()
    assert code == 0
    assert at > 15


def back(data_dir: Path) -> None:
    """Bring everything back, in the thread of the caller: a child has none of its parent's."""
    for each in look(data_dir).trashed:
        restore(data_dir, each)


def test_fault_1_a_stop_at_any_step_of_uniting_loses_nothing_and_can_be_gone_on_from(data_dir: Path) -> None:
    for text in ("old", "new"):
        session = made("s", text)
        asyncio.run(MetaStorage().set_note("s", text, text))
        if text == "old":
            delete("s")
    code, at = EXIT_CODE, 0
    saved = {
        path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file() and "locks" not in path.parts
    }
    while code == EXIT_CODE:
        at += 1
        code = in_child(data_dir, lambda: back(data_dir), at)
        assert "new" in texts("s"), at
        back(data_dir)
        assert sorted(texts("s")) == ["new", "old"], at
        assert {"old", "new", session.messages[0].id} <= set(asyncio.run(MetaStorage().get("s")).notes), at
        assert asyncio.run(Trash().list()) == [], at
        for path, content in saved.items():
            files.ensure_folder(path.parent)
            files.replace_file(path, content)
    assert code == 0
    assert at > 30


def test_fault_1_a_stop_at_any_step_of_deleting_a_family_can_be_gone_on_from(data_dir: Path) -> None:
    made("s")
    made("child", parent="s")
    before = contents(data_dir)
    code, at = EXIT_CODE, 0
    while code == EXIT_CODE:
        at += 1
        code = in_child(data_dir, lambda: discard(data_dir, ["s", "child"]), at)
        # What was to be deleted is the last to go, so that it can be deleted again.
        if (data_dir / "sessions" / "s.json").exists():
            assert delete("s"), at
        else:
            assert not (data_dir / "sessions" / "child.json").exists(), at
        # Also when a clock was set back.
        assert {each.id for each in asyncio.run(Trash().restore_last())} == {"s", "child"}, at
        assert {name: contents(data_dir).get(name) for name in before} == before, at
    assert code == 0
    assert at > 30


@pytest.mark.parametrize("kept", ["journal", "meta"])
def test_a_deletion_that_failed_half_way_is_finished_by_the_next_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, heard: list[tuple[str, str]], kept: str
) -> None:
    made("s")
    before = contents(data_dir)
    heard.clear()
    with monkeypatch.context() as patch:
        patch.setattr(files, "move_aside", failing_at(f"/{kept}/"))
        with pytest.raises(StorageError):
            delete("s")
    assert heard == []
    assert delete("s")
    assert heard == [("session.deleted", "s")]
    assert contents(data_dir) == {}
    assert not delete("s")
    assert len(trash(data_dir)) == 1
    asyncio.run(Trash().restore_last())
    assert contents(data_dir) == before


def failing_at(part: str) -> Callable[[Path, Path], None]:
    """Moves files, but not those with this in their path."""
    real = files.move_aside

    def move(path: Path, target: Path) -> None:
        if part in str(path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        real(path, target)

    return move


def test_what_a_killed_program_left_behind_is_moved_by_the_next_deletion(
    data_dir: Path, heard: list[tuple[str, str]]
) -> None:
    made("s", "first")
    delete("s")
    made("s", "second")
    journal = data_dir / "oats_tui" / "journal" / "s.log"
    content = journal.read_bytes()
    delete("s")
    later = data_dir / "oats_tui" / "trash" / trash(data_dir)[-1]
    (later / "journal").rename(journal)
    heard.clear()
    assert delete("s")
    assert (later / "journal").read_bytes() == content
    assert heard == [("session.deleted", "s")]
    assert not delete("s")


def test_a_journal_of_a_session_that_is_not_in_the_trash_stays(data_dir: Path) -> None:
    made("s")
    (data_dir / "sessions" / "s.json").unlink()
    before = contents(data_dir)
    assert not delete("s")
    assert contents(data_dir) == before


@pytest.mark.parametrize("failing", ["child", "s"])
def test_a_deletion_that_failed_tells_everything_once_it_succeeds(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, heard: list[tuple[str, str]], failing: str
) -> None:
    made("s")
    made("child", parent="s")
    made("grandchild", parent="child")
    before = contents(data_dir)
    heard.clear()
    with monkeypatch.context() as patch:
        patch.setattr(files, "move_aside", failing_at(f"/sessions/{failing}.json"))
        with pytest.raises(StorageError):
            delete("s")
    assert (data_dir / "sessions" / "s.json").exists()
    assert len(trash(data_dir)) == {"child": 1, "s": 2}[failing]
    assert delete("s")
    assert sorted(heard) == [("session.deleted", id_) for id_ in ("child", "grandchild", "s")]
    assert contents(data_dir) == {}
    restored = asyncio.run(Trash().restore_last())
    assert restored[0].id == "s"
    assert {each.id for each in restored} == {"s", "child", "grandchild"}
    assert contents(data_dir) == before
    heard.clear()
    assert delete("grandchild")
    assert heard == [("session.deleted", "grandchild")]


def test_what_cannot_be_synced_any_more_is_told_as_what_it_is(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, heard: list[tuple[str, str]]
) -> None:
    made("s")
    real = files.move_aside
    heard.clear()

    def move(path: Path, target: Path) -> None:
        real(path, target)
        if path.name in ("session", "s.json"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(files, "move_aside", move)
        with pytest.raises(StorageError):
            delete("s")
    assert delete("s")
    assert heard == [("session.deleted", "s")]
    with monkeypatch.context() as patch:
        patch.setattr(files, "move_aside", move)
        assert [each.id for each in asyncio.run(Trash().restore_last())] == ["s"]
    assert asyncio.run(SessionStorage().get("s")) is not None
    assert heard[1:] == [("session.created", "s")]
