from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.bus import Event, bus
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.meta import MetaStorage
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.places import Places
from oats_tui.session.session import SessionStorage
from oats_tui.session.trash import Trash, _list, _restore, discard
from tests.support.syscalls import EXIT_CODE, Call, Fault, Recorder, recorded

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 7, UTC)


def made(id_: str, *texts: str, parent: str | None = None, root: str | None = None) -> Session:
    """A session on the disk, with a journal and a note beside it."""
    info = SessionInfo(
        id=id_,
        title=f"T {id_}",
        project_dir="/p",
        working_dir="/p",
        parent_session_id=parent,
        root_session_id=root,
    )
    session = Session(info=info)
    for text in texts or ("u1",):
        message = session.create_user_message(text)
    asyncio.run(SessionStorage().create(session))
    asyncio.run(AnswerStorage().write_down(session, message))
    asyncio.run(SessionStorage().update(session))
    asyncio.run(MetaStorage().set_note(id_, message.id, "a note"))
    return session


def contents(data_dir: Path) -> dict[str, bytes]:
    """The files of the sessions, by their paths: of the sessions, journals and our own facts."""
    folders = ("sessions", "oats_tui/journal", "oats_tui/meta")
    paths = (path for name in folders for path in (data_dir / name).iterdir())
    return {str(path.relative_to(data_dir)): path.read_bytes() for path in paths}


def trash(data_dir: Path) -> list[str]:
    """What lies in the trash."""
    folder = data_dir / "oats_tui" / "trash"
    return sorted(os.listdir(folder)) if folder.exists() else []


def texts(id_: str) -> list[str]:
    """What is said in a session."""
    session = asyncio.run(SessionStorage().get(id_))
    assert session is not None
    return [message.get_text_content() for message in session.messages]


def delete(id_: str) -> bool:
    """Delete a session."""
    return asyncio.run(SessionStorage().delete(id_))


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    """What was told on the bus: type and session."""
    log: list[tuple[str, str]] = []

    async def take(event: Event) -> None:
        log.append((str(getattr(event.type, "value", event.type)), event.data["session_id"]))

    unsubscribe = bus.subscribe_all(take)
    yield log
    unsubscribe()


def test_what_is_restored_is_byte_for_byte_what_was_deleted(data_dir: Path, heard: list[tuple[str, str]]) -> None:
    made("s", "héllo", "two")
    before = contents(data_dir)
    heard.clear()
    assert delete("s")
    assert contents(data_dir) == {}
    [trashed] = asyncio.run(Trash().list())
    assert (trashed.id, trashed.title, trashed.together) == ("s", "T s", "s")
    assert stat.S_IMODE((data_dir / "oats_tui" / "trash" / trashed.name).stat().st_mode) == 0o700
    assert asyncio.run(Trash().restore(trashed)) == "s"
    assert contents(data_dir) == before
    assert trash(data_dir) == []
    assert heard == [("session.deleted", "s"), ("session.created", "s")]
    assert asyncio.run(AnswerStorage().recover_all()) == {}
    assert not delete("missing")


def test_what_was_made_from_a_session_goes_and_comes_back_with_it(data_dir: Path) -> None:
    made("parent")
    made("child", parent="parent", root="parent")
    made("grandchild", parent="child", root="parent")
    made("by-root", root="parent")
    made("stranger")
    before = contents(data_dir)
    assert delete("parent")
    assert os.listdir(data_dir / "sessions") == ["stranger.json"]
    trashed = asyncio.run(Trash().list())
    assert {each.together for each in trashed} == {"parent"}
    assert trashed[0].id == "parent"
    assert {each.id for each in asyncio.run(Trash().restore_last())} == {
        "parent",
        "child",
        "grandchild",
        "by-root",
    }
    assert contents(data_dir) == before
    assert asyncio.run(Trash().restore_last()) == []


def test_only_what_was_deleted_last_comes_back_first(data_dir: Path) -> None:
    for id_ in ("a", "b"):
        made(id_)
        delete(id_)
    assert [each.id for each in asyncio.run(Trash().list())] == ["b", "a"]
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["b"]
    assert [each.id for each in asyncio.run(Trash().list())] == ["a"]


def test_an_id_that_was_deleted_twice_is_in_the_trash_twice(data_dir: Path) -> None:
    for text in ("first", "second"):
        made("s", text)
        delete("s")
    later, earlier = asyncio.run(Trash().list())
    assert later.deleted_at > earlier.deleted_at
    asyncio.run(Trash().restore(earlier))
    assert texts("s") == ["first"]
    asyncio.run(Trash().restore(later))
    assert sorted(texts("s")) == ["first", "second"]
    assert asyncio.run(Trash().list()) == []


