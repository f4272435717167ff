from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oats_tui import cli
from tests.unit.doctor.house import build, put, session


def oats(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal, in a home of its own."""
    return subprocess.run(
        [sys.executable, "-m", "oats_tui", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "HOME": str(home), **env},
    )


def test_all_is_well_and_nothing_needs_a_terminal(home: Path, data_dir: Path) -> None:
    build(data_dir)
    session(data_dir, "s")
    done = oats(home, "doctor", CODER_DATA_DIR=str(data_dir))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"data directory  {data_dir}\n" in done.stdout
    assert "1 session can be opened" in done.stdout
    assert done.stdout.endswith("All is well.\n")


@pytest.mark.parametrize(("before", "after"), [(["--data-dir"], []), ([], ["--data-dir"])])
def test_the_folder_may_be_named_before_or_behind_the_command(
    home: Path, tmp_path: Path, before: list[str], after: list[str]
) -> None:
    folder = str(tmp_path / "mine")
    words = [*before, *([folder] * bool(before)), "doctor", *after, *([folder] * bool(after)), "--json"]
    value = json.loads(oats(home, *words).stdout)
    assert (value["data_dir"], value["chosen_by"]) == (folder, "--data-dir")


def test_the_code_tells_whether_a_person_is_needed(home: Path, data_dir: Path) -> None:
    build(data_dir)
    path = put(data_dir / "sessions" / "s.json", "{")
    done = oats(home, "doctor", "--repair", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["counts"]["sessions_damaged"] == 1
    assert path.read_text() == "{"


@pytest.mark.parametrize(
    "words",
    [
        ["doctor", "--nonsense"],
        ["doctor", "x"],
        ["doctor", "--rep"],
        ["doktor"],
        ["-r", "last", "doctor"],
        ["--model", "p/m", "doctor"],
    ],
)
def test_wrong_use_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == cli.USAGE
    assert capsys.readouterr().out == ""


def test_the_screen_s_library_is_not_imported(home: Path, data_dir: Path) -> None:
    build(data_dir)
    session(data_dir, "s")
    code = (
        "import sys\n"
        "from oats_tui.cli import main\n"
        "code = main(['doctor', '--json'])\n"
        "late = {'textual', 'rich', 'pydantic_ai', 'openai', 'xllamacpp'}\n"
        "sys.stderr.write(f'{code} {sorted(late & set(sys.modules))}')\n"
    )
    environment = {**os.environ, "HOME": str(home)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.stderr == "0 []"


def test_an_output_that_knows_few_characters_gets_others_in_their_place(home: Path, data_dir: Path) -> None:
    build(data_dir)
    put(data_dir / "sessions" / "漢字.json", "{")
    done = oats(home, "doctor", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert "sessions/??.json" in done.stdout


def test_a_reader_who_has_seen_enough_is_no_error(home: Path, data_dir: Path) -> None:
    build(data_dir)
    command = [sys.executable, "-m", "oats_tui", "doctor"]
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, env=environment)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_folder_of_names_that_a_terminal_would_obey_is_told_safely(home: Path, data_dir: Path) -> None:
    build(data_dir)
    for name in ("\x1b]0;x\x07.json", "\x9b31m.json", "\u202ex.txt", os.fsdecode(b"\xff.json"), "a\nb.json"):
        put(data_dir / "sessions" / name, "{")
    done = oats(home, "doctor")
    assert done.returncode == 0
    assert not any(character in done.stdout for character in "\x1b\x07\x9b\u202e")
    assert "sessions/a b.json" in done.stdout
