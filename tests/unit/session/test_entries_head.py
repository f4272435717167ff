from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from oats_tui.core.codec import encode
from oats_tui.core.items import Patience
from oats_tui.session.entries import Entry, inspect_file, look_at
from oats_tui.session.models import Session, SessionInfo, SessionTime


def conversation(title: str = "Title", messages: int = 2) -> Session:
    session = Session(info=SessionInfo(id="x", title=title, project_dir="/p", working_dir="/p"))
    for _ in range(messages):
        session.create_user_message("}\n  }\n}\n" * 3)
    return session


def look(folder: Path, data: bytes) -> Entry:
    """The entry of a file that nobody is just writing."""
    (folder / "x.json").write_bytes(data)
    os.utime(folder / "x.json", (1, 1))
    return look_at(folder, "x", Patience(0))


def test_the_head_of_a_file_tells_what_all_of_it_tells(tmp_path: Path) -> None:
    for session in (conversation(), conversation(messages=0), conversation('"},\n  "messages": [\n}')):
        found = look(tmp_path, encode(session))
        assert (found.state, found.info, found.title) == ("ok", session.info, session.title)
        assert found == inspect_file(tmp_path / "x.json")


@pytest.mark.parametrize("length", [1, 3000, 4000, 5000, 66_000, 200_000])
def test_a_head_may_be_long(tmp_path: Path, length: int) -> None:
    session = conversation("é" * length)
    found = look(tmp_path, encode(session))
    assert (found.state, found.info) == ("ok", session.info)
    assert found == inspect_file(tmp_path / "x.json")


def test_a_head_is_not_read_with_its_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    read = os.pread

    def reading(handle: int, size: int, offset: int) -> bytes:
        sizes.append(size)
        return read(handle, size, offset)

    data = encode(conversation(messages=2000))
    monkeypatch.setattr(os, "pread", reading)
    assert look(tmp_path, data).state == "ok"
    assert sum(sizes) < 5000 < len(data)


def test_a_file_cut_off_anywhere_is_damaged(tmp_path: Path) -> None:
    data = encode(conversation(messages=1))
    assert look(tmp_path, data).state == "ok"
    for length in range(len(data)):
        found = look(tmp_path, data[:length])
        assert (found.state, bool(found.problem)) == ("damaged", True), data[:length]
        assert look(tmp_path, data[:length] + b"\0" * (len(data) - length)).state == "damaged"


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 5000, b"}", b"\n}", b"]", b'\n  ]\n}"', b",", b" x"])
def test_a_file_with_something_behind_its_end_is_damaged(tmp_path: Path, tail: bytes) -> None:
    found = look(tmp_path, encode(conversation()) + tail)
    assert found.state == "damaged"
    assert inspect_file(tmp_path / "x.json").state == "damaged"


@pytest.mark.parametrize("tail", [b"\n", b"\r\n \t", b" " * 50, b"\n" * 5000])
def test_blanks_behind_the_end_are_none_of_its_faults(tmp_path: Path, tail: bytes) -> None:
    data = encode(conversation())
    assert look(tmp_path, data + tail) == look(tmp_path, data)


@pytest.mark.parametrize(
    "change",
    [
        (b"{\n", b"{ \n"),
        (b"\n  ", b"\r\n  "),
        (b'{\n  "info"', b'{\n  "first": 1,\n  "info"'),
        (b"\n  },\n", b'\n  },\n  "more": {\n    "a": 1\n  },\n'),
        (b"\n  ]\n}", b'\n  ],\n  "more": [\n    1\n  ]\n}'),
        (b"\n", b""),
    ],
)
def test_a_file_of_another_form_tells_the_same(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    session = conversation("Title")
    data = encode(session)
    changed = data.replace(*change)
    assert changed != data
    found = look(tmp_path, changed)
    assert (found.state, found.info, found.title) == ("ok", session.info, "Title")
    assert found == inspect_file(tmp_path / "x.json")


@pytest.mark.parametrize(
    "info", ["{}", "[]", "{\n  }", '{\n    "id": "x"\n  }', '{\n    "id": NaN\n  }', "{\n\n  }"]
)
def test_facts_that_are_none_are_damaged_or_foreign(tmp_path: Path, info: str) -> None:
    data = f'{{\n  "info": {info},\n  "messages": []\n}}'.encode()
    found = look(tmp_path, data)
    assert found.state in ("damaged", "foreign")
    assert (found.info, found.raw, found.updated) == (None, b"", None)
    assert found == inspect_file(tmp_path / "x.json")


def test_a_session_of_another_id_is_foreign_and_tells_its_facts(tmp_path: Path) -> None:
    session = conversation("Title")
    (tmp_path / "copy.json").write_bytes(encode(session))
    found = look_at(tmp_path, "copy", Patience(0))
    assert (found.state, found.info, found.title) == ("foreign", session.info, "Title")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(-timedelta(hours=14))),
    ],
)
def test_any_moment_can_be_shown(tmp_path: Path, moment: datetime) -> None:
    session = conversation()
    session.info.time = SessionTime(created=moment, updated=moment)
    found = look(tmp_path, encode(session))
    assert found.updated is not None
    assert datetime.fromtimestamp(found.updated, UTC).year in (1, 9999)


def test_a_session_that_does_not_tell_its_time_is_not_of_the_present_one(tmp_path: Path) -> None:
    data = b'{"info": {"id": "x", "project_dir": "/p", "working_dir": "/p"}}'
    assert (look(tmp_path, data).state, look(tmp_path, data).updated) == ("ok", None)


def test_a_file_that_is_just_being_written_in_place_is_waited_for(tmp_path: Path) -> None:
    data = encode(conversation(messages=50))
    path = tmp_path / "x.json"
    pieces = [data[:20_000], data[:-3], data]

    class Writing(Patience):
        """Another program writes on during each pause."""

        def wait(self) -> bool:
            path.write_bytes(pieces.pop(0))
            return True

    path.write_bytes(b"")
    found = look_at(tmp_path, "x", Writing())
    assert (found.state, pieces) == ("ok", [])
    assert found == inspect_file(path)


def test_a_file_that_was_cut_off_long_ago_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(encode(conversation())[:-5])
    os.utime(path, (1, 1))
    started = time.monotonic()
    assert look_at(tmp_path, "x", Patience(30)).state == "damaged"
    assert time.monotonic() - started < 5
