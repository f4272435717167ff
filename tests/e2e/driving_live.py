"""Several windows on one folder, and other programs that write in it: what the tests of live news share."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from oats_tui.session import Session
from tests.e2e.driving import folder, until
from tests.support.fake_service import DONE, FakeService, Pause, Reply, Silence, Step, chunk
from tests.support.terminal import Terminal

INTERRUPTED = "Interrupted: the program ended before the answer did."
WAITS = "It waits in another window until the answer before it is complete."
DELETED = "deleted elsewhere: ctrl+x z puts it back"
OLD_COPY = "Another program wrote an old copy."

ANSWERING, ELSEWHERE, WRITING, DAMAGED, FAILED, UNREAD, NOTHING = "●", "○", "…", "✗", "!", "•", " "

SOON = 9.0
"""Seconds that a busy machine may take for what is said to take three."""
STILL = 1.0
"""Seconds for which nothing may happen."""
NOBODY = {"fake": "http://127.0.0.1:9/v1"}
"""A service that nobody asks anything."""

PUT_BACK = "\x18z"
NEEDING = "\x18u"
LIST = "\x13"
PAGE_UP = "\x1b[5~"
LOOK_AWAY, LOOK_BACK = "\x1b[O", "\x1b[I"

LIST_WIDTH = 33
"""How many columns the list has in a terminal of 120."""


class Service(FakeService):
    """A service whose silences can be ended, and held again."""

    def hold(self) -> None:
        """Have the silences from now on wait for another `release`."""
        self._released.clear()


def held_answer(before: Sequence[str], after: Sequence[str] = (), pace: float = 0.02) -> Reply:
    """An answer that comes word by word, stops until the service is released, and then comes to its end."""
    steps: list[Step] = []
    for word in before:
        steps += (chunk({"content": word}), Pause(pace))
    steps.append(Silence())
    steps += [chunk({"content": word}) for word in after]
    return Reply((*steps, chunk({}, "stop"), DONE))


def words(name: str, count: int) -> list[str]:
    """The words of an answer, each with its number."""
    return [f"{name}{number} " for number in range(count)]


def pane(screen: str) -> str:
    """What stands beside the list, without the status bar."""
    return "\n".join(line[LIST_WIDTH:] for line in screen.split("\n")[:-1])


def bar(screen: str) -> str:
    """The status bar."""
    return screen.rsplit("\n", 1)[-1]


def rows(screen: str) -> dict[str, str]:
    """The list: the mark of each session by its title."""
    shown = [line[:LIST_WIDTH] for line in screen.split("\n")[:-1]]
    return {line[2:].split("  ")[0].strip(): line[0] for line in shown if line[2:].strip()}


def mark(screen: str, title: str) -> str | None:
    """The mark of the session whose title begins so; None if the list does not show it."""
    return next((sign for name, sign in rows(screen).items() if name.startswith(title)), None)


def wait_mark(terminal: Terminal, title: str, sign: str, timeout: float = 30.0) -> float:
    """Wait until the list shows a session with a mark."""
    try:
        return terminal.wait_for(lambda screen: mark(screen, title) == sign, timeout)
    except AssertionError:
        raise AssertionError(terminal.describe(f"waited {timeout:g} s for {sign!r} at {title!r}")) from None


def wait_pane(terminal: Terminal, text: str, timeout: float = 30.0) -> float:
    """Wait until a text stands in the messages' pane, on one line."""
    try:
        return terminal.wait_for(lambda screen: text in pane(screen), timeout)
    except AssertionError:
        raise AssertionError(terminal.describe(f"waited {timeout:g} s for {text!r} in the pane")) from None


def stays(terminal: Terminal, check: Callable[[str], bool], what: str, moment: float | None = None) -> None:
    """See that something holds of the screen in every frame up to a moment, by default for a second.

    Raises:
        AssertionError: It does not, once. Shows the frame.
    """

    def broken() -> bool:
        """Look at the frame that was drawn last; what has been read beyond it is not drawn yet."""
        return not check("\n".join(terminal.emulator.lines()))

    end = time.monotonic() + STILL if moment is None else moment
    if broken() or terminal.pump(end, broken) is not None:
        raise AssertionError(terminal.describe(f"it does not hold any more that {what}"))


def path_of(tmp_path: Path, session_id: str) -> Path:
    """A session's file."""
    return folder(tmp_path) / f"{session_id}.json"


def read(tmp_path: Path, session_id: str) -> Session:
    """A session as its file has it."""
    return Session.model_validate_json(path_of(tmp_path, session_id).read_bytes())


def said(tmp_path: Path, session_id: str) -> list[str]:
    """What the messages in a session's file say; nothing while it cannot be read."""
    try:
        return [message.get_text_content() for message in read(tmp_path, session_id).messages]
    except (OSError, ValueError):
        return []


def content(session: Session) -> bytes:
    """A session as another program writes it."""
    return session.model_dump_json(indent=2).encode()


def put(path: Path, data: bytes) -> None:
    """Put a file in the place of another, as most programs do."""
    beside = path.with_suffix(".tmp-of-somebody")
    beside.write_bytes(data)
    beside.replace(path)


def say_elsewhere(tmp_path: Path, session_id: str, text: str) -> None:
    """Have another program add a message of a person."""
    session = read(tmp_path, session_id)
    session.create_user_message(text)
    put(path_of(tmp_path, session_id), content(session))


def write_in_place(path: Path, data: bytes, seconds: float, steps: int) -> None:
    """Write a file as a slow program does that opens it and writes on and on; it is torn for so long."""
    size = len(data) // (steps + 1)
    with path.open("wb", buffering=0) as file:
        for step in range(steps):
            file.write(data[step * size : (step + 1) * size])
            time.sleep(seconds / steps)
        file.write(data[steps * size :])


def outcomes(tmp_path: Path, session_id: str) -> list[str]:
    """How the answers of a session ended that did not end well, as it is written beside the session."""
    path = tmp_path / "data" / "oats_tui" / "meta" / f"{session_id}.json"
    if not path.exists():
        return []
    found: dict[str, Any] = json.loads(path.read_bytes())
    return [outcome["state"] for outcome in found.get("outcomes", {}).values()]


def requests(tmp_path: Path) -> list[str]:
    """The names of the requests that nobody has taken yet."""
    try:
        return os.listdir(tmp_path / "data" / "oats_tui" / "requests")
    except FileNotFoundError:
        return []


def wait_said(tmp_path: Path, session_id: str, texts: Sequence[str], timeout: float = 30.0) -> None:
    """Wait until a session's file says exactly this."""
    wanted = list(texts)
    until(lambda: said(tmp_path, session_id) == wanted, f"the file says {wanted}", timeout)
