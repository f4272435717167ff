from __future__ import annotations

import os
from pathlib import Path

import pytest

from oats_tui.session.entries import Entry
from oats_tui.session.models import SessionInfo, SessionTime
from oats_tui.session.store.codec import encode_info
from oats_tui.shell.listing import is_archived
from tests.unit.shell.house import START, build, ids, sessions, wrong

Capture = pytest.CaptureFixture[str]


def test_the_newest_activity_stands_first_and_what_is_put_away_is_left_out(
    data_dir: Path, capsys: Capture
) -> None:
    build("a", "hello", hours=1)
    build("b", hours=3, model_id="m", provider_id="p")
    build("c", hours=2, archived=True)
    done = sessions(capsys, "list")
    assert (done.code, done.err) == (0, "")
    assert done.out == "b\t2026-03-01T15:00:00Z\t0\t\t/p\tT b\na\t2026-03-01T13:00:00Z\t1\t\t/p\tT a\n"
    assert ids(sessions(capsys, "list", "--archived")) == ["c"]
    value = sessions(capsys, "list", "--json", "--limit", "1").value
    assert value["hidden"] == {"archived": 1, "project": 0, "limit": 1}
    assert value["sessions"] == [
        {
            "id": "b",
            "title": "T b",
            "project_dir": "/p",
            "working_dir": "/p",
            "created": "2026-03-01T12:00:00Z",
            "updated": "2026-03-01T15:00:00Z",
            "archived": None,
            "model_id": "m",
            "provider_id": "p",
            "root_session_id": None,
            "parent_session_id": None,
            "message_count": 0,
            "total_tokens": 0,
            "state": "ok",
            "problem": "",
        }
    ]


def test_a_project_has_what_is_below_it(data_dir: Path, tmp_path: Path, capsys: Capture) -> None:
    top = tmp_path / "proj"
    top.mkdir()
    (tmp_path / "link").symlink_to(top)
    build("a", project_dir=str(top), hours=1)
    build("b", project_dir=f"{top}/deep/er", hours=2)
    build("c", project_dir=f"{top}ile")
    for name in (str(top), f"{top}/", str(tmp_path / "link"), os.path.relpath(top)):
        assert ids(sessions(capsys, "list", "--project", name)) == ["b", "a"]
    nothing = sessions(capsys, "list", "--project", "/no/such")
    assert (nothing.code, nothing.out) == (0, "")
    assert "3 of other projects" in nothing.err
    assert ids(sessions(capsys, "list", "--project", "/")) == ["b", "a", "c"]


def test_what_cannot_be_opened_is_listed_by_what_it_is(data_dir: Path, capsys: Capture) -> None:
    build("good")
    folder = data_dir / "sessions"
    (folder / "torn.json").write_text("{")
    (folder / "odd.json").write_text('{"x": 1}')
    (folder / "link.json").symlink_to(folder / "good.json")
    done = sessions(capsys, "list", "--json")
    states = {each["id"]: each["state"] for each in done.value["sessions"]}
    assert states == {"good": "ok", "torn": "damaged", "odd": "foreign", "link": "unreadable"}
    assert all(each["problem"] for each in done.value["sessions"] if each["id"] != "good")
    assert "torn\t\t0\tdamaged\t\t" in sessions(capsys, "list").out.splitlines()


def test_facts_of_other_types_are_told_as_they_are_understood(data_dir: Path, capsys: Capture) -> None:
    build("s")
    path = data_dir / "sessions" / "s.json"
    text = path.read_text().replace('"message_count": 0', '"message_count": "7"')
    path.write_text(text.replace('"archived": null', '"archived": 1772366400'))
    (each,) = sessions(capsys, "list", "--archived", "--json").value["sessions"]
    assert (each["message_count"], each["archived"]) == (7, "2026-03-01T12:00:00Z")
    assert sessions(capsys, "list", "--archived").out.split("\t")[2] == "7"


def test_an_empty_folder_and_a_missing_one_list_nothing(data_dir: Path, tmp_path: Path, capsys: Capture) -> None:
    done = sessions(capsys, "list", "--data-dir", str(tmp_path / "none"))
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("oats-tui: No session to list in ")
    assert not (tmp_path / "none").exists()
    assert sessions(capsys, "list", "--json").value == {
        "sessions": [],
        "hidden": {"archived": 0, "project": 0, "limit": 0},
    }


@pytest.mark.parametrize("title", ["\x1b]0;x\x07", "a\nb\tc", "\u202e[b]x[/b]", "漢" * 20_000, "\x9b31m", ""])
def test_titles_are_safe_and_on_one_line(data_dir: Path, capsys: Capture, title: str) -> None:
    build("s", title=title)
    done = sessions(capsys, "list")
    assert len(done.out.splitlines()) == 1
    assert done.out.count("\t") == 5
    assert not set(done.out) & set("\x1b\x07\x9b\u202e")
    assert sessions(capsys, "list", "--json").value["sessions"][0]["title"] == title


@pytest.mark.parametrize(
    "title",
    ['"archived": null', '"archived": "x"', "archived", 'x","archived": null,"y":"', "\u2028\\u0061rchived"],
)
@pytest.mark.parametrize("is_put_away", [True, False])
def test_no_title_makes_a_session_look_archived_or_not(title: str, is_put_away: bool) -> None:
    time = SessionTime(created=START, updated=START, archived=START if is_put_away else None)
    info = SessionInfo(id="s", title=title, project_dir="/p", working_dir="/p", time=time)
    assert is_archived(Entry("s", "ok", raw=encode_info(info))) == is_put_away


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--limit", "0"],
        ["list", "--limit", "x"],
        ["list", "--lim", "1"],
        ["list", "stray"],
        ["list", "--trash", "--archived"],
        ["list", "--trash", "--limit", "2"],
        [],
        ["lst"],
    ],
)
def test_wrong_usage(words: list[str], capsys: Capture) -> None:
    assert "usage: oats-tui" in wrong(capsys, *words)
