from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oats_tui import __version__, cli, compose
from oats_tui.core.errors import OatsError

Arguments = tuple[str | None, str | None, str | None, str | None]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Arguments]:
    """A terminal, and in the place of the screen a list of what each start was given."""
    starts: list[Arguments] = []

    def run(
        data_dir: str | None,
        model: str | None,
        resume: str | None,
        project: str | None,
        low_bandwidth: bool | None,
    ) -> compose.Ended:
        starts.append((data_dir, model, resume, project))
        return compose.Ended(0, None, ())

    monkeypatch.setattr(compose, "run", run)
    monkeypatch.setattr(cli, "terminal_problem", lambda _: "")
    return starts


class Stream:
    """An input or output that is a terminal, or is not."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it is one."""
        return self._terminal


def problem(monkeypatch: pytest.MonkeyPatch, kind: str, **redirected: bool) -> str:
    """What keeps the screen from being shown when these streams are no terminals."""
    with monkeypatch.context() as patched:
        for name in ("stdin", "stdout", "stderr"):
            patched.setattr(sys, name, Stream(name not in redirected))
        return cli.terminal_problem(kind)


def test_what_is_said_on_the_command_line_gets_through(started: list[Arguments], tmp_path: Path) -> None:
    assert cli.main([]) == 0
    words = ["--data-dir", "/d", "--model", "p/m", "-r", "last", "--project", str(tmp_path)]
    assert cli.main(words) == 0
    assert started == [(None, None, None, None), ("/d", "p/m", "last", str(tmp_path))]


def test_what_keeps_it_from_starting_is_one_safe_line(
    started: list[Arguments], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: str | None) -> int:
        raise OatsError("No \x1b[31mmodel.", "Two\nlines.", "Do this.")

    monkeypatch.setattr(compose, "run", refuse)
    assert cli.main([]) == cli.USAGE
    out, err = capsys.readouterr()
    assert (out, err) == ("", "oats-tui: No ␛[31mmodel. Two lines. Do this.\n")


@pytest.mark.parametrize("place", ["/no/such/folder", "file", "~nobody-of-this-name/x"])
def test_a_project_that_is_no_folder_is_refused(
    started: list[Arguments],
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["--project", place]) == cli.USAGE
    assert started == []
    assert "--project" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--nonsense"], ["--mod", "x"], ["stray"], ["-r"]])
def test_words_that_nobody_knows_are_refused(started: list[Arguments], words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == cli.USAGE
    assert started == []


@pytest.mark.parametrize(("kind", "word"), [("dumb", "TERM=dumb"), ("xterm", ""), ("", "")])
def test_a_terminal_that_cannot_place_text_is_refused(
    kind: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = problem(monkeypatch, kind)
    assert word in said
    assert bool(said) == bool(word)


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_without_a_terminal_there_is_no_screen(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "terminal" in problem(monkeypatch, "xterm", **{stream: True})


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_closed_is_no_terminal_either(closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m oats_tui {closed}', sys.executable],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ,
    )
    assert done.returncode == 2
    assert done.stderr == ("" if "2" in closed else f"oats-tui: {cli.NO_TERMINAL}\n")


def oats(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal."""
    command = [sys.executable, "-X", "importtime", "-m", "oats_tui", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, env=os.environ
    )


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_draws_no_screen_imports_none(word: str) -> None:
    done = oats(word)
    assert done.returncode == 0
    assert (f"oats-tui {__version__}" if word == "--version" else "--model") in done.stdout
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "oats_tui" in imported
    assert not imported & {"textual", "rich", "pydantic", "openai"}


def test_a_pipe_is_told_what_is_needed() -> None:
    done = oats()
    assert done.returncode == cli.USAGE
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert len(said) == 1
    assert said[0].startswith("oats-tui: a terminal is needed")


def test_the_end_says_how_to_go_on(
    started: list[Arguments], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compose, "run", lambda *_: compose.Ended(0, "0123456789abcdef", ()))
    assert cli.main(["--data-dir", "/some where"]) == 0
    assert capsys.readouterr().out == "To go on: oats-tui --data-dir '/some where' -r 01234567\n"


@pytest.mark.parametrize(("cut", "said"), [(1, "One answer was cut off"), (2, "2 answers were cut off")])
def test_the_end_says_how_many_answers_it_cut_off(
    started: list[Arguments],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cut: int,
    said: str,
) -> None:
    monkeypatch.setattr(compose, "run", lambda *_: compose.Ended(0, "0123456789abcdef", (), cut))
    assert cli.main([]) == 0
    assert said in capsys.readouterr().out


def test_the_end_says_what_could_not_be_kept(
    started: list[Arguments], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compose, "run", lambda *_: compose.Ended(1, "0123456789", ("It was\x1b lost.",)))
    assert cli.main([]) == 1
    assert capsys.readouterr().err == "oats-tui: It was␛ lost.\n"
