"""Where a program's output goes to: a terminal that may have gone, or may take nothing."""

from __future__ import annotations

import contextlib
import logging
import queue
import termios
import time
from collections.abc import Callable
from typing import IO

from textual.drivers._writer_thread import WriterThread

from oats_tui.core.handback import CANCEL

PATIENCE = 0.4
"""Seconds in which a terminal is to take what waits for it when the program leaves it."""

_UNTIL_DROPPED = 0.3
_PAUSE = 0.002

_log = logging.getLogger(__name__)


class Outlet:
    """What is written to a terminal, until that has gone; then it is lost.

    Textual's writer would end with the first error, and the program wait for it for ever.

    Args:
        file: Where it is written.
        gone: Told once that the terminal has gone.

    Attributes:
        given: How many texts a thread was given to write here.
        written: How many texts have gone out, or were lost.
    """

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self.given = 0
        self.written = 0
        self._file = file
        self._gone: Callable[[], None] | None = gone
        self._drops = False

    def write(self, text: str) -> None:
        """Send text."""
        try:
            if not self._drops:
                self._file.write(text)
                self._file.flush()
        except (OSError, ValueError):
            self._tell()
        except MemoryError:
            _log.warning("something was not painted: there is no memory for it")
        finally:
            self.written += 1

    def flush(self) -> None:
        """Do nothing: what has been written is sent already."""

    def fileno(self) -> int:
        """Return the number of the file."""
        return self._file.fileno()

    def clear(self, thread: WriterThread | None) -> str:
        """Wait until everything has gone out; what the terminal does not take in time is dropped.

        Whoever ends a thread that writes to a terminal which takes nothing would wait for ever.

        Args:
            thread: Who writes here; None where nobody does.

        Returns:
            What is to be written first from now on: something may have gone out by half.
        """
        if thread is None or not thread.is_alive() or self._comes_to_end(PATIENCE, lambda: None):
            return ""
        with contextlib.suppress(queue.Empty):
            while thread._queue.get_nowait() is not None:
                self.written += 1
        self.drop()
        return CANCEL

    def drop(self) -> None:
        """Have what is given and not yet taken be dropped."""
        self._drops = True
        self._comes_to_end(_UNTIL_DROPPED, self._make_room)
        self._drops = False

    def _comes_to_end(self, seconds: float, meanwhile: Callable[[], None]) -> bool:
        """Wait for so long at most until everything has gone out; returns whether it has."""
        deadline = time.monotonic() + seconds
        while self.written < self.given and time.monotonic() < deadline:
            meanwhile()
            time.sleep(_PAUSE)
        return self.written >= self.given

    def _make_room(self) -> None:
        """Have the system forget what the terminal has not taken, so that who writes just now goes on."""
        with contextlib.suppress(termios.error, OSError, ValueError):
            termios.tcflush(self.fileno(), termios.TCOFLUSH)
            # Only a change of this has Linux look again whether there is room.
            termios.tcflow(self.fileno(), termios.TCOOFF)
            termios.tcflow(self.fileno(), termios.TCOON)

    def _tell(self) -> None:
        """Tell, once, that the terminal has gone."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone()
