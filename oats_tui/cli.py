"""The command line; what draws no screen imports no screen."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from oats_tui import __version__

SHORT = 8
"""Characters of an id that a person is shown."""

USAGE = 2
"""The exit code for a start that cannot be: wrong words, no terminal, a configuration that cannot be read."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="oats-tui",
        description="Chat with language models in the terminal; every conversation is a plain file.",
        allow_abbrev=False,
    )
    made.add_argument("--data-dir", metavar="DIR", help="the folder of the sessions (default: oats’s)")
    made.add_argument("--model", metavar="P/M", help="who answers, as provider/model, or gguf:/path/to/file.gguf")
    made.add_argument(
        "-r", "--resume", metavar="last|ID", help='open a session: "last", or the beginning of its id'
    )
    made.add_argument("--project", metavar="DIR", help="the project of a new session (default: here)")
    made.add_argument("--version", action="version", version=f"oats-tui {__version__}")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code: 0, 1 after a crash, 2 where it could not start."""
    options = parser().parse_args(arguments)
    problem = terminal_problem(os.environ.get("TERM", ""))
    if problem:
        return refuse(problem)
    if options.project is not None and not is_folder(options.project):
        return refuse(f"--project: there is no folder {options.project}")
    from oats_tui.compose import run
    from oats_tui.core.errors import OatsError
    from oats_tui.core.sanitize import sanitize_line, sentences

    try:
        ended = run(options.data_dir, options.model, options.resume, options.project)
    except OatsError as error:
        return refuse(sentences(error.title, error.detail, error.hint))
    for problem in ended.problems:
        sys.stderr.write(f"oats-tui: {sanitize_line(problem)}\n")
    if ended.session_id is not None and ended.code == 0:
        where = f" --data-dir {shlex.quote(options.data_dir)}" if options.data_dir else ""
        sys.stdout.write(sanitize_line(f"To go on: oats-tui{where} -r {ended.session_id[:SHORT]}") + "\n")
    return ended.code


def is_folder(name: str) -> bool:
    """Return whether a folder of this name is there; a leading ``~`` is somebody's home."""
    try:
        return Path(name).expanduser().is_dir()
    except (OSError, RuntimeError, ValueError):
        return False


def terminal_problem(kind: str) -> str:
    """Return why the screen cannot be shown here; empty where it can.

    Args:
        kind: What the environment calls the terminal (TERM).
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return "a terminal is needed: input, output and errors must not be redirected."
    if kind == "dumb":
        return "this terminal (TERM=dumb) cannot place text on the screen; set TERM to what it really is."
    return ""


def refuse(problem: str) -> int:
    """Say on one line why there is no start, and return the exit code for it."""
    from oats_tui.core.sanitize import sanitize_line

    sys.stderr.write(f"oats-tui: {sanitize_line(problem)}\n")
    return USAGE
