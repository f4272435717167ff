"""Several programs on one folder: everyone sees what everyone does, by way of the files and the bus alone."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.e2e.driving import (
    DELETE,
    NEW,
    ask,
    folder,
    ready,
    saved,
    saved_as,
    start,
    texts,
    until,
    wait_status,
    write_session,
)
from tests.support.fake_service import FakeService, answer

QUIET_SECONDS = 3.0


def test_what_one_window_does_appears_in_the_others_without_a_key(tmp_path: Path) -> None:
    with (
        FakeService(answer(["First answer."]), answer(["Second answer."])) as service,
        start(tmp_path, services={"fake": service.url}) as first,
        start(tmp_path) as list_only,
    ):
        ready(first)
        ready(list_only)
        ask(first, "What is a sieve?")
        wait_status(first, "ready")
        list_only.wait_for("What is a sieve?")
        with start(tmp_path, "-r", "last") as reader:
            reader.wait_for("First answer.")
            ask(first, "And a colander?")
            reader.wait_for("Second answer.")
            assert "And a colander?" in reader.screen()
            first.send("/rename Kitchen things\r")
            reader.wait_for("Kitchen things")
            list_only.wait_for("Kitchen things")
            list_only.wait_gone("What is a sieve?")
            first.send(DELETE)
            first.wait_for("Move “Kitchen things” to the trash?")
            first.send("\r")
            list_only.wait_gone("Kitchen things")
            reader.wait_gone("Kitchen things")
            reader.wait_for("deleted elsewhere: ctrl+x z puts it back")
    assert saved(tmp_path) == []


def test_the_screen_follows_the_bus_alone(tmp_path: Path) -> None:
    """Without the watcher nothing foreign is shown, however long one waits; an event alone brings it."""
    identifier = write_session(tmp_path, "Before", [("user", "Old words")])
    path = folder(tmp_path) / f"{identifier}.json"
    with (
        start(tmp_path, "-r", identifier, without=["watcher"]) as blind,
        start(tmp_path, "-r", identifier) as control,
    ):
        for window in (blind, control):
            window.wait_for("Old words")
            window.wait_for("Before")
            # What is shown first is read once more: the list and the session as a whole.
            window.quiet(1.0)
        path.write_text(path.read_text("utf-8").replace("Old words", "New words").replace("Before", "Later"))
        control.wait_for("New words")
        control.wait_for("Later")
        blind.pump(time.monotonic() + QUIET_SECONDS)
        assert "Old words" in blind.screen()
        assert "Before" in blind.screen()
        blind.signal(signal.SIGUSR1)
        blind.wait_for("New words")
        blind.wait_for("Later")
        assert "Old words" not in blind.screen()


def test_an_answer_goes_on_while_another_session_is_looked_at(tmp_path: Path) -> None:
    words = [f"word{number} " for number in range(60)]
    write_session(tmp_path, "The other one", [("user", "Something else")])
    with (
        FakeService(answer(words, pace=0.02)) as service,
        start(tmp_path, services={"fake": service.url}) as terminal,
    ):
        ready(terminal)
        ask(terminal, "Count to sixty")
        wait_status(terminal, "answering")
        terminal.wait_for("● Count to sixty")
        terminal.send("\x182")
        terminal.wait_for("Something else")
        assert "word" not in terminal.screen()
        assert len(texts(saved_as(tmp_path, "Count to sixty"))) == 1
        until(lambda: len(texts(saved_as(tmp_path, "Count to sixty"))) == 2, "the answer is on disk")
        terminal.wait_gone("●")
        assert "Something else" in terminal.screen()
        terminal.send("\x18\x18")
        terminal.wait_for("word59")
        terminal.send(NEW)
        terminal.wait_for("New conversation with fake/fake")
    assert texts(saved_as(tmp_path, "Count to sixty"))[1] == ("assistant", "".join(words))
