"""By which way text gets to the clipboard of whoever sits at the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oats_tui.core.terminal import is_remote, multiplexer

_PROGRAMS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)


_BEYOND = "sent; your own tmux takes it only with set-clipboard on"


@dataclass(frozen=True, slots=True)
class Way:
    """How text gets to a clipboard.

    Attributes:
        program: The command that takes it on its standard input; empty where the terminal takes it by itself.
        told: Where it is then, as the end of a sentence.
        through_screen: Whether GNU screen stands between here and the terminal.
    """

    program: tuple[str, ...] = ()
    told: str = "sent to the terminal's clipboard"
    through_screen: bool = False


def way_of(environ: Mapping[str, str], find: Callable[[str], str | None] = shutil.which) -> Way:
    """Return how text gets to the clipboard of whoever sits at the terminal.

    Args:
        environ: The environment.
        find: Finds a program.
    """
    if environ.get("TMUX") and find("tmux"):
        return Way(("tmux", "load-buffer", "-w", "-"), "in tmux's buffer, and sent on to the terminal's clipboard")
    if not is_remote(environ):
        for variable, program in _PROGRAMS:
            if environ.get(variable) and find(program[0]):
                return Way(program, "in the clipboard")
        if find("pbcopy") and not environ.get("STY"):
            return Way(("pbcopy",), "in the clipboard")
    if environ.get("STY"):
        return Way(through_screen=True)
    return Way(told=_BEYOND) if multiplexed_beyond(environ) else Way()


def multiplexed_beyond(environ: Mapping[str, str]) -> bool:
    """Return whether tmux or GNU screen seem to run at the other end of the line, where nobody can ask them."""
    is_around_here = environ.get("TMUX") or environ.get("STY")
    return bool(multiplexer(environ)) and not is_around_here and is_remote(environ)
