from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.session.session import SessionStorage
from tests.unit.shell.house import build, ids, read, sessions, wrong

Capture = pytest.CaptureFixture[str]


def test_renaming_joins_the_words(data_dir: Path, capsys: Capture) -> None:
    build("s1", "hello")
    done = sessions(capsys, "rename", "s", "A  new", "name\n")
    assert (done.code, done.out, done.err) == (0, "renamed s1: “A new name”\n", "")
    assert read("s1").title == "A new name"
    assert read("s1").info.time.updated.year > 2025
    value = sessions(capsys, "rename", "s", "--json", "\x1bx").value
    assert value == {"renamed": [{"id": "s1", "title": "\x1bx"}], "failed": []}
    assert "a title is needed" in wrong(capsys, "rename", "s", " ")


def test_archiving_and_back_leaves_the_time_of_change(data_dir: Path, capsys: Capture) -> None:
    build("s1", "hello", hours=3)
    build("s2", "hello", hours=2)
    before = read("s1").info.time.updated
    done = sessions(capsys, "archive", "s1", "s2")
    assert done.out == "archived s1 “T s1”\narchived s2 “T s2”\n"
    since = read("s1").info.time.archived
    assert since is not None
    assert read("s1").info.time.updated == before
    assert ids(sessions(capsys, "list", "--archived")) == ["s1", "s2"]
    again = sessions(capsys, "archive", "s1")
    assert (again.code, again.out) == (0, "archived already: s1 “T s1”\n")
    assert read("s1").info.time.archived == since
    value = sessions(capsys, "archive", "--undo", "s1", "--json").value
    assert value["unarchived"] == [{"id": "s1", "title": "T s1", "changed": True}]
    assert read("s1").info.time.archived is None
    assert ids(sessions(capsys, "list")) == ["s1"]


def test_what_others_wrote_meanwhile_stays(
    data_dir: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    build("s", "mine")
    update = SessionStorage.update

    async def late(self: SessionStorage, session: object) -> object:
        """Another program adds a message between the reading and the saving."""
        monkeypatch.setattr(SessionStorage, "update", update)
        other = await SessionStorage().get("s")
        assert other is not None
        other.create_user_message("theirs")
        await SessionStorage().update(other)
        return await update(self, session)  # type: ignore[arg-type]

    monkeypatch.setattr(SessionStorage, "update", late)
    assert sessions(capsys, "rename", "s", "New").code == 0
    assert [each.get_text_content() for each in read("s").messages] == ["mine", "theirs"]
    assert read("s").title == "New"


def test_a_damaged_session_is_left_as_it_is(data_dir: Path, capsys: Capture) -> None:
    build("s")
    path = data_dir / "sessions" / "torn.json"
    path.write_text("{")
    done = sessions(capsys, "rename", "torn", "x", "--json")
    assert done.code == 1
    assert done.value["renamed"] == []
    assert done.value["failed"][0]["wanted"] == "torn"
    assert path.read_text() == "{"


def test_no_file_is_made_for_a_session_that_is_not_there(data_dir: Path, capsys: Capture) -> None:
    for words in (["rename", "x", "y"], ["archive", "x"], ["trash", "../x"], ["show", ""]):
        done = sessions(capsys, *words)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("oats-tui: No session’s id begins with ")
    assert not data_dir.exists()
    assert asyncio.run(SessionStorage().list()) == []
