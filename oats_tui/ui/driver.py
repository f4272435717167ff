"""Input from a terminal that may send anything."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import selectors
import signal
import termios
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, Protocol, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.events import Paste

from oats_tui.core import handback
from oats_tui.core.log import described
from oats_tui.ui.asking import AskingDriver
from oats_tui.ui.outlet import Outlet
from oats_tui.ui.pasting import MANY, Pasted, Pasting, many
from oats_tui.ui.reports import Reports

MOST_WAITING = 8
"""Pieces of output that wait for the terminal before nothing more is painted; at 30 Textual would stand still."""

_BYTES = 4096
_WAIT = 0.1

# A terminal hands on what is pasted in crumbs; what follows this soon belongs together.
_GAP = 0.005
_MOST_AT_ONCE = 1 << 16

# A control sequence with a number that no terminal means; the parser would take all that came with it along.
_ABSURD = re.compile("\x1b\\[[0-9;:]*[0-9]{8}[0-9;:]*[@-~]")

# That the window has gained or lost the focus; of many such notices at once the last one counts.
_FOCUS = re.compile("(?:\x1b\\[[IO])+(\x1b\\[[IO])")

# What a terminal says of its state where it is asked, and how that may begin.
_WELL = re.compile("\x1b\\[[03]n")
_PART = re.compile("\x1b(\\[[03]?)?$")

_SEQUENCE = re.compile("\x1b(\\[[0-9;:?<=>]*[ -/]*[@-~]?)?")

_log = logging.getLogger(__name__)


class _Told(Protocol):
    """An app that is told of its terminal."""

    def hang_up(self) -> None:
        """End because the terminal has gone."""

    def arrived(self) -> None:
        """Go on: the terminal has shown what was written."""

    @property
    def asks(self) -> bool:
        """Whether the terminal was asked whether that has arrived."""
        raise NotImplementedError


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Have an error that nobody foresaw reported as those of any thread are; Textual would print its source."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        told = (type(error), error, error.__traceback__, threading.current_thread())
        threading.excepthook(threading.ExceptHookArgs(told))


class TerminalDriver(AskingDriver):
    """Reads keys as Textual's own driver does, but lives on when they are garbage, and when the terminal has gone.

    Textual's decodes strictly and parses without a net: one byte of Latin-1 in a paste, or a key's code too large
    for a character, ends the program with a listing of its source on the screen.

    Attributes:
        written: Bytes written so far.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._held = ""
        self._outlet = Outlet(cast(IO[str], self._file), self._hang_up)
        self._file = cast(Any, self._outlet)
        self._reports = Reports()
        self.pasting = Pasting()
        self.written = 0

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken what was painted last."""
        return self._writer_thread is not None and self._writer_thread._queue.qsize() > MOST_WAITING

    def write(self, data: str) -> None:
        """Write something; it is lost while the terminal is lent to somebody else, or has long taken nothing."""
        self.written += len(data) if data.isascii() else len(data.encode("utf-8", "replace"))
        thread = self._writer_thread
        if thread is not None and thread.is_alive() and not thread._queue.full():
            self._outlet.given += 1
            super().write(data)

    def stop_application_mode(self) -> None:
        """Give the terminal back, also one that takes nothing."""
        self.write(self._outlet.clear(self._writer_thread))
        super().stop_application_mode()

    def _hang_up(self) -> None:
        """Have the program end, from whatever thread notices that the terminal has gone."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(cast(_Told, self._app).hang_up)

    def run_input_thread(self) -> None:
        """Read and hand on what the terminal sends, until the screen is closed."""
        parser = XTermParser(self._debug)
        with _reported(), selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            decode = getincrementaldecoder(self.charset)("replace").decode
            while not self.exit_event.is_set():
                text = ""
                if selector.select(_WAIT):
                    data = self._read()
                    if not data:
                        self._hang_up()
                        return
                    while MANY <= len(data) < _MOST_AT_ONCE and selector.select(_GAP) and (more := self._read()):
                        data += more
                    text = self._without_answers(decode(data))
                else:
                    text, self._held = self._held, ""
                parser = self._take(parser, text)

    def _take(self, parser: XTermParser, text: str) -> XTermParser:
        """Post the events of what came, or of nothing having come; returns the parser to go on with."""
        keys = ""
        for cut in self.pasting.cut(self._reports.take(self.heard(text))):
            for piece in [Paste(cut.text)] if isinstance(cut, Pasted) else many(cut):
                if isinstance(piece, Paste):
                    self.process_message(piece)
                else:
                    keys = piece
                    parser = self._hand_on(parser, keys)
        return parser if keys else self._hand_on(parser, "")

    def _without_answers(self, text: str) -> str:
        """Take out of what the terminal sent its answers about what has arrived; a part of one is held."""
        text = self._held + text
        text, answers = _WELL.subn("", text)
        part = _PART.search(text) if cast(_Told, self._app).asks else None
        self._held = part.group() if part else ""
        for _ in range(answers):
            self._loop.call_soon_threadsafe(cast(_Told, self._app).arrived)
        return text.removesuffix(self._held)

    def _read(self) -> bytes:
        """Read what the terminal has sent; nothing where it is gone, and would be read from for ever."""
        try:
            return os.read(self.fileno, _BYTES)
        except OSError:
            return b""

    def _sigtstp_application(self, *_: object) -> None:
        """Stop, once the program is between two of its steps: it may be writing to the terminal just now."""
        self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        """Give the terminal back, and only then stop, with all that the shell started along with the program.

        A shell goes on once what it started is stopped: where that is a script, the script must stop too, but not
        while the terminal is still in use.
        """
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        is_job = os.getpgrp() != os.getsid(0)
        os.kill(0 if is_job else os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Go on after having been stopped, once the program is between two of its steps."""
        self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Take the terminal again.

        Who is stopped by SIGSTOP has had no time to end the threads at the terminal, and would begin them twice:
        two that read take each other's keys, and one is left behind when the program ends.
        """
        if self._auto_restart and not self._must_signal_resume:
            self._leave_terminal()
            self._must_signal_resume = True
        super()._sigcont_application()

    def _leave_terminal(self) -> None:
        """End the threads and give the terminal back, as Textual does, but keep what has been typed meanwhile."""
        self.write(self._outlet.clear(self._writer_thread))
        self.exit_event.set()
        if self._key_thread is not None:
            self._key_thread.join()
        self.exit_event.clear()
        if self.attrs_before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self.write(f"{handback.KEYBOARD_RESET}\x1b[?1049l")
        self.close()

    def _hand_on(self, parser: XTermParser, text: str) -> XTermParser:
        """Parse a text and post the events; returns the parser to go on with.

        Where the parser fails, the text is parsed once more without its control sequences, so that letters which
        came along with garbage are not lost.
        """
        posted = 0
        try:
            for event in parser.feed(_FOCUS.sub(r"\1", _ABSURD.sub("", text))) if text else ():
                self.process_message(event)
                posted += 1
            for event in parser.tick():
                self.process_message(event)
            return parser
        except Exception as error:  # noqa: BLE001 - whatever a parser makes of garbage, the program goes on
            _log.warning("input that is no key was dropped: %s", described(error))
        fresh = XTermParser(self._debug)
        with contextlib.suppress(Exception):
            for event in islice(fresh.feed(_SEQUENCE.sub("", text)), posted, None):
                self.process_message(event)
        return fresh
