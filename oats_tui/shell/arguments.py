"""What can be typed behind `oats-tui sessions`. Read at every start, so it imports nothing but the parser.

The texts are ASCII: the help is written by the parser itself, also where the output knows nothing else.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SAYS = "list, show, search, tend, export and import sessions"
_TASKS = "list|show|search|rename|archive|trash|restore|export|import"
_ID_HELP = 'the beginning of a session\'s id, or "last" for the one with the newest activity'
_ROW_KEYS = (
    "each session is an object: id, title, project_dir, working_dir, created, updated, archived (times as ISO"
    " 8601 in UTC, or null), model_id, provider_id, root_session_id, parent_session_id, message_count,"
    " total_tokens, state (ok, damaged, unreadable, foreign), problem (a sentence, or empty)"
)
_FAILED = "failed: a list of {wanted, problem} for what was not done"
_EPILOG = (
    "exit codes: 0 done; 1 something was not done, or nothing was found; 2 wrong usage; 130 ctrl+c.\n\n"
    "With --json each command writes one JSON document, in ASCII. Its keys are told in the help of the"
    " command; none is ever removed or given another meaning, new ones may come. An error that ends the"
    " command leaves the output empty.\n\n"
    "Where the output is not a terminal, tables have no head, tabs between the columns, whole ids and titles,"
    " and nothing is cut or coloured. NO_COLOR ends the colours on a terminal."
)


class _Lines(argparse.HelpFormatter):
    """Keeps the lines of a text apart, and wraps each of them."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Return a text as it fits."""
        fill = super()._fill_text
        return "\n".join(fill(line, width, indent) if line else "" for line in text.splitlines())


def add_sessions(commands: Commands) -> None:
    """Add the command with everything below it."""
    made = _add(commands, "sessions", _SAYS, _EPILOG)
    below = made.add_subparsers(dest="task", metavar=_TASKS, title="commands", required=True)
    _add_list(below)
    _add_show(below)
    _add_search(below)
    _add_rename(below)
    _add_archive(below)
    _add_trash(below)
    _add_restore(below)
    _add_export(below)
    _add_import(below)


def count(text: str) -> int:
    """Return the number that a text is, one or more.

    Raises:
        ArgumentTypeError: It is none.
    """
    if text.isascii() and text.isdigit() and len(text) <= len("999999999") and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!a} is not a number above 0")


def check_usage(options: argparse.Namespace) -> str:
    """Return what is wrong with words that do not go together; empty for nothing."""
    if options.task == "list" and options.trash and (options.archived or options.in_project or options.limit):
        return "list: --trash goes alone"
    if options.task == "restore" and bool(options.ids) + options.last + options.listed != 1:
        return "restore: name sessions, or --last, or --list"
    if options.task == "rename" and not " ".join(options.title).strip():
        return "rename: a title is needed"
    if options.task == "export" and options.output in (None, "-"):
        if options.json:
            return "export: --json tells which files were written, so it needs --output FILE"
        if len(options.ids) > 1:
            return "export: several sessions need --output with a folder that exists"
    return ""


def refuse(options: argparse.Namespace, problem: str) -> NoReturn:
    """End the program as the parser does for wrong words."""
    parser = argparse.ArgumentParser(prog="oats-tui sessions", usage=f"oats-tui sessions {options.task} --help")
    parser.error(problem)


def _add(commands: Commands, name: str, says: str, more: str = "") -> argparse.ArgumentParser:
    """Add a command that says what it does, and where the sessions are."""
    made = commands.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=more or None,
        allow_abbrev=False,
        formatter_class=_Lines,
    )
    # Not given here, it is what was given before the command.
    made.add_argument("--data-dir", metavar="DIR", default=argparse.SUPPRESS, help="the folder of the sessions")
    return made


def _add_json(made: argparse.ArgumentParser, keys: str) -> None:
    """Add the switch that asks for JSON, and tell its keys."""
    made.add_argument("--json", action="store_true", help="one JSON document instead of text")
    made.epilog = f"the JSON document:\n{keys}"


def _add_ids(made: argparse.ArgumentParser, many: str = "+") -> None:
    """Add the sessions that are meant."""
    made.add_argument("ids", metavar="ID", nargs=many, help=_ID_HELP)


