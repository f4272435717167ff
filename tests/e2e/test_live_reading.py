"""What a person is looking at while others write: nothing moves, and what was not read is marked."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from tests.e2e.driving import ask, quit_cleanly, ready, start, until, wait_status, write_session
from tests.e2e.driving_live import (
    ELSEWHERE,
    FAILED,
    LIST,
    LOOK_AWAY,
    LOOK_BACK,
    NEEDING,
    NOBODY,
    NOTHING,
    PAGE_UP,
    STILL,
    UNREAD,
    Service,
    pane,
    rows,
    said,
    say_elsewhere,
    stays,
    wait_mark,
    wait_pane,
    words,
)
from tests.support.fake_service import answer, failure
from tests.support.terminal import Terminal

TALL = (120, 60)
"""A terminal in which fifty sessions have room."""
DOWN = "\x1b[B"


def marked(terminal: Terminal) -> dict[str, str]:
    """The sessions of the list that have a mark."""
    return {title: sign for title, sign in rows(terminal.screen()).items() if sign != NOTHING}


def wait_written(tmp_path: Path, session_id: str) -> None:
    """Wait until it is written down that a session was read."""
    path = tmp_path / "home" / ".local" / "state" / "oats-tui" / "read.json"
    until(lambda: path.exists() and session_id in path.read_text("utf-8"), "the reading is written down")


def fifty(tmp_path: Path) -> list[str]:
    """Fifty sessions, the newest last; returns their ids."""
    said = [("user", "Asked"), ("assistant", "Answered")]
    return [
        write_session(tmp_path, f"Old {number}.", [*said, ("user", f"Says {number}.")]) for number in range(50)
    ]


def test_what_was_not_read_is_marked_until_it_is_read_in_any_window(tmp_path: Path) -> None:
    ids = fifty(tmp_path)
    with (
        start(tmp_path, "-r", ids[0], size=TALL, services=NOBODY) as a,
        start(tmp_path, "-r", ids[1], size=TALL) as b,
    ):
        for window, number in ((a, 0), (b, 1)):
            wait_pane(window, f"Says {number}.")
            window.wait_for("Old 20.")
            assert marked(window) == {}
            window.send(NEEDING)
            window.wait_for("no session needs you")
            wait_written(tmp_path, ids[number])
        b.send(LOOK_AWAY)
        say_elsewhere(tmp_path, ids[30], "News of 30")
        for window in (a, b):
            wait_mark(window, "Old 30.", UNREAD)
        a.send(NEEDING)
        wait_pane(a, "News of 30")
        wait_mark(a, "Old 30.", NOTHING)
        wait_mark(b, "Old 30.", NOTHING)
        # What lies open while somebody looks elsewhere has not been read.
        say_elsewhere(tmp_path, ids[1], "News of 1")
        wait_mark(b, "Old 1.", UNREAD)
        b.send(LOOK_BACK)
        wait_mark(b, "Old 1.", NOTHING)
        for window in (a, b):
            quit_cleanly(window)
    say_elsewhere(tmp_path, ids[40], "News of 40")
    with start(tmp_path, "-r", ids[0], size=TALL) as a:
        wait_mark(a, "Old 40.", UNREAD)
        assert marked(a) == {"Old 40.": UNREAD}
        quit_cleanly(a)


def test_the_key_for_what_needs_somebody_goes_to_failures_first(tmp_path: Path) -> None:
    ids = [write_session(tmp_path, f"Old {number}.", [("user", f"Says {number}.")]) for number in range(4)]
    service = Service(failure(401, "No such key"))
    with (
        service,
        start(tmp_path, "-r", ids[0], services={"fake": service.url}) as a,
        start(tmp_path, "-r", ids[1]) as b,
    ):
        for window, number in ((a, 0), (b, 1)):
            wait_pane(window, f"Says {number}.")
        ask(a, "Will it work?")
        wait_status(a, "failed")
        say_elsewhere(tmp_path, ids[2], "News of 2")
        wait_mark(b, "Old 0.", FAILED)
        wait_mark(b, "Old 2.", UNREAD)
        b.send(NEEDING)
        wait_pane(b, "Will it work?")
        b.send(NEEDING)
        wait_pane(b, "News of 2")
        wait_mark(b, "Old 2.", NOTHING)
        b.send(NEEDING)
        wait_pane(b, "Will it work?")
        b.send(NEEDING)
        b.wait_for("no session needs you")
        assert marked(b) == {"Old 0.": FAILED}


def long_session(tmp_path: Path) -> str:
    """A session of many screens; returns its id."""
    said = [(role, f"{role} says {number}") for number in range(80) for role in ("user", "assistant")]
    return write_session(tmp_path, "Long", said)


def reading(screen: str) -> list[str]:
    """What is before a reader's eyes, and what is written, without the scrollbar and the count of news."""
    lines = pane(screen).splitlines()
    last = max(map(len, lines)) - 1
    return [re.sub(r" +\d+ new ↓ *$", "", line[:last]).rstrip() for line in lines]


