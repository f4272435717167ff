"""Does tmux hand on what this program sends to the terminal? Each remedy is a line for tmux.conf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from oats_tui.doctor.finding import Finding

Run = Callable[[Sequence[str]], str | None]

_KEEP = "Write into ~/.tmux.conf, and run tmux source-file ~/.tmux.conf: "


def check_tmux(environ: Mapping[str, str], run: Run) -> Iterator[Finding]:
    """Say whether what is copied reaches the terminal around tmux, and notifications with it.

    Args:
        environ: The environment.
        run: Runs a program.
    """
    clipboard = run(("tmux", "show-options", "-sv", "set-clipboard")) if environ.get("TMUX") else None
    if clipboard is None:
        what = "This is a terminal of tmux, but tmux does not answer here, so what is copied may be lost."
        yield Finding("clipboard", "warning", what, "/plain shows a message for the mouse, /write makes a file.")
        return
    yield from _clipboard(clipboard, run)
    if run(("tmux", "show-options", "-gv", "allow-passthrough")) == "off":
        yield Finding(
            "terminal",
            "note",
            "tmux hands on no notifications and no pictures (allow-passthrough off); its bell is rung instead.",
            f"{_KEEP}set -g allow-passthrough on",
        )
    if run(("tmux", "show-options", "-gv", "focus-events")) == "off":
        yield Finding(
            "terminal",
            "note",
            "tmux does not tell whether you look (focus-events off), so of the open session you are not notified.",
            f"{_KEEP}set -g focus-events on",
        )


def check_tmux_beyond() -> Iterator[Finding]:
    """Say what becomes of what is copied where tmux runs at the other end of the line, and cannot be asked."""
    what = "tmux or GNU screen runs at the other end of the line; tmux drops what is copied unless it is set up."
    yield Finding("clipboard", "warning", what, f"On the machine where tmux runs: {_KEEP}set -s set-clipboard on")


def _clipboard(setting: str, run: Run) -> Iterator[Finding]:
    """Say whether what is copied reaches the terminal around tmux."""
    told = run(("tmux", "display-message", "-p", "#{client_termname} #{client_termfeatures}")) or ""
    name, _, features = told.partition(" ")
    if setting == "off":
        yield Finding(
            "clipboard",
            "warning",
            "What is copied stays in tmux’s buffer (prefix ] pastes it): set-clipboard is off.",
            f"{_KEEP}set -s set-clipboard on",
        )
    elif name and "clipboard" not in features.split(","):
        yield Finding(
            "clipboard",
            "warning",
            f"What is copied stays in tmux’s buffer (prefix ] pastes it): tmux takes it that {name}, "
            "the terminal around it, has no clipboard.",
            f"If it has: {_KEEP}set -as terminal-features ',{name}:clipboard'",
        )
    elif name:
        what = (
            f"What is copied goes into tmux’s buffer, and on to the terminal around it (set-clipboard {setting})."
        )
        yield Finding("clipboard", "ok", what)
    else:
        what = (
            f"What is copied goes into tmux’s buffer (set-clipboard {setting}); no terminal is attached to it now."
        )
        yield Finding("clipboard", "ok", what)
