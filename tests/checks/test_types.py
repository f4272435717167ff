"""The program and its tests are typed throughout."""

from __future__ import annotations

from tests.checks.checkout import assert_clean, run_python


def test_mypy_finds_nothing() -> None:
    assert_clean(run_python("-m", "mypy"))
