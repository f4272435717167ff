"""However the program is ended while it answers: what was said is on disk, and the terminal is as it was."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import (
    ASK_AGAIN,
    RETRY,
    ask,
    folder,
    quit_cleanly,
    ready,
    saved,
    start,
    texts,
    until,
    wait_status,
    write_session,
)
from tests.support.fake_service import FakeService, Reply, Silence, answer, chunk
from tests.support.launch import QUIT
from tests.support.terminal import Terminal

QUESTION = "What is the longest story?"
BEGINNING = Reply((chunk({"content": "Once upon"}), chunk({"content": " a time"}), Silence()))


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(BEGINNING, answer(["The end."])) as running:
        yield running


def answering(tmp_path: Path, service: FakeService) -> Terminal:
    """A program in the middle of an answer."""
    terminal = start(tmp_path, services={"fake": service.url})
    ready(terminal)
    ask(terminal, QUESTION)
    terminal.wait_for("Once upon a time")
    return terminal


def test_after_a_kill_the_question_is_there_and_can_be_asked_again(tmp_path: Path, service: FakeService) -> None:
    with answering(tmp_path, service) as terminal:
        terminal.signal(signal.SIGKILL)
        assert terminal.wait_exit().code == -signal.SIGKILL
        assert terminal.left_running() == []
    assert texts(saved(tmp_path)[0])[0] == ("user", QUESTION)
    with start(tmp_path, "-r", "last") as terminal:
        terminal.wait_for(QUESTION)
        terminal.wait_for(ASK_AGAIN)
        terminal.send(RETRY)
        terminal.wait_for("The end.")
        wait_status(terminal, "ready")
        quit_cleanly(terminal)
    assert texts(saved(tmp_path)[0]) == [("user", QUESTION), ("assistant", "The end.")]


def test_a_signal_ends_it_in_good_order(tmp_path: Path, service: FakeService) -> None:
    with answering(tmp_path, service) as terminal:
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit().code == 0
        assert terminal.restored() == []
        assert terminal.left_running() == []
    assert texts(saved(tmp_path)[0]) == [("user", QUESTION), ("assistant", "Once upon a time")]
    assert service.client_left.is_set()
    with start(tmp_path, "-r", "last") as terminal:
        terminal.wait_for("■ Interrupted: the program ended before the answer did.")
        wait_status(terminal, "interrupted")


def test_quitting_keeps_the_answer_as_far_as_it_is(tmp_path: Path, service: FakeService) -> None:
    with answering(tmp_path, service) as terminal:
        quit_cleanly(terminal)
    assert texts(saved(tmp_path)[0]) == [("user", QUESTION), ("assistant", "Once upon a time")]
    with start(tmp_path, "-r", "last") as terminal:
        terminal.wait_for("Once upon a time")
        terminal.wait_for("■ Interrupted: the program ended before the answer did.")


def test_a_message_that_cannot_be_saved_stays_in_the_input(tmp_path: Path, service: FakeService) -> None:
    identifier = write_session(tmp_path, "Read only", [("user", "Hello?"), ("assistant", "Hello.")])
    service.replies.popleft()
    with start(tmp_path, "-r", identifier, without=["rights"], services={"fake": service.url}) as terminal:
        terminal.wait_for("Hello.")
        ours = folder(tmp_path).parent / "oats_tui"
        closed = (folder(tmp_path), ours / "journal", ours)
        for place in closed:
            place.chmod(0o500)
        try:
            ask(terminal, "Do not lose this sentence!")
            terminal.wait_for("could not be saved")
            assert "Do not lose this sentence!" in terminal.lines[-2]
            assert len(texts(saved(tmp_path)[0])) == 2
        finally:
            for place in reversed(closed):
                place.chmod(0o700)
        terminal.send("\r")
        terminal.wait_for("The end.")
        terminal.send(QUIT)
        terminal.wait_exit()
    until(lambda: len(texts(saved(tmp_path)[0])) == 4, "both messages are on disk")
    assert texts(saved(tmp_path)[0])[2:] == [("user", "Do not lose this sentence!"), ("assistant", "The end.")]


def test_what_is_typed_right_behind_the_enter_key_stays(tmp_path: Path, service: FakeService) -> None:
    service.replies.popleft()
    with start(tmp_path, services={"fake": service.url}) as terminal:
        ready(terminal)
        terminal.send("The first one\rand a second")
        terminal.wait_for("The end.")
        wait_status(terminal, "ready")
        assert terminal.lines[-2].strip().endswith("and a second")
        terminal.send(" one\r")
        until(lambda: len(texts(saved(tmp_path)[0])) == 4, "the second answer is on disk")
    assert [text for role, text in texts(saved(tmp_path)[0]) if role == "user"] == [
        "The first one",
        "and a second one",
    ]
