from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from oats_tui.core.codec import StoredModel
from oats_tui.core.items import Patience, check_id, is_id, item_names, read_settled
from oats_tui.core.storage import Storage, StorageError
from oats_tui.session.meta import MetaStorage
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage
from oats_tui.session.trash import Trash
from tests.support.disk import CHECKOUT
from tests.support.trashing import delete, made

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
    "é" * 111,
    "\U0001f600" * 56,
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


@pytest.mark.parametrize(
    "good", ["a", "a" * 200, "é" * 110, "\U0001f600" * 55, "a.b", "with space", "é", "..a"[2:], "-", "~"]
)
def test_a_plain_name_is_an_id(good: str) -> None:
    check_id(good)


def test_the_longest_id_leaves_room_for_all_that_is_kept_of_a_session(data_dir: Path) -> None:
    id_ = "\U0001f600" * 55
    made(id_)
    asyncio.run(MetaStorage().set_note(id_, "m", "a note"))
    for path in (data_dir / "sessions" / f"{id_}.json", data_dir / "oats_tui" / "meta" / f"{id_}.json"):
        path.write_text("damaged")
        os.utime(path, (0, 0))
    assert asyncio.run(MetaStorage().get(id_)).notes == {}
    made_again = Session(info=SessionInfo(id=id_, project_dir="/p", working_dir="/p"))
    asyncio.run(SessionStorage().update(made_again))
    assert list((data_dir / "oats_tui" / "quarantine").iterdir())
    assert delete(id_)
    assert [each.id for each in asyncio.run(Trash().restore_last())] == [id_]


IDS_IN_A_LOCALE = r"""
import json, sys
from oats_tui.core.items import check_id, is_id
from oats_tui.core.storage import StorageError
told = []
for id in ("plain", "\xe9", "\u65e5"):
    try:
        check_id(id)
        told.append([is_id(id), None])
    except StorageError as error:
        told.append([is_id(id), type(error).__name__])
print(json.dumps([sys.getfilesystemencoding(), told]))
"""


@pytest.mark.parametrize("is_utf8", ["0", "1"])
def test_an_id_for_which_the_locale_has_no_name_is_none(is_utf8: str) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": is_utf8, "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-W", "error", "-c", IDS_IN_A_LOCALE]
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, check=True, timeout=60)
    encoding, [plain, *others] = json.loads(done.stdout)
    assert plain == [True, None]
    is_possible = encoding == "utf-8"
    assert is_possible or is_utf8 == "0"
    assert others == [[True, None] if is_possible else [False, "StorageError"]] * 2


def test_20_000_names_are_told_from_others_in_a_moment() -> None:
    names = [f"{number:032x}" for number in range(20_000)]
    started = time.monotonic()
    assert all(map(is_id, names))
    assert time.monotonic() - started < 0.5


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
