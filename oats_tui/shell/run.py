"""One command, from the words on the command line to the exit code."""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import logging
import os
from collections.abc import Callable
from typing import TypeAlias

from oats_tui.core.config import set_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sentences
from oats_tui.shell.arguments import check_usage, refuse
from oats_tui.shell.output import Output, give_up_output

INTERRUPTED = 130

Command: TypeAlias = Callable[[argparse.Namespace, Output], int]

_COMMANDS = {
    "list": ("listing", "list_sessions"),
    "show": ("showing", "show"),
    "search": ("searching", "search"),
    "rename": ("tending", "rename"),
    "archive": ("tending", "archive"),
    "trash": ("trashing", "trash"),
    "restore": ("trashing", "restore"),
    "export": ("exporting", "export"),
    "import": ("importing", "import_files"),
}


def run(options: argparse.Namespace) -> int:
    """Do what was typed behind `oats-tui sessions`.

    Returns:
        The exit code: 0 done; 1 something was not done, or nothing was found; 130 after ctrl+c.

    Raises:
        SystemExit: The words do not go together (2).
    """
    problem = check_usage(options)
    if problem:
        refuse(options, problem)
    # Whatever else is installed has no part in this, and looking through it takes longer than most commands.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What the layers below log would else come to the terminal.
    logging.getLogger("oats_tui").addHandler(logging.NullHandler())
    # Looking for garbage among all that twenty thousand sessions leave takes a tenth of the time, and the end is
    # near: then the interpreter looks once more, if nobody keeps it from that.
    gc.disable()
    atexit.register(gc.freeze)
    try:
        return _told(options)
    except KeyboardInterrupt:
        give_up_output()
        return INTERRUPTED
    finally:
        gc.enable()


def _told(options: argparse.Namespace) -> int:
    """Do it, and write what there is to say of it, also of a part of it."""
    out = Output(as_json=options.json)
    code = 1
    try:
        try:
            set_data_dir(options.data_dir)
            code = max(_command(options.task)(options, out), out.code)
        except (OatsError, OSError) as error:
            out.drop()
            out.say(_words(error))
        finally:
            out.flush()
    except OatsError as error:
        out.say(_words(error))
        return 1
    return code


def _words(error: OatsError | OSError) -> str:
    """What there is to say of an error."""
    if isinstance(error, OatsError):
        return sentences(error.title, error.detail, error.hint)
    return sentences(f"{error.filename or 'A file'} could not be read or written", error.strerror or "")


def _command(task: str) -> Command:
    """Return what does a task, from its module, which is read only now."""
    module, name = _COMMANDS[task]
    command: Command = getattr(importlib.import_module(f"oats_tui.shell.{module}"), name)
    return command
