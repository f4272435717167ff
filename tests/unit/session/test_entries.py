from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from oats_tui.core.storage import StorageError
from oats_tui.session.entries import Entry, Filing
from oats_tui.session.session import Session, SessionInfo, SessionStorage, list_sessions

OLD = 1_000_000_000


def put(folder: Path, name: str, content: str | bytes) -> None:
    """A file that nobody is just writing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (OLD, OLD))


def raw(id: str, **more: object) -> str:  # noqa: A002 - the name of the field
    time = dict.fromkeys(("created", "updated"), "2026-01-02T03:04:05Z")
    info = {"id": id, "project_dir": "/p", "working_dir": "/p", "time": time}
    return json.dumps({"info": info, "messages": [], **more})


def entry(id: str) -> Entry:  # noqa: A002 - the name of the field
    return asyncio.run(SessionStorage().inspect(id))


@pytest.fixture
def folder(data_dir: Path) -> Path:
    return data_dir / "sessions"


def test_a_whole_session_is_ok_and_tells_its_facts(folder: Path) -> None:
    put(folder, "a", raw("a"))
    assert (entry("a").state, entry("a").problem) == ("ok", "")
    info = entry("a").info
    assert info is not None
    assert (info.id, info.title) == ("a", "New Session")
    assert asyncio.run(SessionStorage().list_entries()) == [entry("a")]


def test_where_a_session_belongs_is_told_again_from_the_cache(folder: Path) -> None:
    put(folder, "a", raw("a"))
    value = json.loads(raw("b"))
    value["info"] |= {"parent_session_id": "a", "root_session_id": "r", "project_dir": "/q"}
    value["info"]["time"]["archived"] = "2026-01-02T03:04:05Z"
    put(folder, "b", json.dumps(value))
    for name in ("a", "b"):
        os.utime(folder / f"{name}.json", (1, 1))
    for _ in range(2):
        found = asyncio.run(SessionStorage().list_entries())
        assert [each.filing for each in found] == [Filing("/p"), Filing("/q", "a", "r", archived=True)]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        (raw("x")[:-1], "damaged"),
        (raw("x") + "\0" * 20, "damaged"),
        (b"\xff\xfe", "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"info": {"id": "x"}}', "damaged"),
        ('{"info": {"id": 7, "project_dir": "", "working_dir": ""}}', "damaged"),
        ("[]", "foreign"),
        ("null", "foreign"),
        ("{}", "foreign"),
        ('{"info": "text"}', "foreign"),
        (raw("another"), "foreign"),
    ],
)
def test_what_is_not_a_whole_session_is_named_with_its_problem(
    folder: Path, content: str | bytes, state: str
) -> None:
    put(folder, "x", content)
    put(folder, "good", raw("good"))
    found = entry("x")
    assert found.state == state
    assert found.problem.endswith(".")
    listed = asyncio.run(SessionStorage().list_entries())
    assert listed == [entry("good"), found]


def test_a_message_that_cannot_be_understood_hides_no_session(folder: Path) -> None:
    put(folder, "x", raw("x", messages=[{"role": "wizard"}]))
    assert entry("x").state == "ok"
    assert asyncio.run(SessionStorage().list_entries()) == [entry("x")]
    assert asyncio.run(SessionStorage().get("x")) is not None


def test_a_session_that_is_not_there_is_missing(folder: Path) -> None:
    assert entry("a").state == "missing"
    assert entry("a").problem
    assert asyncio.run(SessionStorage().list_entries()) == []
    assert not folder.exists()


def test_inspecting_an_id_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(StorageError):
        entry("../coder")


def test_fault_13_a_hostile_folder_neither_hangs_nor_hides_a_session(folder: Path, tmp_path: Path) -> None:
    put(folder, "good", raw("good"))
    put(tmp_path, "outside", raw("link"))
    os.mkfifo(folder / "pipe.json")
    (folder / "folder.json").mkdir()
    (folder / "dangling.json").symlink_to("nowhere")
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "device.json").symlink_to("/dev/zero")
    for name in (
        ".hidden.json",
        "a\nb.json",
        "\x1b[2J.json",
        "a" * 201 + ".json",
        os.fsdecode(b"\xff.json"),
        "b.txt",
    ):
        (folder / name).write_text(raw("good"))
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(folder)  # the address of a socket must be short
        try:
            listener.bind("socket.json")
        finally:
            os.chdir(here)
        entries = asyncio.run(SessionStorage().list_entries())
        again = asyncio.run(SessionStorage().list_entries())
        infos = asyncio.run(list_sessions())
        sessions = asyncio.run(SessionStorage().list())
    odd = ["dangling", "device", "folder", "link", "pipe", "socket"]
    assert {each.id: each.state for each in entries} == {"good": "ok"} | dict.fromkeys(odd, "unreadable")
    assert all(each.problem for each in entries if each.id in odd)
    assert again == entries
    assert [info.id for info in infos] == ["good"]
    assert [session.id for session in sessions] == ["good"]
    assert [asyncio.run(SessionStorage().get(name)) for name in odd] == [None] * len(odd)


def test_what_is_left_out_of_the_lists_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(folder, "x", "{")
    assert asyncio.run(list_sessions()) == []
    assert asyncio.run(SessionStorage().list()) == []
    assert caplog.text.count("left out") == 2


def test_a_file_where_the_folder_should_be_is_told(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "sessions").write_text("mine")
    storage = SessionStorage()
    for call in (storage.list, storage.list_infos, storage.list_entries):
        with pytest.raises(StorageError, match="folder"):
            asyncio.run(call())


def test_reading_makes_and_changes_nothing(folder: Path) -> None:
    put(folder, "x", "{")
    put(folder, "good", raw("good"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    storage = SessionStorage()
    for call in (storage.list, storage.list_infos, storage.list_entries):
        asyncio.run(call())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert os.listdir(folder.parent) == ["sessions"]


FORBIDDEN = """
import asyncio, os, sys
from pathlib import Path
from oats_tui.core.storage import StorageError
from oats_tui.session.session import Session, SessionInfo, SessionStorage

