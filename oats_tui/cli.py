"""The command line; what draws no screen imports no screen."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from oats_tui import __version__
from oats_tui.core.streams import open_missing
from oats_tui.shell.arguments import add_sessions

SHORT = 8
"""Characters of an id that a person is shown."""

USAGE = 2
"""The exit code for a start that cannot be: wrong words, no terminal, a configuration that cannot be read."""

INTERRUPTED = 130
"""The exit code after ctrl+c."""

NAME = "oats-tui"

NO_TERMINAL = "a terminal is needed: input, output and errors must not be redirected."

PIPED = 80
"""Columns of a report that goes into a file or a pipe."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog=NAME,
        description="Chat with language models in the terminal; every conversation is a plain file.",
        allow_abbrev=False,
    )
    made.add_argument("--data-dir", metavar="DIR", help="the folder of the sessions (default: oats’s)")
    made.add_argument("--model", metavar="P/M", help="who answers, as provider/model, or gguf:/path/to/file.gguf")
    made.add_argument(
        "-r", "--resume", metavar="last|ID", help='open a session: "last", or the beginning of its id'
    )
    made.add_argument("--project", metavar="DIR", help="the project of a new session (default: here)")
    made.add_argument(
        "--low-bandwidth",
        action=argparse.BooleanOptionalAction,
        help="save bytes on the line to the terminal (default: where it is found to be slow)",
    )
    made.add_argument("--version", action="version", version=f"oats-tui {__version__}")
    # Without a command the screen is started.
    commands = made.add_subparsers(dest="command", metavar="[doctor|sessions]", title="commands")
    _add_doctor(commands)
    add_sessions(commands)
    return made


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command that checks the data directory."""
    says = "check the data directory, and say what to do about what is found"
    doctor = commands.add_parser(
        "doctor",
        help=says,
        description=f"{says[0].upper()}{says[1:]}. Ends with 1 where something needs a person.",
        allow_abbrev=False,
    )
    # Not given here, it is what was given before the command.
    doctor.add_argument("--data-dir", metavar="DIR", default=argparse.SUPPRESS, help="the folder of the sessions")
    doctor.add_argument("--repair", action="store_true", help="do what can be done without losing anything")
    doctor.add_argument("--json", action="store_true", help="one JSON object instead of text")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Returns:
        The exit code: 0; 1 after a crash, where the doctor found what needs a person, or something was not done
        or found in the sessions; 2 where it could not start; 130 after ctrl+c in a command.
    """
    open_missing()
    words = parser()
    options = words.parse_args(arguments)
    if options.command is not None:
        if options.model is not None or options.resume is not None or options.project is not None:
            words.error(f"{options.command} shows no screen: leave out --model, --resume and --project")
        return _without_screen(options)
    problem = terminal_problem(os.environ.get("TERM", ""))
    if problem:
        return refuse(problem)
    if options.project is not None and not is_folder(options.project):
        return refuse(f"--project: there is no folder {options.project}")
    from oats_tui.compose import run
    from oats_tui.core.errors import OatsError
    from oats_tui.core.sanitize import sanitize_line, sentences

    try:
        ended = run(options.data_dir, options.model, options.resume, options.project, options.low_bandwidth)
    except OatsError as error:
        return refuse(sentences(error.title, error.detail, error.hint))
    for problem in ended.problems:
        sys.stderr.write(f"oats-tui: {sanitize_line(problem)}\n")
    if ended.session_id is not None and ended.code == 0:
        where = f" --data-dir {shlex.quote(options.data_dir)}" if options.data_dir else ""
        sys.stdout.write(sanitize_line(f"To go on: {called()}{where} -r {ended.session_id[:SHORT]}") + "\n")
    if ended.cut and ended.code == 0:
        answers = "One answer was" if ended.cut == 1 else f"{ended.cut:,} answers were"
        sys.stdout.write(f"{answers} cut off, and kept as far as possible: /retry asks again.\n")
    return ended.code


def called() -> str:
    """Return what to type to start the program: its name, or as it was started where its name is not enough."""
    started = Path(sys.argv[0])
    is_found = started.name != NAME or shutil.which(NAME) is not None
    return NAME if is_found else shlex.quote(sys.argv[0])


def _without_screen(options: argparse.Namespace) -> int:
    """Do what draws no screen, and return the exit code."""
    if options.command == "doctor":
        return examine(options.data_dir, repair=options.repair, as_json=options.json)
    try:
        from oats_tui.shell.run import run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run(options)


def examine(data_dir: str | None, *, repair: bool, as_json: bool) -> int:
    """Write the doctor's report to the output, and return the exit code."""
    from oats_tui.doctor import report
    from oats_tui.doctor.run import run

    found = run(data_dir, repair=repair)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED
    text = report.as_json(found) if as_json else report.as_text(found, columns)
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough; the interpreter must not try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return found.code


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
        return NO_TERMINAL
    if kind == "dumb":
        return "this terminal (TERM=dumb) cannot place text on the screen; set TERM to what it really is."
    return ""


def refuse(problem: str) -> int:
    """Say on one line why there is no start, and return the exit code for it."""
    from oats_tui.core.sanitize import sanitize_line

    sys.stderr.write(f"oats-tui: {sanitize_line(problem)}\n")
    return USAGE
