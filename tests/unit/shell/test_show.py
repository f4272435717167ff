from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.models import Session
from oats_tui.session.session import SessionStorage
from tests.unit.shell.house import build, read, sessions

Capture = pytest.CaptureFixture[str]


def _rich() -> Session:
    """A session with a part of every kind."""
    session = build("rich", "one\ntwo\x1b[31m", "fine", title="A \x1b title")
    answer = session.create_assistant_message()
    answer.add_tool_call("c", "ls", {"path": "/\x1b", "n": [1, 2]})
    answer.add_tool_result("c", "ls", "listed", "x\ny\u202e\n", error="bad\nend")
    answer.add_image("image/png", data="AAAA")
    asyncio.run(SessionStorage().update(session))
    return session


def test_a_conversation_is_plain_safe_text(data_dir: Path, capsys: Capture) -> None:
    session = _rich()
    outcome = Outcome(state="stopped", title="Stopped\x1b.", hint="Ask again.")
    asyncio.run(MetaStorage().set_outcome("rich", session.messages[-1].id, outcome))
    done = sessions(capsys, "show", "ri")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "A ␛ title"
    start = lines.index("one")
    assert lines[start - 1].startswith("── user · ")
    assert lines[start : start + 3] == ["one", "two␛[31m", ""]
    assert lines[-8:] == [
        '→ ls {"path": "/\\u001b", "n": [1, 2]}',
        "← ls: listed",
        "    x",
        "    y⟨RLO⟩",
        "    ! bad",
        "    ! end",
        "[picture image/png, 3 bytes]",
        "(stopped: Stopped␛. Ask again.)",
    ]


def test_json_has_the_messages_as_in_the_file(data_dir: Path, capsys: Capture) -> None:
    _rich()
    (value,) = sessions(capsys, "show", "rich", "--json").value["sessions"]
    kept = json.loads((data_dir / "sessions" / "rich.json").read_text())
    assert [{**each, "outcome": None} for each in kept["messages"]] == value["messages"]
    assert (value["id"], value["title"], value["earlier"]) == ("rich", "A \x1b title", 0)
    assert (value["answering"], value["cut_off"]) == (None, None)


def test_only_the_last_messages(data_dir: Path, capsys: Capture) -> None:
    build("s", "one", "two", "three")
    done = sessions(capsys, "show", "s", "--last", "2")
    assert "(1 earlier)" in done.out.splitlines()
    assert "two" in done.out
    assert "one" not in done.out.replace("(1 earlier)", "").split("──")[1]
    assert sessions(capsys, "show", "s", "--last", "9", "--json").value["sessions"][0]["earlier"] == 0


def test_a_damaged_session_is_told_and_the_others_are_shown(data_dir: Path, capsys: Capture) -> None:
    build("a", "hello")
    build("b", "world")
    (data_dir / "sessions" / "torn.json").write_text("{")
    done = sessions(capsys, "show", "torn", "a", "b")
    assert done.code == 1
    assert done.err.startswith("oats-tui: Session torn cannot be shown. ")
    assert done.out.index("hello") < done.out.index("world")
    assert len(done.err.splitlines()) == 1


def test_a_message_that_cannot_be_understood_is_named(data_dir: Path, capsys: Capture) -> None:
    build("s", "hello")
    path = data_dir / "sessions" / "s.json"
    path.write_text(path.read_text().replace('"role": "user"', '"role": "nobody"'))
    assert "(this message cannot be understood: " in sessions(capsys, "show", "s").out
    assert sessions(capsys, "show", "s", "--json").code == 0


def test_showing_changes_nothing(data_dir: Path, capsys: Capture) -> None:
    build("s", "hello")
    before = {path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    assert sessions(capsys, "show", "s").code == 0
    assert sessions(capsys, "list").code == 0
    assert {path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()} == before
    assert read("s").messages[0].get_text_content() == "hello"