storage = SessionStorage()
folder = storage.storage_dir
asyncio.run(storage.create(Session(info=SessionInfo(id="a", project_dir="/p", working_dir="/p"))))
(folder / "a.json").chmod(0)
print([each.state for each in asyncio.run(storage.list_entries())], asyncio.run(storage.list_infos()))
print(asyncio.run(storage.get("a")))
folder.chmod(0)
for call in (storage.list, storage.list_infos, storage.list_entries):
    try:
        asyncio.run(call())
    except StorageError as error:
        print(type(error).__name__, bool(error.hint))
print(asyncio.run(storage.inspect("a")).state)
try:
    asyncio.run(storage.delete("a"))
except StorageError as error:
    print(error.title)
folder.chmod(0o700)
(folder / "a.json").unlink()
"""
TO_NOBODY = "import os; import oats_tui.session.session; os.getuid() or os.setuid(65534)\n"


def test_fault_13_a_folder_or_file_of_mode_000_is_told_and_not_an_empty_list() -> None:
    with tempfile.TemporaryDirectory() as name:
        if os.getuid() == 0:
            os.chown(name, 65534, -1)
        done = subprocess.run(
            [sys.executable, "-c", TO_NOBODY + FORBIDDEN],
            env={**os.environ, "OATS_TUI_DATA_DIR": name},
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert done.stdout.splitlines() == [
        "['unreadable'] []",
        "None",
        "StorageError True",
        "StorageError True",
        "StorageError True",
        "unreadable",
        "The folder could not be listed.",
    ], done.stderr


def test_an_entry_s_facts_are_those_of_the_session_that_was_saved(folder: Path) -> None:
    made = Session(info=SessionInfo(project_dir="/p", working_dir="/w"))
    made.create_user_message("hello")
    asyncio.run(SessionStorage().create(made))
    found = entry(made.id)
    assert (found.id, found.state, found.info) == (made.id, "ok", made.info)
    assert (found.title, found.updated) == (made.title, made.info.time.updated.timestamp())
