from __future__ import annotations

from pathlib import Path

import pytest

from oats_tui.core.files import Holder
from oats_tui.session.activity import Activity
from oats_tui.shell import trashing
from tests.unit.shell.house import build, ids, sessions, wrong

Capture = pytest.CaptureFixture[str]


def _family() -> None:
    """A session, one made from it, and a stranger."""
    build("top", "hello", hours=3)
    build("child", "hello", hours=2, parent_session_id="top", root_session_id="top")
    build("other", "hello", hours=1)


def test_a_session_goes_with_those_made_from_it_and_comes_back_with_them(data_dir: Path, capsys: Capture) -> None:
    _family()
    done = sessions(capsys, "trash", "top", "child")
    assert (done.code, done.err) == (0, "")
    assert done.out == "trashed top “T top”\ntrashed child “T child”\n"
    assert ids(sessions(capsys, "list")) == ["other"]
    assert sessions(capsys, "list", "--trash").out == sessions(capsys, "restore", "--list").out
    trash = sessions(capsys, "restore", "--list", "--json").value["trash"]
    assert [(each["id"], each["together"], each["title"]) for each in trash] == [
        ("top", "top", "T top"),
        ("child", "top", "T child"),
    ]
    assert all(each["deleted_at"].endswith("Z") and each["name"] for each in trash)
    back = sessions(capsys, "restore", "to")
    assert (back.code, back.out) == (0, "restored top “T top”\nrestored child “T child”\n")
    assert ids(sessions(capsys, "list")) == ["top", "child", "other"]


def test_one_that_went_with_another_comes_back_alone(data_dir: Path, capsys: Capture) -> None:
    _family()
    value = sessions(capsys, "trash", "--json", "top").value
    assert [each["together"] for each in value["trashed"]] == ["top", "top"]
    assert sessions(capsys, "restore", "child", "--json").value["restored"] == [
        {"id": "child", "title": "T child"}
    ]
    assert ids(sessions(capsys, "list")) == ["child", "other"]


def test_what_was_deleted_earlier_is_another_deletion(data_dir: Path, capsys: Capture) -> None:
    _family()
    sessions(capsys, "trash", "top")
    sessions(capsys, "restore", "top")
    sessions(capsys, "trash", "child")
    sessions(capsys, "trash", "top")
    assert sessions(capsys, "restore", "top").out == "restored top “T top”\n"
    assert ids(sessions(capsys, "list")) == ["top", "other"]


def test_what_was_deleted_last(data_dir: Path, capsys: Capture) -> None:
    _family()
    empty = sessions(capsys, "restore", "--last")
    assert (empty.code, empty.err) == (1, "oats-tui: The trash is empty.\n")
    sessions(capsys, "trash", "other")
    sessions(capsys, "trash", "top")
    value = sessions(capsys, "restore", "--last", "--json").value
    assert sorted(each["id"] for each in value["restored"]) == ["child", "top"]
    done = sessions(capsys, "restore", "nobody", "other")
    assert (done.code, done.out) == (1, "restored other “T other”\n")
    assert done.err == "oats-tui: No deleted session’s id begins with “nobody”.\n"


def test_a_damaged_session_can_be_trashed_and_restored(data_dir: Path, capsys: Capture) -> None:
    build("s")
    path = data_dir / "sessions" / "torn.json"
    path.write_text("{")
    assert sessions(capsys, "trash", "torn").code == 0
    assert not path.exists()
    assert sessions(capsys, "restore", "--last").code == 0
    assert path.read_text() == "{"


def test_a_session_that_is_being_answered_stays(
    data_dir: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _family()
    monkeypatch.setattr(
        trashing, "activity_in", lambda places: Activity(Holder(1, "h", 0.0) if places.id == "child" else None)
    )
    done = sessions(capsys, "trash", "top", "other")
    assert (done.code, done.out) == (1, "trashed other “T other”\n")
    assert "Another program is answering in session child." in done.err
    assert ids(sessions(capsys, "list")) == ["top", "child"]


@pytest.mark.parametrize("words", [[], ["x", "--last"], ["--last", "--list"], ["x", "--list"]])
def test_what_is_to_be_restored_must_be_plain(words: list[str], capsys: Capture) -> None:
    assert "restore: name sessions, or --last, or --list" in wrong(capsys, "restore", *words)