def _add_list(commands: Commands) -> None:
    """Add `list`."""
    made = _add(commands, "list", "list the sessions, the newest activity first; those put away are left out")
    made.add_argument("--archived", action="store_true", help="those that are archived, and only those")
    made.add_argument("--project", metavar="DIR", dest="in_project", help="those of this project, or below it")
    made.add_argument("--limit", metavar="N", type=count, help="the first N")
    made.add_argument("--trash", action="store_true", help="what is in the trash, as restore --list does")
    hidden = "hidden: how many were left out, as {archived, project, limit}"
    trash = "with --trash: trash, a list of {id, title, deleted_at, together (the id it was deleted with), name}"
    _add_json(made, f"sessions: a list; {_ROW_KEYS}\n{hidden}\n{trash}")


def _add_show(commands: Commands) -> None:
    """Add `show`."""
    made = _add(commands, "show", "show sessions as plain text, also while they are being answered")
    _add_ids(made)
    made.add_argument("--last", metavar="N", type=count, dest="newest", help="only the last N messages")
    messages = (
        "messages: a list, as in the session's file, each with outcome: {state, title, detail, hint} or null"
    )
    answering = "answering: the message that another program is taking in, or null"
    cut_off = "cut_off: an answer whose program is gone, or null\nearlier: how many messages --last left out"
    keys = f"sessions: a list; {_ROW_KEYS}\nand\n{messages}\n{answering}\n{cut_off}"
    _add_json(made, f"{keys}\n{_FAILED}")


def _add_rename(commands: Commands) -> None:
    """Add `rename`."""
    made = _add(commands, "rename", "give a session another title")
    made.add_argument("ids", metavar="ID", nargs=1, help=_ID_HELP)
    made.add_argument("title", metavar="TITLE", nargs="+", help="the title; several words are joined")
    _add_json(made, f"renamed: a list of {{id, title}}\n{_FAILED}")


def _add_archive(commands: Commands) -> None:
    """Add `archive`."""
    made = _add(commands, "archive", "put sessions away, out of the list; nothing is lost")
    _add_ids(made)
    made.add_argument("--undo", action="store_true", help="bring them back to the list")
    _add_json(made, f"archived, or with --undo unarchived: a list of {{id, title, changed}}\n{_FAILED}")


def _add_trash(commands: Commands) -> None:
    """Add `trash`."""
    made = _add(commands, "trash", "move sessions, and those made from them, to the trash; restore undoes it")
    _add_ids(made)
    _add_json(made, f"trashed: a list of {{id, title, together}}\n{_FAILED}")


def _add_restore(commands: Commands) -> None:
    """Add `restore`."""
    made = _add(commands, "restore", "bring sessions back from the trash, with those deleted together with them")
    made.add_argument("ids", metavar="ID", nargs="*", help="the beginning of the id of a session in the trash")
    made.add_argument("--last", action="store_true", help="what was deleted last")
    made.add_argument("--list", action="store_true", dest="listed", help="only say what is in the trash")
    trash = "with --list: trash, a list of {id, title, deleted_at, together (the id it was deleted with), name}"
    _add_json(made, f"restored: a list of {{id, title}}\n{_FAILED}\n{trash}")


def _add_export(commands: Commands) -> None:
    """Add `export`."""
    made = _add(commands, "export", "write sessions as Markdown, HTML or JSON")
    _add_ids(made)
    made.add_argument(
        "--format", choices=["markdown", "html", "json"], default="markdown", help="default: markdown"
    )
    made.add_argument(
        "--output",
        metavar="FILE",
        help='a file, a folder that exists, or "-" for the output, which is the default',
    )
    made.add_argument("--force", action="store_true", help="replace files that are there")
    _add_json(made, f"exported: a list of {{id, title, path}}\n{_FAILED}")


def _add_import(commands: Commands) -> None:
    """Add `import`."""
    made = _add(commands, "import", "take in sessions of oats, ChatGPT, Claude, Claude Code and Codex, each once")
    made.add_argument("paths", metavar="PATH", nargs="+", help="a file, a ZIP archive, or a folder of files")
    file = (
        "path, format, known (how many were there already), made: [{id, title, messages}], skipped: [{what, why}]"
    )
    _add_json(made, f"files: a list of {{{file}}}\n{_FAILED}")


def _add_search(commands: Commands) -> None:
    """Add `search`."""
    made = _add(commands, "search", 'find words in all sessions; put "--" before words that begin with a hyphen')
    made.add_argument(
        "words",
        metavar="WORDS",
        nargs="+",
        help="words, '\"an exact phrase\"', title: project: model: role: before: after:, -not",
    )
    made.add_argument("--limit", metavar="N", type=count, default=20, help="the first N places (default: 20)")
    hit = (
        "session_id, message_id, title, project, role, time (ISO 8601 or null), snippet, marks ([from, to] in it)"
    )
    _add_json(made, f"hits: a list of {{{hit}}}\nterms: the words that were searched for\ncomplete: true or false")