def test_restoring_into_an_id_that_is_there_again_loses_neither(data_dir: Path) -> None:
    made("s", "old 1", "old 2")
    delete("s")
    made("s", "new 1", "new 2")
    asyncio.run(Trash().restore_last())
    assert sorted(texts("s")) == ["new 1", "new 2", "old 1", "old 2"]
    assert [text for text in texts("s") if text.startswith("old")] == ["old 1", "old 2"]
    assert asyncio.run(Trash().list()) == []


def test_where_the_two_cannot_be_united_both_stay(data_dir: Path) -> None:
    made("s")
    path = data_dir / "sessions" / "s.json"
    path.write_bytes(b"{damaged")
    os.utime(path, (0, 0))
    delete("s")
    made("s", "new")
    with pytest.raises(StorageError):
        asyncio.run(Trash().restore_last())
    assert texts("s") == ["new"]
    [trashed] = asyncio.run(Trash().list())
    assert (data_dir / "oats_tui" / "trash" / trashed.name / "session").read_bytes() == b"{damaged"


def folder(path: Path) -> None:
    (path / "inner").mkdir(parents=True)


def damaged(path: Path) -> None:
    path.write_bytes(b'{"info": {"id": "x"')
    os.utime(path, (0, 0))


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


@pytest.mark.parametrize("make", [os.mkfifo, folder, damaged, dangling])
def test_what_is_no_session_is_moved_as_it_is_and_comes_back(data_dir: Path, make: Callable[[Path], None]) -> None:
    path = data_dir / "sessions" / "x.json"
    made("other")
    make(path)
    before = os.lstat(path)
    assert delete("x")
    assert not os.path.lexists(path)
    [name] = trash(data_dir)
    moved = os.lstat(data_dir / "oats_tui" / "trash" / name / "session")
    assert (moved.st_mode, moved.st_ino) == (before.st_mode, before.st_ino)
    if make is not dangling:
        assert [each.title for each in asyncio.run(Trash().restore_last())] == ["x"]
        assert os.lstat(path).st_ino == before.st_ino


def test_a_link_is_deleted_and_what_it_leads_to_is_not(data_dir: Path, tmp_path: Path) -> None:
    made("other")
    outside = tmp_path / "outside.json"
    outside.write_bytes(b"precious")
    (data_dir / "sessions" / "x.json").symlink_to(outside)
    assert delete("x")
    assert outside.read_bytes() == b"precious"
    assert not os.path.lexists(data_dir / "sessions" / "x.json")


@pytest.mark.parametrize("id_", ["../outside", "a/b", "..", ".", "", "a\0b", "x" * 201])
def test_facts_that_name_no_id_lead_nowhere(data_dir: Path, id_: str) -> None:
    made("s")
    delete("s")
    [name] = trash(data_dir)
    facts = data_dir / "oats_tui" / "trash" / name / "facts"
    facts.write_text(json.dumps({"id": id_, "title": "t", "together": "s", "name": "../../sessions"}))
    before = sorted(path for path in data_dir.parent.rglob("*") if "locks" not in path.parts)
    assert asyncio.run(Trash().list()) == []
    assert asyncio.run(Trash().restore_last()) == []
    with pytest.raises(StorageError):
        delete(id_)
    assert sorted(path for path in data_dir.parent.rglob("*") if "locks" not in path.parts) == before


def test_a_hostile_trash_is_listed_as_far_as_it_can_be(data_dir: Path) -> None:
    made("s")
    delete("s")
    folder_ = data_dir / "oats_tui" / "trash"
    os.mkfifo(folder_ / "fifo.20260101T000000000000")
    (folder_ / "file").write_bytes(b"x")
    for number, facts in enumerate((b"", b"{", b"[]", b"\0" * 99, b'{"id": 1}', b"[" * 9999)):
        (folder_ / f"odd{number}").mkdir()
        (folder_ / f"odd{number}" / "facts").write_bytes(facts)
        (folder_ / f"odd{number}" / "session").write_bytes(b"{}")
    (folder_ / "pipe").mkdir()
    os.mkfifo(folder_ / "pipe" / "facts")
    assert [each.id for each in asyncio.run(Trash().list())] == ["s"]
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["s"]
    assert len(trash(data_dir)) == 9


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
        for each in _list(data_dir):
            _restore(data_dir, each)

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
        if doing == "restore":
            away()
    assert code == 0
    assert at > 15


def test_no_call_leads_out_of_the_two_folders(data_dir: Path) -> None:
    made("s")
    made("child", parent="s")

    calls: list[Call] = []
    recorder = Recorder(data_dir, calls.append, lambda _: None, ignored=str(data_dir.parent / ".cache"))
    with recorded(recorder):
        delete("s")
        asyncio.run(Trash().restore_last())
    changed = {call.path for call in calls if call.is_change}
    assert changed
    assert all(path.split(os.sep)[0] in ("sessions", "oats_tui") for path in changed)
