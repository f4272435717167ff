"""What other programs do to the session that is open: old copies, deletions, broken files, a folder that goes."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.driving import DELETE, ask, folder, start, until, wait_status, write_session
from tests.e2e.driving_live import (
    DAMAGED,
    DELETED,
    NOBODY,
    NOTHING,
    OLD_COPY,
    PUT_BACK,
    SOON,
    STILL,
    UNREAD,
    WRITING,
    Service,
    bar,
    content,
    mark,
    pane,
    path_of,
    put,
    read,
    rows,
    said,
    stays,
    wait_mark,
    wait_pane,
    wait_said,
    write_in_place,
)
from tests.support.duel import Duellist
from tests.support.fake_service import answer
from tests.support.terminal import Terminal

TITLE = "Sieves"
OLD = [("user", "What is it?"), ("assistant", "A tool.")]
MANY = 500
"""How many files arrive at once."""
TEXTS = [text for _, text in OLD]


class Watched:
    """What a window shows over time, frame by frame.

    Args:
        terminal: The window.
        never_gone: Texts that must stay in the messages' pane.
        counted: A text whose comings are counted.
    """

    def __init__(self, terminal: Terminal, never_gone: list[str], counted: str) -> None:
        self.terminal = terminal
        self.came = 0
        self._never_gone = never_gone
        self._counted = counted
        self._there = terminal.screen().count(counted)

    def frame(self, done: str) -> bool:
        """Look at a frame; returns whether it shows a text."""
        screen = "\n".join(self.terminal.emulator.lines())
        shown = pane(screen)
        missing = [text for text in self._never_gone if text not in shown]
        assert missing == [], self.terminal.describe(f"{missing} went off the screen")
        there = screen.count(self._counted)
        self.came += max(0, there - self._there)
        self._there = there
        return done in screen

    def until(self, deadline: float, done: str = "\0") -> bool:
        """Watch until a text stands on the screen, or to the deadline; returns whether it does."""
        return self.frame(done) or self.terminal.pump(deadline, lambda: self.frame(done)) is not None


def test_an_old_copy_of_oats_takes_nothing_off_the_screen(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE, OLD)
    service = Service(answer(["Our answer."]))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as ours,
        start(tmp_path, "-r", identifier) as same,
        Duellist(tmp_path / "data", tmp_path) as oats,
    ):
        for window in (ours, same):
            wait_pane(window, "A tool.")
        oats.do("hold", session_id=identifier)
        ask(ours, "Our question")
        for window in (ours, same):
            wait_pane(window, "Our answer.")
            wait_status(window, "ready")
        wait_said(tmp_path, identifier, [*TEXTS, "Our question", "Our answer."])
        shown = [*TEXTS, "Our question", "Our answer."]
        watched = [Watched(window, shown, OLD_COPY) for window in (ours, same)]
        oats.do("save", session_id=identifier, say="Theirs")
        written = time.monotonic()
        everything = [*TEXTS, "Our question", "Our answer.", "Theirs"]
        until(lambda: set(said(tmp_path, identifier)) >= set(everything), "the file has all again", SOON)
        for each in watched:
            assert each.until(written + SOON, "Theirs")
        number = "2 messages that it lacked were put back."
        while not any(each.until(time.monotonic() + STILL, number) for each in watched):
            assert time.monotonic() < written + SOON
        for each in watched:
            each.until(time.monotonic() + STILL)
        assert sum(each.came for each in watched) == 1
    assert sorted(said(tmp_path, identifier)) == sorted(everything)


@pytest.mark.full
def test_oats_with_one_old_copy_in_hand_takes_nothing_off_the_screen(
    tmp_path: Path,
) -> None:
    identifier = write_session(tmp_path, TITLE, OLD)
    service = Service(answer(["Our answer."]))
    with (
        service,
        start(tmp_path, "-r", identifier, size=(120, 100), services={"fake": service.url}) as ours,
        Duellist(tmp_path / "data", tmp_path) as oats,
    ):
        wait_pane(ours, "A tool.")
        oats.do("hold", session_id=identifier)
        ask(ours, "Our question")
        wait_pane(ours, "Our answer.")
        wait_status(ours, "ready")
        watched = Watched(ours, [*TEXTS, "Our question", "Our answer."], OLD_COPY)
        oats.start("append", session_id=identifier, count=20, fresh=False, pause=0.4)
        assert watched.until(time.monotonic() + 60, "oats 19")
        everything = {*TEXTS, "Our question", "Our answer.", *oats.wait()["said"]}
        until(lambda: set(said(tmp_path, identifier)) == everything, "the file has all again")
        watched.until(time.monotonic() + STILL)


def check_deleted(window: Terminal) -> None:
    """See that the open session stays readable, and that nothing can be written into it."""
    window.wait_for(lambda screen: DELETED in bar(screen))
    assert all(text in pane(window.screen()) for text in TEXTS)
    assert mark(window.screen(), TITLE) is None
    ask(window, "Into the void")
    window.wait_for("This session is gone.")
    window.wait_for(lambda screen: "Into the void" in pane(screen).splitlines()[-1])
    assert DELETED in bar(window.screen())


def put_back(window: Terminal, others: list[Terminal], tmp_path: Path, session_id: str) -> None:
    """Put the session back."""
    window.send(PUT_BACK)
    wait_said(tmp_path, session_id, TEXTS)
    for each in (window, *others):
        each.wait_for(lambda screen: mark(screen, TITLE) is not None)
    window.wait_for(lambda screen: DELETED not in bar(screen))
    assert all(text in pane(window.screen()) for text in TEXTS)
    # What could not be said is still there, and is left out.
    window.send("\x15")


def test_a_session_that_is_deleted_elsewhere_stays_and_comes_back(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE, OLD)
    other_id = write_session(tmp_path, "Another", [("user", "Something else")])
    with (
        start(tmp_path, "-r", identifier, services=NOBODY) as a,
        start(tmp_path, "-r", identifier) as b,
        start(tmp_path, "-r", other_id) as c,
    ):
        for window, text in ((a, "A tool."), (b, "A tool."), (c, "Something else")):
            wait_pane(window, text)
        a.send(DELETE)
        a.wait_for(f"Move “{TITLE}” to the trash?")
        a.send("\r")
        wait_pane(a, "Something else")
        check_deleted(b)
        put_back(b, [a, c], tmp_path, identifier)
        path_of(tmp_path, identifier).unlink()
        check_deleted(b)
        c.wait_for(lambda screen: mark(screen, TITLE) is None)
        put_back(b, [a, c], tmp_path, identifier)


@pytest.mark.parametrize("seconds", [3.5, pytest.param(8.0, marks=pytest.mark.full)])
def test_a_broken_file_leaves_the_last_good_words_on_the_screen(tmp_path: Path, seconds: float) -> None:
    identifier = write_session(tmp_path, TITLE, OLD)
    other_id = write_session(tmp_path, "Another", [("user", "Something else")])
    path = path_of(tmp_path, identifier)
    with start(tmp_path, "-r", identifier, services=NOBODY) as a, start(tmp_path, "-r", other_id) as c:
        wait_pane(a, "A tool.")
        wait_pane(c, "Something else")
        for window in (a, c):
            window.quiet()
        good = read(tmp_path, identifier)
        torn_for_a_second(a, c, path, content(good))
        put(path, b'{"info": garbage')
        for window in (a, c):
            wait_mark(window, TITLE, DAMAGED)
        a.wait_for(lambda screen: not bar(screen).startswith(" ready"))
        assert all(text in pane(a.screen()) for text in TEXTS)
        good.create_user_message("Well again")
        put(path, content(good))
        wait_pane(a, "Well again")
        wait_mark(a, TITLE, NOTHING)
        wait_mark(c, TITLE, UNREAD)
        wait_status(a, "not answered yet")
        write_for_long(a, c, path, content(good), seconds)


def torn_for_a_second(window: Terminal, other: Terminal, path: Path, data: bytes) -> None:
    """Write a file anew, slowly, and see that neither window shows anything of it."""
    before = {each: each.screen() for each in (window, other)}
    writer = threading.Thread(target=write_in_place, args=(path, data, 1.0, 4))
    writer.start()
    end = time.monotonic() + 2.5
    for each, seen in before.items():
        stays(each, seen.__eq__, "nothing changes", end)
    writer.join()


def write_for_long(window: Terminal, other: Terminal, path: Path, data: bytes, seconds: float) -> None:
    """Write a file anew, for longer than that can be kept back."""
    writer = threading.Thread(target=write_in_place, args=(path, data, seconds, 20))
    shown = [*TEXTS, "Well again"]
    writer.start()
    for each in (window, other):
        wait_mark(each, TITLE, WRITING)
    window.wait_for(lambda screen: "Another program is writing this session." in bar(screen))
    assert all(text in pane(window.screen()) for text in shown)
    writer.join()
    wait_status(window, "not answered yet")
    wait_mark(window, TITLE, NOTHING)
    other.wait_for(lambda screen: mark(screen, TITLE) in (NOTHING, UNREAD))
    assert all(text in pane(window.screen()) for text in shown)


def test_a_folder_that_goes_and_comes_again_is_followed(tmp_path: Path) -> None:
    write_session(tmp_path, TITLE, OLD)
    with (
        start(tmp_path, size=(120, MANY + 20), services=NOBODY) as a,
        start(tmp_path, size=(120, MANY + 20)) as b,
    ):
        for window in (a, b):
            wait_mark(window, TITLE, NOTHING)
            window.wait_for("Ask anything")
        shutil.rmtree(folder(tmp_path))
        for window in (a, b):
            window.wait_for("no sessions yet")
            assert rows(window.screen()).keys() == {"no sessions yet"}
        write_session(tmp_path, "Afresh", OLD)
        for window in (a, b):
            wait_mark(window, "Afresh", UNREAD)
        for number in range(MANY):
            write_session(tmp_path, f"Arrived {number}.")
        wanted = {"Afresh", *(f"Arrived {number}." for number in range(MANY))}
        for window in (a, b):
            window.wait_for(lambda screen: rows(screen).keys() == wanted)
            assert set(rows(window.screen()).values()) == {UNREAD}
