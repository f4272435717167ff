"""The code is free of what the linter knows, and formatted the one way."""

from __future__ import annotations

from tests.checks.checkout import assert_clean, run_python


def test_ruff_finds_nothing() -> None:
    assert_clean(run_python("-m", "ruff", "check", "--no-cache", "."))


def test_ruff_would_format_nothing() -> None:
    assert_clean(run_python("-m", "ruff", "format", "--no-cache", "--check", "."))
