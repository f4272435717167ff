"""The log file: what happened, for whoever looks into a problem. Never keys, never what people say."""

from __future__ import annotations

import logging
import os
import time
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

from oats_tui.core.files import ensure_folder
from oats_tui.core.sanitize import sanitize

_BYTES = 1_000_000
_LEVEL = logging.INFO
_LINKS, _FRAMES = 5, 12


def described(error: BaseException) -> str:
    """Return what kind of error it is, and where it arose, without its words.

    The words of an error may quote a request, and with it a key or what people say.
    """
    chain: list[str] = []
    link: BaseException | None = error
    while link is not None and len(chain) < _LINKS:
        frames = traceback.extract_tb(link.__traceback__)[-_FRAMES:]
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        chain.append(f"{type(link).__name__} at {places}" if places else type(link).__name__)
        link = link.__cause__ or link.__context__
    return "; from ".join(chain)


class _PrivateFile(RotatingFileHandler):
    """A log file that only its owner may read."""

    def _open(self):  # type: ignore[no-untyped-def]
        """Open the file with mode 0600."""
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        return open(handle, "a", encoding="utf-8", errors="replace")  # noqa: PTH123 - kept open

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's own name
        """Say nothing where the log cannot be written: the base class would say it on the terminal."""


class _Format(logging.Formatter):
    """One safe text for each record; times in UTC, no local variables."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text with nothing in it that a terminal would obey."""
        return sanitize(super().format(record))


def start_log(state_dir: Path) -> Path:
    """Send this program's log to a file below the state directory; returns its path.

    Where it cannot be written there is no log, and no complaint: the program is worth more than its log.
    Nothing is ever written to the terminal.
    """
    path = state_dir / "log" / "oats-tui.log"
    logger = logging.getLogger("oats_tui")
    logger.setLevel(_LEVEL)
    logger.propagate = False
    try:
        ensure_folder(path.parent)
        handler: logging.Handler = _PrivateFile(path, maxBytes=_BYTES, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Format("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    logger.addHandler(handler)
    logging.getLogger().addHandler(logging.NullHandler())
    return path
