"""The checkout holds what it should, names no machine, and builds into a complete wheel."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

from tests.checks.checkout import ROOT, assert_clean, listed_files, run_python

_TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "oats_tui",
    "pyproject.toml",
    "screenshots",
    "styles",
    "tests",
}
# Spelt so that the pattern does not find itself here.
_MACHINE = re.compile(rb"https?://[^\s]*(?:pypi|pythonhosted|npmjs|debian)\.|/root[/]|/home/[a-z]+/")


def test_the_top_level_holds_only_what_is_expected() -> None:
    assert {path.parts[0] for path in listed_files()} - _TOP_LEVEL == set()


def test_no_file_names_an_index_or_a_path_of_one_machine() -> None:
    assert _MACHINE.search(b"see https://files.python" + b"hosted.org/x, /home" + b"/ada/x")
    told = []
    for path in listed_files():
        lines = (ROOT / path).read_bytes().splitlines()
        told += [f"{path}:{number}" for number, line in enumerate(lines, start=1) if _MACHINE.search(line)]
    assert told == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in listed_files() if path.parts[0] == "tests" and path.suffix == ".py"}
    assert Path("tests/checks") in folders
    assert [folder for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


def test_the_readme_and_ci_run_the_tests_by_the_same_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    command = lines[-1]
    assert command.startswith("python3 -m venv ")
    assert "set -euo pipefail" in lines
    assert command in (ROOT / "README.md").read_text("utf-8")


def test_the_wheel_holds_every_module_the_styles_and_the_type_marker(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    for path in listed_files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    assert_clean(run_python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out"), cwd=copy))
    (wheel,) = (tmp_path / "out").glob("oats_tui-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    styles = {f"oats_tui/styles/{path.name}" for path in listed_files() if path.match("styles/*.tcss")}
    package = {path.as_posix() for path in listed_files() if path.parts[0] == "oats_tui"}
    assert styles
    assert "oats_tui/py.typed" in package
    assert names == package | styles
