"""What is slow to import is imported only by those who use it."""

from __future__ import annotations

import json

import pytest

from tests.checks.checkout import assert_clean, run_python

_TELL = """
import json, sys
sys.stderr.write("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
_MAIN = """
import sys
sys.argv = ["oats-tui", {option!r}]
from oats_tui.cli import main
try:
    status = main()
except SystemExit as end:
    status = end.code
assert not status, status
"""


def _modules_after(program: str) -> tuple[set[str], str]:
    """The top-level modules that a fresh interpreter holds after the program, and what it printed."""
    result = run_python("-c", f"{program}\n{_TELL}")
    assert_clean(result)
    return set(json.loads(result.stderr.splitlines()[-1])), result.stdout


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_command_line_answers_without_the_slow_libraries(option: str) -> None:
    modules, printed = _modules_after(_MAIN.format(option=option))
    assert printed.strip()
    assert "oats_tui" in modules
    assert modules & {"textual", "pydantic", "rich"} == set()


def test_the_session_layer_needs_no_screen_and_no_watcher() -> None:
    modules, _ = _modules_after("import oats_tui.session.session")
    assert "pydantic" in modules
    assert modules & {"textual", "rich", "aiofiles", "watchfiles"} == set()


def test_the_watcher_is_imported_without_watchfiles() -> None:
    modules, _ = _modules_after("import oats_tui.watch.folder")
    assert "oats_tui" in modules
    assert modules & {"textual", "watchfiles", "anyio"} == set()


def test_the_screen_is_imported_without_models_markdown_and_files() -> None:
    modules, _ = _modules_after("import oats_tui.ui.app")
    late = {"pydantic_ai", "openai", "httpx2", "watchfiles", "markdown_it", "pygments", "xllamacpp"}
    assert "textual" in modules
    assert modules & late == set()
