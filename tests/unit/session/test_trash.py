from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.trash import Trash, discard
from tests.support.syscalls import Call, Recorder, recorded
from tests.support.trashing import contents, delete, made, texts, trash

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 7, UTC)


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


def test_nothing_made_from_a_missing_session_is_deleted(data_dir: Path, heard: list[tuple[str, str]]) -> None:
    made("child", parent="gone", root="gone")
    heard.clear()
    before = contents(data_dir)
    assert delete("gone") is False
    assert discard(data_dir, ["gone", "child"]) is False
    assert contents(data_dir) == before
    assert (trash(data_dir), heard) == ([], [])


@pytest.mark.parametrize("id_", ["bystander", "../../outside", "/etc/passwd", "", "..", "a\0b", "x" * 300, 7])
def test_what_a_file_of_another_name_says_of_itself_deletes_nothing(
    data_dir: Path, tmp_path: Path, id_: object
) -> None:
    for name in ("parent", "bystander"):
        made(name)
    (tmp_path / "home" / "outside.json").write_text("precious")
    value = json.loads((data_dir / "sessions" / "parent.json").read_bytes())
    value["info"] |= {"id": id_, "parent_session_id": "parent", "root_session_id": "parent"}
    (data_dir / "sessions" / "copy.json").write_text(json.dumps(value, indent=2))
    assert delete("parent")
    assert sorted(os.listdir(data_dir / "sessions")) == ["bystander.json", "copy.json"]
    assert [each.id for each in asyncio.run(Trash().list())] == ["parent"]
    assert (tmp_path / "home" / "outside.json").exists()


def test_what_was_made_from_the_session_of_a_copy_stays_when_the_copy_goes_and_comes_back(data_dir: Path) -> None:
    made("original")
    made("child", parent="copy")
    path = data_dir / "sessions" / "copy.json"
    path.write_bytes((data_dir / "sessions" / "original.json").read_bytes())
    before = path.read_bytes()
    assert delete("copy")
    assert sorted(os.listdir(data_dir / "sessions")) == ["child.json", "original.json"]
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["copy"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("bad", ["../../coder", "a/b", "", "..", ".x", "a\0b"])
def test_an_id_that_is_none_moves_nothing_of_its_family(data_dir: Path, bad: str) -> None:
    made("s")
    before = contents(data_dir)
    for family in (["s", bad], [bad, "s"]):
        with pytest.raises(StorageError):
            discard(data_dir, family)
    assert contents(data_dir) == before
    assert trash(data_dir) == []


def test_two_deletions_in_the_same_moment_overwrite_nothing(data_dir: Path) -> None:
    for text in ("first", "second"):
        made("s", text)
        made("child", text, parent="s")
        discard(data_dir, ["s", "child"], lambda: MOMENT)
    assert len(list((data_dir / "oats_tui" / "trash").rglob("session"))) == 4
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["s", "child"]
    assert texts("s") == texts("child") == ["second"]
    assert len(trash(data_dir)) == 2


def test_a_folder_that_another_program_makes_in_the_same_moment_is_left_to_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("s")
    taken: list[Path] = []

    def make(path: Path) -> None:
        if not taken:
            taken.append(path)
            path.mkdir()
        files.folders.make_folder(path)

    monkeypatch.setattr("oats_tui.session.trash.make_folder", make)
    discard(data_dir, ["s"], lambda: MOMENT)
    assert trash(data_dir) == ["s.20260504T030201000007", "s.20260504T030201000008"]
    assert list(taken[0].iterdir()) == []
    assert [each.name for each in asyncio.run(Trash().restore_last())] == ["s.20260504T030201000008"]


def test_only_what_was_deleted_last_comes_back_first(data_dir: Path) -> None:
    for id_ in ("a", "b"):
        made(id_)
        delete(id_)
    assert [each.id for each in asyncio.run(Trash().list())] == ["b", "a"]
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["b"]
    assert [each.id for each in asyncio.run(Trash().list())] == ["a"]


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