def draft(terminal: Terminal) -> str:
    """The last line above the status bar: where one writes."""
    return pane(terminal.screen()).splitlines()[-1].strip()


def disturb(tmp_path: Path, session_id: str, others: list[str]) -> None:
    """Write in a session, and in others, for more than two seconds."""
    for number in range(6):
        for each, text in ((others[number], "News"), (session_id, f"By somebody else {number}")):
            say_elsewhere(tmp_path, each, text)
            time.sleep(0.2)


def test_what_is_read_and_written_stays_where_it_is(tmp_path: Path) -> None:
    others = [write_session(tmp_path, f"Old {number}.", [("user", "Asked")]) for number in range(10)]
    identifier = long_session(tmp_path)
    service = Service(answer(words("new", 60), pace=0.03))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as a,
        start(tmp_path, "-r", identifier) as b,
    ):
        for window in (a, b):
            wait_pane(window, "assistant says 79")
        b.send(PAGE_UP * 3)
        b.wait_for("more below")
        b.send("My unfinished thought")
        b.wait_for("My unfinished thought")
        b.quiet()
        seen = reading(b.screen())
        writer = threading.Thread(target=disturb, args=(tmp_path, identifier, others))
        writer.start()
        ask(a, "Go on")
        wait_mark(b, "Long", ELSEWHERE)
        wait_status(a, "ready")
        writer.join()
        wait_pane(a, "By somebody else 5")
        stays(
            b,
            lambda screen: reading(screen) == seen,
            "neither the messages nor the draft move",
            time.monotonic() + STILL,
        )
        assert draft(b) == "My unfinished thought"
        assert list(rows(b.screen()))[:2] == ["Long", "Old 5."]
        expected = {"".join(words("new", 60)), "Go on", *(f"By somebody else {number}" for number in range(6))}
        until(lambda: expected <= set(said(tmp_path, identifier)), "everything is in the file")


def test_the_cursor_of_the_list_stays_on_its_session(tmp_path: Path) -> None:
    for number in range(60):
        write_session(tmp_path, f"Old {number}.", [("user", f"Says {number}.")])
    with start(tmp_path, services=NOBODY) as a:
        ready(a)
        a.send(LIST)
        a.quiet()
        a.send(DOWN * 5)
        a.quiet()
        # The newest is on top: the cursor is on the sixth.
        line = list(rows(a.screen())).index("Old 54.")
        shown = list(rows(a.screen()))
        for number in range(20):
            write_session(tmp_path, f"New {number}.", [("user", f"Says new {number}.")])
        stays(a, lambda screen: list(rows(screen)) == shown, "the list stands still", time.monotonic() + 2 * STILL)
        assert list(rows(a.screen()))[line] == "Old 54."
        a.send("\r")
        wait_pane(a, "Says 54.")
        a.wait_for("New 19.")
