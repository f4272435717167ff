"""Letters that come all at once, as from a terminal that does not mark pastes, or from a program that types."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.driving import ask, quit_cleanly, ready, saved, start, texts, write_session
from tests.support.fake_service import FakeService, answer

LONG = "lorem ip " * 1100


def test_many_letters_are_text_and_enter_behind_them_sends(tmp_path: Path) -> None:
    with FakeService(answer("Taken in.")) as service, start(tmp_path, services={"fake": service.url}) as terminal:
        ready(terminal)
        terminal.process.write(f"{LONG}the end of it".encode(), seconds=30)
        terminal.wait_for("the end of it")
        ask(terminal, "")
        terminal.wait_for("Taken in.")
        quit_cleanly(terminal)
    (session,) = saved(tmp_path)
    assert texts(session)[0] == ("user", f"{LONG}the end of it")


def test_in_the_list_they_are_keys(tmp_path: Path) -> None:
    for number in range(60):
        write_session(tmp_path, f"Session {number:02}", [("user", "Hello?"), ("assistant", "Hello.")])
    with start(tmp_path, "-r", "last") as terminal:
        ready(terminal)
        terminal.wait_for("Hello.")
        terminal.send("\x13")
        terminal.send("G" + "k" * 59 + "j" * 40 + "\r")
        terminal.wait_for(lambda screen: "Session 19" in screen and "Hello." in screen)
        quit_cleanly(terminal)


def test_a_paste_into_a_window_that_is_not_in_front_is_taken(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        ready(terminal)
        terminal.send("\x1b[O")
        terminal.send("\x1b[200~pasted from elsewhere\x1b[201~")
        terminal.wait_for("pasted from elsewhere")
        terminal.send("\x15\x0b")
        terminal.wait_for("Ask anything")
        quit_cleanly(terminal)


def test_a_size_that_cannot_be_is_not_taken_on(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        ready(terminal)
        terminal.send("\x1b[48;20000;20000;1;1t")
        terminal.send("typed behind it")
        terminal.wait_for("typed behind it")
        terminal.send("\x15\x0b")
        terminal.wait_for("Ask anything")
        quit_cleanly(terminal)


def test_what_nobody_asked_the_terminal_is_not_typed(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        ready(terminal)
        terminal.send("\x1b[?62;4;22c")
        terminal.send("kept")
        terminal.send("\x1bP>|XTerm(379)\x1b\\")
        terminal.wait_for("kept")
        terminal.process.write(b"\x1b]10;" + b"x" * 100_000 + b"\x07 and this", seconds=30)
        terminal.wait_for("kept and this")
        assert not any(unasked in terminal.screen() for unasked in ("62", "XTerm", "xxx"))
        terminal.send("\x15\x0b")
        terminal.wait_for("Ask anything")
        quit_cleanly(terminal)
