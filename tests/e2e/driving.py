"""Starting the program in every shape the tests need, and reading what it leaves on disk."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from oats_tui.provider.embedded.weights import place
from tests.support import weights
from tests.support.launch import QUIT, READY, program_environment
from tests.support.replies import KNOWN
from tests.support.terminal import Terminal

HOOKED = Path(__file__).parents[1] / "support" / "hooked.py"
RETRY = "\x18R"
DELETE = "\x18d"
NEW = "\x0e"
ESCAPE = "\x1b"
ASK_AGAIN = "Ask again with ctrl+x R"

# From so many columns on, the list stands beside the messages, and is so wide.
WIDE = 70

# What stands beside the text: the bar of a person's messages, the scrollbar.
_FRAMES = str.maketrans("▎▐", "  ")

Session = dict[str, Any]


def start(
    tmp_path: Path,
    *args: str,
    without: Sequence[str] = (),
    size: tuple[int, int] = (120, 40),
    env: Mapping[str, str] | None = None,
    services: Mapping[str, str] | None = None,
    known: Collection[int] = KNOWN,
) -> Terminal:
    """Start oats-tui below a folder, as `launch` does.

    Args:
        tmp_path: See `launch`.
        *args: See `launch`.
        without: The parts to take away, see `tests/support/hooked.py`.
        size: Columns and rows of the terminal.
        env: Variables to set beside the usual ones.
        services: See `launch`.
        known: The private modes that the terminal says it knows.
    """
    environment = program_environment(tmp_path, services) | dict(env or {})
    program = ["-P", str(HOOKED), *without, "--"] if without else ["-m", "oats_tui"]
    argv = [sys.executable, *program, *args]
    columns, rows = size
    return Terminal(argv, environment, environment["HOME"], columns=columns, rows=rows, known=known)


def put_model(tmp_path: Path) -> None:
    """Make the embedded model's file a part of the cache of a home where nobody has ever been."""
    path = place(tmp_path / "home" / ".cache" / "oats-tui")
    path.parent.mkdir(parents=True)
    path.symlink_to(weights.model_file())


def ready(terminal: Terminal) -> None:
    """Wait until the program can be typed into and has read the list."""
    terminal.wait_for(READY)
    terminal.wait_gone("loading…")


def ask(terminal: Terminal, text: str) -> float:
    """Type a message and send it; returns the time of the enter key."""
    terminal.send(text)
    terminal.wait_for(text[-20:])
    return terminal.send("\r")


def quit_cleanly(terminal: Terminal) -> None:
    """Quit by ctrl+q, and see that nothing stays behind: no code, no changed terminal, no process."""
    terminal.send(QUIT)
    assert terminal.wait_exit(30).code == 0
    assert terminal.restored() == []
    assert terminal.left_running() == []


def status(terminal: Terminal) -> str:
    """The status bar's line."""
    return terminal.lines[-1]


def wait_status(terminal: Terminal, word: str, timeout: float = 60.0) -> float:
    """Wait until the status bar begins with a word."""
    return terminal.wait_for(lambda screen: screen.rsplit("\n", 1)[-1].startswith(f" {word}"), timeout)


def fold(text: str) -> str:
    """A text without its blanks and line ends: the screen breaks lines where it likes."""
    return "".join(text.translate(_FRAMES).split())


def wait_folded(terminal: Terminal, text: str, timeout: float = 60.0) -> float:
    """Wait until the messages' pane shows a text, however it is broken into lines."""
    columns = terminal.emulator.columns
    left = max(26, columns * 28 // 100) if columns >= WIDE else 0

    def shown(screen: str) -> bool:
        return fold(text) in fold("\n".join(line[left:] for line in screen.split("\n")))

    return terminal.wait_for(shown, timeout)


def folder(tmp_path: Path) -> Path:
    """The folder of the sessions."""
    return tmp_path / "data" / "sessions"


def saved(tmp_path: Path) -> list[Session]:
    """The sessions on disk, as JSON has them, the oldest first."""
    found = [json.loads(path.read_bytes()) for path in folder(tmp_path).glob("*.json")]
    return sorted(found, key=lambda session: str(session["info"]["time"]["created"]))


def saved_as(tmp_path: Path, title: str) -> Session:
    """The one session on disk of this title."""
    (session,) = [session for session in saved(tmp_path) if session["info"]["title"] == title]
    return session


def texts(session: Session) -> list[tuple[str, str]]:
    """Who said what in a session."""
    messages = session["messages"]
    return [(m["role"], "".join(part.get("content", "") for part in m["parts"])) for m in messages]


def until(condition: Callable[[], bool], what: str, timeout: float = 30.0) -> None:
    """Wait for something that happens on disk. Raises AssertionError if it does not."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout:g} s until {what}"
        time.sleep(0.01)


def write_session(tmp_path: Path, title: str, said: Sequence[tuple[str, str]] = (), **info: Any) -> str:
    """Put a session's file into the folder, as another program would; returns its id."""
    from oats_tui.session import Session as Model
    from oats_tui.session import SessionInfo

    made = Model(info=SessionInfo(title=title, project_dir="/p", working_dir="/p", **info))
    for role, text in said:
        if role == "user":
            made.create_user_message(text)
        else:
            made.create_assistant_message().add_text(text)
    path = folder(tmp_path) / f"{made.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.model_dump_json(indent=2), "utf-8")
    return made.id
