"""Files, functions and classes stay small enough to be read in one go."""

from __future__ import annotations

import ast
import re

import pytest

from tests.checks.checkout import ROOT, python_files

FILE_LINES = 300
FUNCTION_LINES = 40
CLASS_METHODS = 15

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_EXCUSE = re.compile(r"# size: \S+ \S+")


def breaches(source: str) -> list[str]:
    """Says what is too large in a module's text and gives no reason for it, in the order of the lines."""
    lines = source.splitlines() or [""]
    found = [] if len(lines) <= FILE_LINES else [(1, f"{len(lines)} lines in the file")]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _FUNCTION):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append((node.lineno, f"{length} lines in {node.name}"))
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(child, _FUNCTION) for child in node.body)
            if methods > CLASS_METHODS:
                found.append((node.lineno, f"{methods} methods in {node.name}"))
    return [f"{number}: {what}" for number, what in sorted(found) if not _EXCUSE.search(lines[number - 1])]


def test_every_file_function_and_class_is_small() -> None:
    paths = python_files()
    assert paths
    told = [f"{path}:{what}" for path in paths for what in breaches((ROOT / path).read_text("utf-8"))]
    assert told == []


def _function(lines: int, excuse: str = "") -> str:
    """A function of so many lines."""
    return f"def f():{excuse}\n" + "    pass\n" * (lines - 1)


def _class(methods: int, excuse: str = "") -> str:
    """A class of so many methods, two of them private and one of those asynchronous."""
    names = ["def _a", "async def _b", *(f"def m{number}" for number in range(methods - 2))]
    return f"class C:{excuse}\n" + "".join(f"    {name}(self): ...\n" for name in names)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("x = 1\n" * FILE_LINES, []),
        ("x = 1\n" * (FILE_LINES + 1), ["1: 301 lines in the file"]),
        ("# size: one table\n" + "x = 1\n" * FILE_LINES, []),
        (_function(FUNCTION_LINES), []),
        (_function(FUNCTION_LINES + 1), ["1: 41 lines in f"]),
        ("@decorate\n" + _function(FUNCTION_LINES), []),
        (_function(FUNCTION_LINES + 1, "  # size: one table"), []),
        (_function(FUNCTION_LINES + 1, "  # size:"), ["1: 41 lines in f"]),
        (_class(CLASS_METHODS), []),
        (_class(CLASS_METHODS + 1), ["1: 16 methods in C"]),
        (_class(CLASS_METHODS + 1, "  # size: one table"), []),
    ],
)
def test_the_limits_are_where_they_are_said_to_be(source: str, expected: list[str]) -> None:
    assert breaches(source) == expected
