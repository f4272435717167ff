"""Input from a terminal that may send anything."""

from __future__ import annotations

import logging
import os
import selectors
from codecs import getincrementaldecoder

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from oats_tui.core.log import described

_BYTES = 4096
_WAIT = 0.1

_log = logging.getLogger(__name__)


class TerminalDriver(LinuxDriver):
    """Reads keys as Textual's own driver does, but lives on when they are garbage.

    Textual's decodes strictly and parses without a net: one byte of Latin-1 in a paste, or a key's code too large
    for a character, ends the program with a listing of its source on the screen.
    """

    def run_input_thread(self) -> None:
        """Read and hand on what the terminal sends, until the screen is closed."""
        parser = XTermParser(self._debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            decode = getincrementaldecoder("utf-8")("replace").decode
            while not self.exit_event.is_set():
                text = ""
                if selector.select(_WAIT):
                    text = decode(os.read(self.fileno, _BYTES))
                parser = self._hand_on(parser, text)

    def _hand_on(self, parser: XTermParser, text: str) -> XTermParser:
        """Parse a text and post the events; returns the parser to go on with."""
        try:
            if text:
                for event in parser.feed(text):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
        except (ValueError, OverflowError, IndexError, KeyError, TypeError) as error:
            _log.warning("input that is no key was dropped: %s", described(error))
            return XTermParser(self._debug)
        return parser
