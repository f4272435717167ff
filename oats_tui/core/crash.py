"""Reports of errors that nobody foresaw: where they arose, and on what; never what was said, nor any key.

The words of an error are left out, because they may quote what a person wrote, or a request with its key. So are
the values of variables, those of the environment but for what names the terminal, and the name of the home.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.core.files import ensure_folder
from oats_tui.core.log import described
from oats_tui.core.sanitize import sanitize_line

KEPT = 10
"""So many reports are kept, the newest."""

MOST = 3
"""So many are written by one program; what fails again and again is told by its first times."""

ESSENTIAL = ("textual-input", "textual-output")
"""Threads without which there is no screen."""

_LINKS, _FRAMES = 5, 60
_RESERVE = 8 << 20
_PACKAGES = ("oats-tui", "textual", "rich", "pydantic", "pydantic-ai-slim", "openai", "watchfiles", "xllamacpp")
_TOLD = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "LC_TERMINAL", "LC_ALL")
_TOLD_TOO = ("LC_CTYPE", "LANG", "LINES", "COLUMNS")
_THERE = ("TMUX", "STY", "SSH_CONNECTION", "KITTY_WINDOW_ID", "WEZTERM_PANE", "WT_SESSION", "NO_COLOR", "CI")
_HARMLESS = re.compile(r"[A-Za-z0-9_.:@+-]{0,40}")

_log = logging.getLogger(__name__)


class Crashes:
    """Writes reports, and knows which were written.

    Args:
        folder: Where they are kept.
        environ: The environment.

    Attributes:
        paths: The reports that were written, and could be.
        end: Called where a thread has failed without which there is no screen.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.paths: list[Path] = []
        self.end: Callable[[], object] = lambda: None
        self._folder = folder
        self._environ = environ
        self._count = 0
        # Given up first, so that there is memory for the report where there is none for anything else. Never
        # written to, it takes room among the addresses and none in memory.
        self._reserve: bytearray | None = bytearray(_RESERVE)

    def note(self, error: BaseException, where: str = "") -> None:
        """Write a report; where that cannot be done there is none.

        Args:
            error: What happened.
            where: Which part of the program it happened in, as words of ours.
        """
        self._reserve = None
        self._count += 1
        if isinstance(error, MemoryError):
            _let_go(error)
        with contextlib.suppress(MemoryError):
            _log.critical("an unforeseen error%s: %s", f" in {where}" if where else "", described(error))
        if self._count > MOST:
            return
        try:
            try:
                text = report(error, where, self._environ)
            except MemoryError:
                text = short_report(error, where, self._environ)
            self.paths.append(_written(self._folder, text))
        except (OSError, OatsError, MemoryError, RuntimeError) as failed:
            _log.warning("no report could be written: %s", type(failed).__name__)

    def told(self) -> str:
        """Return the sentence that names the newest report, on one line; empty where nothing happened."""
        if not self._count:
            return ""
        rest = f" The report: {self.paths[-1]}" if self.paths else " No report could be written."
        return sanitize_line(f"An error happened that nobody foresaw. Your conversations are kept.{rest}")

    @contextlib.contextmanager
    def hooks(self) -> Iterator[None]:
        """Have errors of threads, and those that nobody can be told of, reported, not shown on the screen."""
        before = threading.excepthook, sys.unraisablehook

        def in_thread(args: threading.ExceptHookArgs) -> None:
            if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
                name = args.thread.name if args.thread is not None else ""
                self.note(args.exc_value, f"the thread {name}")
                if name in ESSENTIAL:
                    self.end()

        def unraisable(args: object) -> None:
            error = getattr(args, "exc_value", None)
            _log.error("an error that could not be raised: %s", described(error) if error else "of no kind")

        threading.excepthook, sys.unraisablehook = in_thread, unraisable
        try:
            yield
        finally:
            threading.excepthook, sys.unraisablehook = before


def report(error: BaseException, where: str, environ: Mapping[str, str]) -> str:
    """Return what is to be known of an error: its kind, its way through the code, versions, and the terminal."""
    lines = [f"oats-tui: a report of {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"]
    lines += [f"in: {where}"] if where else []
    lines += ["", *_traces(error), "", "versions:", *_versions(), "", "terminal:", *_terminal(environ), ""]
    return "\n".join(lines)


def short_report(error: BaseException, where: str, environ: Mapping[str, str]) -> str:
    """Return what can be told with next to no memory: the kind of an error, and the lines by their numbers.

    Nothing is read for it, neither code nor versions.
    """
    lines = [f"oats-tui: a short report{f' of {where}' if where else ''}", ""]
    for link in _links(error):
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}")
        for frame, line in list(traceback.walk_tb(link.__traceback__))[-_FRAMES:]:
            lines.append(f'  File "{_homeless(frame.f_code.co_filename)}", line {line}, in {frame.f_code.co_name}')
    return "\n".join([*lines, "", "terminal:", *_terminal(environ), ""])


def _links(error: BaseException) -> Iterator[BaseException]:
    """Return an error and those that led to it, the last first."""
    link: BaseException | None = error
    for _ in range(_LINKS):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _let_go(error: BaseException) -> None:
    """Forget the local variables on the way of an error: among them is, most often, what took the memory."""
    for link in _links(error):
        traceback.clear_frames(link.__traceback__)


def _traces(error: BaseException) -> Iterator[str]:
    """Return an error and those that led to it, each with the lines of code on its way."""
    for index, link in enumerate(_links(error)):
        if index:
            yield "from:"
        number = f" ({link.strerror})" if isinstance(link, OSError) and link.strerror else ""
        yield f"{type(link).__module__}.{type(link).__qualname__}{number}"
        for frame in traceback.extract_tb(link.__traceback__)[-_FRAMES:]:
            yield f'  File "{_homeless(frame.filename)}", line {frame.lineno}, in {frame.name}'
            yield f"    {frame.line or ''}"


def _homeless(path: str) -> str:
    """Return a path with ~ for the home, whose name is a person's."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path raises where there is none
    return f"~{path[len(home) :]}" if len(home) > 1 and path.startswith(f"{home}/") else path


def _versions() -> Iterator[str]:
    """Return the versions of what takes part."""
    yield f"  python {platform.python_version()} on {platform.system()} {platform.release()} {platform.machine()}"
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError, OSError):
            yield f"  {name} {metadata.version(name)}"


def _terminal(environ: Mapping[str, str]) -> Iterator[str]:
    """Return what names the terminal; of most variables only that they are there."""
    for name in (*_TOLD, *_TOLD_TOO):
        if (value := environ.get(name)) is not None:
            yield f"  {name}={value if _HARMLESS.fullmatch(value) else '(something else)'}"
    yield f"  set: {', '.join(name for name in _THERE if environ.get(name)) or 'none of the others'}"
    with contextlib.suppress(OSError, ValueError, AttributeError):
        size = os.get_terminal_size(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
        yield f"  size: {size.columns}×{size.lines}"


def _written(folder: Path, text: str) -> Path:
    """Write a report that only its owner may read, drop the oldest, and return its path. Raises OSError."""
    ensure_folder(folder)
    seconds, rest = divmod(time.time_ns(), 10**9)
    stamp = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds))}.{rest:09}Z"
    path = folder / f"crash-{stamp}-{os.getpid()}.txt"
    data = text.encode("utf-8", "replace")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb", buffering=0) as file:
        file.write(data)
    reports = sorted(each for each in folder.glob("crash-*.txt") if each.is_file())
    for old in [each for each in reports[:-KEPT] if each != path]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path
