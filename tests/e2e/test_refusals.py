"""A start that cannot be ends with code 2 and one clear line, and draws nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.driving import start, write_session
from tests.support.launch import program_environment


def refusal(tmp_path: Path, *args: str, without: tuple[str, ...] = ("engine",), **env: str) -> str:
    """The one line that a refused start writes to a terminal."""
    with start(tmp_path, *args, without=without, env=env) as terminal:
        assert terminal.wait_exit(30).code == 2
        assert terminal.restored() == []
        assert terminal.left_running() == []
        written = terminal.raw.decode()
    assert "\x1b" not in written
    (line,) = written.splitlines()
    assert line.startswith("oats-tui: ")
    return line


def run_piped(tmp_path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "oats_tui", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=program_environment(tmp_path) | {"PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
    )


def test_without_a_terminal(tmp_path: Path) -> None:
    done = run_piped(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "oats-tui: a terminal is needed: input, output and errors must not be redirected.\n"


@pytest.mark.parametrize(("option", "said"), [("--version", "oats-tui 0"), ("--help", "--resume")])
def test_questions_about_itself_need_no_terminal(tmp_path: Path, option: str, said: str) -> None:
    done = run_piped(tmp_path, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout


def test_an_unknown_option(tmp_path: Path) -> None:
    done = run_piped(tmp_path, "--colour")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "oats-tui: error: unrecognized arguments: --colour"


def test_a_terminal_that_cannot_place_text(tmp_path: Path) -> None:
    assert "TERM=dumb" in refusal(tmp_path, TERM="dumb")


def test_a_data_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    assert str(tmp_path / "file") in refusal(tmp_path, "--data-dir", str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "precious"


def test_a_data_directory_that_may_not_be_written(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    line = refusal(tmp_path, "--data-dir", str(locked), without=("rights", "engine"))
    assert str(locked) in line
    assert "This user may not do that" in line


BAD_JSON = {
    "broken": ('{\n  "data_dir": ,\n}', ["line 2", "expected JSON"]),
    "wrong type": ('{\n\n  "data_dir": 7\n}', ["line 3", "key data_dir", "expected a text"]),
    "wrong address": (
        '{"provider": {"p": {\n"base_url": "here"}}}',
        ["provider.p.base_url", "expected an address"],
    ),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_a_coder_json_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    text, told = BAD_JSON[name]
    path = tmp_path / "bad.json"
    path.write_text(text)
    line = refusal(tmp_path, CODER_CONFIG_FILE=str(path))
    assert [part for part in [str(path), *told] if part not in line] == []


BAD_TOML = {
    "broken": ('theme = "x"\nmodel = \n', ["line 2", "expected"]),
    "wrong type": ('\n\nleader = ["ctrl+x"]\n', ["line 3", "key leader", "expected a text"]),
    "wrong table": ('[provider.p]\nbase_url = "http://x/v1"\nmodels = 3\n', ["line 3", "provider.p.models"]),
}


@pytest.mark.parametrize("name", BAD_TOML)
def test_a_config_toml_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    text, told = BAD_TOML[name]
    path = tmp_path / "config" / "oats-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    line = refusal(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert [part for part in [str(path), *told] if part not in line] == []


def test_a_model_that_nobody_has(tmp_path: Path) -> None:
    program_environment(tmp_path, {"kitchen": "http://127.0.0.1:9/v1"})
    line = refusal(tmp_path, "--model", "kitchen/kichen")
    assert "There is no model “kitchen/kichen”." in line
    assert "Did you mean kitchen/kitchen?" in line


def test_a_session_that_is_not_there(tmp_path: Path) -> None:
    assert "No session’s id begins with “zzz”." in refusal(tmp_path, "-r", "zzz")


def test_a_beginning_that_several_sessions_have(tmp_path: Path) -> None:
    for title in "ab":
        write_session(tmp_path, title, id=f"5e55-{title}")
    assert "2 sessions’ ids begin with “5e55”." in refusal(tmp_path, "-r", "5e55")


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "no project")
    assert f"--project: there is no folder {missing}" in refusal(tmp_path, "--project", missing)
