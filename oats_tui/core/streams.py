"""Input, output and errors, where the program was started without one of them."""

from __future__ import annotations

import os
import sys

_FILES = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


def open_missing() -> None:
    """Open what is closed as something that is empty and takes everything.

    Otherwise the next file that is opened, such as a session's, would take the number of the output.
    """
    for number, name, mode in _FILES:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            stream = open(number, mode, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - stays
            setattr(sys, name, stream)
