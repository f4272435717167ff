"""Each layer imports only what stands below it."""

from __future__ import annotations

from tests.checks.checkout import assert_clean, run_python

_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_the_import_contracts_are_kept() -> None:
    assert_clean(run_python("-c", _LINT_IMPORTS, "--no-cache", "--no-logo"))
