"""Export, import and search from the command line, as real processes with the real parts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core import config
from tests.support.launch import program_environment
from tests.unit.shell.house import build

Run = subprocess.CompletedProcess[bytes]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder with a data directory, which this process uses as well."""
    program_environment(tmp_path)
    config.set_data_dir(tmp_path / "data")
    yield tmp_path
    config.set_data_dir(None)


def oats(home: Path, *words: str, **env: str) -> Run:
    """Run `oats-tui sessions` in pipes."""
    command = [sys.executable, "-m", "oats_tui", "sessions", *words]
    environment = program_environment(home) | {"PATH": "/usr/bin:/bin", "TZ": "UTC"} | env
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60, env=environment, cwd=home
    )


@pytest.mark.parametrize(
    ("kind", "said"), [("markdown", "wörld"), ("html", "w&#246;rld|wörld"), ("json", "wörld")]
)
def test_an_export_goes_to_the_output_as_utf_8(home: Path, kind: str, said: str) -> None:
    build("s", "hello", "wörld", title="漢字")
    done = oats(home, "export", "s", "--format", kind, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("utf-8")
    assert any(each in text for each in said.split("|"))
    if kind == "json":
        assert json.loads(text)["info"]["title"] == "漢字"


def test_what_is_exported_can_be_imported_elsewhere_once(home: Path) -> None:
    build("0123456789", "hello", "world", title="One")
    build("abc", "question", title="Two")
    (home / "out").mkdir()
    done = oats(home, "export", "0", "a", "--format", "json", "--output", "out", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    files = [each["path"] for each in json.loads(done.stdout)["exported"]]
    assert sorted(Path(each).name for each in files) == ["One-01234567.json", "Two-abc.json"]
    again = oats(home, "export", "0", "--format", "json", "--output", "out")
    assert (again.returncode, again.stdout) == (1, b"")
    assert again.stderr.startswith(b"oats-tui: ")
    other = ["--data-dir", str(home / "other")]
    first = json.loads(oats(home, "import", *files, "--json", *other).stdout)["files"]
    assert [[made["title"] for made in each["made"]] for each in first] == [["One"], ["Two"]]
    second = oats(home, "import", *files, "--json", *other)
    assert second.returncode == 0
    assert [(each["made"], each["known"]) for each in json.loads(second.stdout)["files"]] == [([], 1), ([], 1)]
    titles = {each["title"] for each in json.loads(oats(home, "list", "--json", *other).stdout)["sessions"]}
    assert titles == {"One", "Two"}


@pytest.mark.parametrize("words", [["export", "s", "--format", "html"], ["import", "x.json"]])
def test_neither_the_screen_nor_a_model_library_is_imported(home: Path, words: list[str]) -> None:
    build("s", "hello")
    (home / "x.json").write_text("[]")
    code = (
        "import sys\nfrom oats_tui.cli import main\n"
        f"main({['sessions', *words]!r})\n"
        "late = {'textual', 'rich', 'pydantic_ai', 'openai', 'httpx2', 'watchfiles', 'xllamacpp'}\n"
        "sys.stderr.write(f'{sorted(late & set(sys.modules))}')\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=False, env=program_environment(home), cwd=home)
    assert done.stderr == b"[]"


def test_a_file_that_is_no_export_is_told(home: Path) -> None:
    (home / "odd.json").write_text('{"x": [1, 2')
    done = oats(home, "import", "odd.json", "no-such-file.json")
    assert done.returncode == 1
    assert b"odd.json" in done.stdout + done.stderr
    assert b"no-such-file.json" in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    assert oats(home, "list").stdout == b""
