"""What the system's description of terminals says about this one."""

from __future__ import annotations


def erases_in_colour() -> bool:
    """Return whether cells that are erased take on the ground that is set; no where nobody knows."""
    import curses

    try:
        curses.setupterm()
        return curses.tigetflag("bce") == 1
    except (curses.error, OSError, ValueError, TypeError):
        return False
