"""A driver that asks the terminal what it is, and writes only what that can show."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from oats_tui.core import handback
from oats_tui.core.terminal import charset, size
from oats_tui.ui.answers import GROUND_QUESTION, MARGINS_QUESTION, WIDTH_QUESTION, Answers
from oats_tui.ui.plain import table_for

LATEST = 0.5
"""Seconds from the question in which the program's end waits for the answer, which would come to the shell."""

# Terminals that would draw the question.
_DUMB = ("linux", "vt52", "vt100", "vt102", "vt220", "ansi")


class TerminalTold(Message):
    """The terminal has told what it is.

    Args:
        light: Whether its ground is light; None where it has not told.
        utf8: Whether it turned out to know UTF-8, of which its locale says nothing.
    """

    def __init__(self, *, light: bool | None, utf8: bool) -> None:
        super().__init__()
        self.light = light
        self.utf8 = utf8


class AskingDriver(LinuxDriver):
    """Asks the terminal for its ground and letters once it is in use; nothing waits for the answers."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.answers = Answers()
        self._charset = charset(os.environ)
        self._plain = table_for(self._charset, getattr(sys.__stderr__, "encoding", None))
        self._is_first = True

    @property
    def charset(self) -> str:
        """The character set in which keys come."""
        return "utf-8" if self._charset in (None, "ascii") else str(self._charset)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the terminal's columns and lines."""
        return size(self.fileno)

    def write(self, data: str) -> None:
        """Write what the terminal can show of something."""
        super().write(data if self._plain is None else self._plain.fit(data))

    def _enable_mouse_support(self) -> None:
        """Have buttons, the wheel and drags told; where the mouse merely moves is nobody's business."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        """Have nothing told of the mouse any more."""
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1002l\x1b[?1000l")

    def start_application_mode(self) -> None:
        """Take the terminal; the first time, ask what it is."""
        handback.take(self.fileno)
        # A program before may have left it so; what is written would be lost where the terminal is slow.
        with contextlib.suppress(OSError):
            os.set_blocking(self.fileno, True)
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual's
        if self._is_first and self.input_tty and os.environ.get("TERM") not in _DUMB:
            self._ask()
        self._is_first = False

    def _ask(self) -> None:
        """Ask the terminal, in an order in which the ground's colour is told last."""
        is_unsure = self._charset is None
        # Apple's terminal would print the end of the question.
        has_modes = os.environ.get("TERM_PROGRAM") != "Apple_Terminal"
        self.answers.asked(width=is_unsure, margins=has_modes)
        if is_unsure:
            plain, self._plain = self._plain, None
            self.write(WIDTH_QUESTION)
            self._plain = plain
        self.write(f"{MARGINS_QUESTION}{GROUND_QUESTION}" if has_modes else GROUND_QUESTION)

    def heard(self, text: str) -> str:
        """Return what of something that came from the terminal has been typed, and tell what it answered."""
        before = self.answers.told.light, self.answers.told.utf8
        typed = self.answers.take(text)
        now = self.answers.told.light, self.answers.told.utf8
        if now != before:
            if now[1]:
                self._plain = None
            self.process_message(TerminalTold(light=now[0], utf8=bool(now[1]) and now[1] != before[1]))
        return typed

    def stop_application_mode(self) -> None:
        """Give the terminal back; an answer that is on its way is waited for."""
        if self._key_thread is not None and self._key_thread.is_alive():
            self.answers.settled.wait(max(0.0, LATEST - self.answers.age))
        self.write(handback.KEYBOARD_RESET)
        super().stop_application_mode()

    def close(self) -> None:
        """Have everything written. Where nobody writes any more, the terminal is given back by others."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().close()
            handback.given_back()
