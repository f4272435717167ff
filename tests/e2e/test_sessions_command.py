"""The sessions from the command line, as real processes: in pipes, in terminals, interrupted."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import config
from oats_tui.core.files import submit
from oats_tui.session.answers import AnswerStorage
from tests.support.launch import program_environment
from tests.support.terminal import Terminal
from tests.unit.shell.house import build, read

Run = subprocess.CompletedProcess[str]
_DEADLINE = 30.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder with a data directory, which this process uses as well."""
    program_environment(tmp_path)
    config.set_data_dir(tmp_path / "data")
    yield tmp_path
    config.set_data_dir(None)


def environment(home: Path, **env: str) -> dict[str, str]:
    """The variables of a run."""
    return program_environment(home) | {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"} | env


def oats(home: Path, *words: str, **env: str) -> Run:
    """Run the command in pipes."""
    command = [sys.executable, "-m", "oats_tui", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
        env=environment(home, **env), cwd=home,
    )  # fmt: skip


def on_terminal(home: Path, *words: str, columns: int = 60, **env: str) -> tuple[int, str]:
    """Run the command in a terminal; returns its code, and the bytes that it wrote as text."""
    argv = [sys.executable, "-m", "oats_tui", "sessions", *words]
    with Terminal(argv, environment(home, **env), str(home), columns=columns, rows=40) as terminal:
        code = terminal.wait_exit(30).code
        terminal.quiet(0.2)
        return code, terminal.raw.decode()


@pytest.mark.parametrize("where", [0, 1, 2])
def test_the_folder_may_be_named_before_between_or_behind(home: Path, tmp_path: Path, where: int) -> None:
    build("here")
    config.set_data_dir(tmp_path / "other")
    build("there")
    words = ["sessions", "list"]
    words[where:where] = ["--data-dir", str(tmp_path / "other")]
    assert [oats(home, *words).stdout.split("\t")[0], oats(home, "sessions", "list").stdout.split("\t")[0]] == [
        "there",
        "here",
    ]


def test_a_day_with_sessions_in_a_script(home: Path) -> None:
    build("aaa", "hello", hours=1)
    build("bbb", "world", hours=2, parent_session_id="aaa")
    assert oats(home, "sessions", "rename", "a", "Greek", "letters").returncode == 0
    assert oats(home, "sessions", "trash", "a").stdout == "trashed aaa “Greek letters”\ntrashed bbb “T bbb”\n"
    assert oats(home, "sessions", "list", "--json").stdout.startswith('{\n  "sessions": [],\n')
    restored = oats(home, "sessions", "restore", "--last", "--json")
    assert {each["id"] for each in json.loads(restored.stdout)["restored"]} == {"aaa", "bbb"}
    shown = oats(home, "sessions", "show", "aaa")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("Greek letters\n")
    assert shown.stdout.endswith("\nhello\n")
    missing = oats(home, "sessions", "archive", "zzz")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "oats-tui: No session’s id begins with “zzz”.\n"


@pytest.mark.parametrize("words", [["list", "--json"], ["show", "s"], ["trash", "s"], ["restore", "--list"]])
def test_neither_the_screen_nor_a_model_library_is_imported(home: Path, words: list[str]) -> None:
    build("s", "hello")
    late = {"textual", "rich", "pydantic_ai", "openai", "httpx2", "watchfiles", "xllamacpp", "markdown_it"}
    code = (
        "import sys\nfrom oats_tui.cli import main\n"
        f"code = main({['sessions', *words]!r})\n"
        f"late = {late!r}\n"
        "sys.stderr.write(f'{code} {sorted(late & set(sys.modules))}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment(home), cwd=home
    )
    assert done.stderr == "0 []"


def test_an_output_that_knows_few_characters(home: Path) -> None:
    build("s", "漢字 ok", title="漢字\x1b")
    done = oats(home, "sessions", "show", "s", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("???\n")
    assert "?? ok" in done.stdout
    assert oats(home, "sessions", "--help", PYTHONIOENCODING="ascii").returncode == 0
    refused = oats(home, "sessions", "show", "漢", PYTHONIOENCODING="ascii")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)


def test_a_reader_who_has_seen_enough_is_no_error(home: Path) -> None:
    build("s", "long " * 100_000)
    command = [sys.executable, "-m", "oats_tui", "sessions", "show", "s"]
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, check=False, env=environment(home))
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_an_output_that_is_full_is_told(home: Path) -> None:
    build("s", "hello")
    command = [sys.executable, "-m", "oats_tui", "sessions", "list"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, env=environment(home))
    assert done.returncode == 1
    assert done.stderr.startswith(b"oats-tui: The output could not be written.")
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_ends_it_without_a_word(home: Path) -> None:
    build("s", "long " * 100_000)
    # Whoever runs the tests may have set ctrl+c aside, and that would be inherited.
    start = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'oats_tui', 'sessions', 'show', 's'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(home)
    )
    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + _DEADLINE
    # Nobody reads, and no pipe holds all of it, so it hangs in the middle of its output.
    while not _unread(process.stdout.fileno()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _unread(process.stdout.fileno())
    process.send_signal(signal.SIGINT)
    assert process.wait(_DEADLINE) == 130
    assert process.stderr.read() == b""
    process.stdout.close()
    process.stderr.close()


def _unread(pipe: int) -> int:
    """How many bytes wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4), sys.byteorder)


def test_a_table_fits_the_terminal(home: Path) -> None:
    build("0123456789", title="漢字" * 100, hours=1, project_dir="/work/project")
    build("0123456780", title="\x1b[31mshort", project_dir="/")
    code, raw = on_terminal(home, "list", columns=66)
    lines = raw.split("\r\n")
    assert code == 0
    assert lines[0] == "\x1b[1mID          CHANGED           MESSAGES  PROJECT  TITLE\x1b[0m"
    assert lines[1] == "0123456789  2026-03-01 13:00         0  project  漢字漢字漢字漢字…"
    assert lines[2] == "0123456780  2026-03-01 12:00         0           ␛[31mshort"
    _, narrow = on_terminal(home, "list", columns=50, NO_COLOR="1")
    assert narrow.split("\r\n")[:2] == [
        "ID          CHANGED           TITLE",
        "0123456789  2026-03-01 13:00  漢字漢字漢字漢字漢…",
    ]
    assert "\x1b" not in on_terminal(home, "list", "--limit", "1", NO_COLOR="1")[1]
    assert "\x1b" not in on_terminal(home, "list", TERM="dumb")[1]
    assert "Not shown: 1 more." in on_terminal(home, "list", "--limit", "1")[1]


def test_the_trash_on_a_terminal(home: Path) -> None:
    build("0123456789", title="One")
    build("abc", title="Two", parent_session_id="0123456789")
    assert "The trash is empty." in on_terminal(home, "restore", "--list")[1]
    assert oats(home, "sessions", "trash", "0").returncode == 0
    _, raw = on_terminal(home, "list", "--trash", NO_COLOR="1")
    lines = [line.split() for line in raw.splitlines()]
    assert lines[0] == ["ID", "DELETED", "WITH", "TITLE"]
    assert (lines[1][0], lines[1][-1]) == ("01234567", "One")
    assert (lines[2][0], lines[2][-2:]) == ("abc", ["01234567", "Two"])


def test_a_session_that_is_being_answered_elsewhere(home: Path) -> None:
    session = build("s", "question")
    answer = session.create_assistant_message()
    part = answer.add_text("half an ans")
    turn = asyncio.run(AnswerStorage().take_turn("s"))
    assert turn is not None
    log = AnswerStorage().begin(answer, session.messages[0].id)
    log.write()
    submit(lambda: None, "journal").result(_DEADLINE)
    try:
        assert oats(home, "sessions", "list").stdout.split("\t")[3] == "answering"
        shown = oats(home, "sessions", "show", "s")
        assert shown.stdout.endswith("another program is answering\nhalf an ans\n")
        value = _json(oats(home, "sessions", "show", "s", "--json"))["sessions"][0]
        assert (value["answering"]["parts"][0]["content"], value["cut_off"]) == (part.content, None)
        assert len(value["messages"]) == 1
        refused = oats(home, "sessions", "trash", "s")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Another program is answering" in refused.stderr
        assert oats(home, "sessions", "rename", "s", "New").returncode == 0
    finally:
        turn.release()
    value = _json(oats(home, "sessions", "show", "s", "--json"))["sessions"][0]
    assert (value["answering"], value["cut_off"]["parts"][0]["content"]) == (None, part.content)
    assert read("s").title == "New"


def _json(done: Run) -> dict[str, Any]:
    """The document that a run wrote."""
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_a_data_directory_that_is_a_file_is_one_line(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = oats(home, "sessions", "list", "--data-dir", str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("oats-tui: The folder could not be listed.")
    assert len(done.stderr.splitlines()) == 1
