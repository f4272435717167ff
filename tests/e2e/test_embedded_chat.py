"""From an empty home to a real answer by a real model, and back again the next day."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.e2e.driving import (
    ask,
    put_model,
    quit_cleanly,
    ready,
    saved,
    start,
    status,
    texts,
    until,
    wait_folded,
    wait_status,
    write_session,
)
from tests.support.embedded import QUESTION

CAPITAL = str(QUESTION[0]["content"])
LONG_TURN = "The harbour, the ships and the weather of that long year are told here in every detail. "


def test_a_question_is_answered_and_found_again_the_next_time(tmp_path: Path) -> None:
    put_model(tmp_path)
    with start(tmp_path) as terminal:
        ready(terminal)
        ask(terminal, CAPITAL)
        wait_status(terminal, "ready")
        quit_cleanly(terminal)
    (session,) = saved(tmp_path)
    (_, question), (role, answer) = texts(session)
    assert (question, role) == (CAPITAL, "assistant")
    assert answer.strip()
    message = session["messages"][1]
    assert message["provider"] == session["info"]["provider_id"] == "local"
    assert message["model"] == session["info"]["model_id"] == "smollm2-135m"
    assert message["usage"]["total_tokens"] == session["info"]["total_tokens"] > 10
    assert session["info"]["message_count"] == 2
    for name in ("last", session["info"]["id"][:8]):
        with start(tmp_path, "-r", name) as terminal:
            wait_folded(terminal, answer[:60])
            assert CAPITAL in terminal.screen()
            wait_status(terminal, "ready")
            quit_cleanly(terminal)
    assert saved(tmp_path) == [session]


def test_a_killed_program_leaves_no_model_running_and_keeps_the_question(tmp_path: Path) -> None:
    put_model(tmp_path)
    with start(tmp_path) as terminal:
        ready(terminal)
        ask(terminal, "Write a long story about a cat and a ship.")
        wait_status(terminal, "answering")
        assert terminal.left_running() != []
        terminal.signal(signal.SIGKILL)
        assert terminal.wait_exit().code == -signal.SIGKILL
        until(lambda: terminal.left_running() == [], "the model's process has ended")
    assert texts(saved(tmp_path)[0]) == [("user", "Write a long story about a cat and a ship.")]


def asked_once_more(tmp_path: Path, said: list[tuple[str, str]]) -> None:
    """Ask one more question in a session too long for the model, and see what is told about it."""
    put_model(tmp_path)
    assert sum(len(text) for _, text in said) > 8192 * 4
    identifier = write_session(tmp_path, "Sixty turns", said)
    with start(tmp_path, "-r", identifier) as terminal:
        ready(terminal)
        ask(terminal, CAPITAL)
        wait_folded(terminal, "The conversation is longer than the model's context: the oldest", 240)
        wait_status(terminal, "ready")
        assert "tokens" in status(terminal)
        quit_cleanly(terminal)
    (session,) = saved(tmp_path)
    assert texts(session)[:-1] == [*said, ("user", CAPITAL)]
    assert texts(session)[-1][0] == "assistant"
    assert texts(session)[-1][1].strip()


def turns(lengths: list[int]) -> list[tuple[str, str]]:
    """A conversation whose answers have about so many bytes."""
    said = []
    for number, length in enumerate(lengths):
        said.append(("user", f"What happened in week {number}?"))
        said.append(("assistant", LONG_TURN * max(1, length // len(LONG_TURN))))
    return said


def test_sixty_turns_are_too_many_and_one_more_is_answered_still(tmp_path: Path) -> None:
    # The longest answer stands near the end, so that little is left to be read and the test is quick.
    asked_once_more(tmp_path, turns([*[450] * 57, 24_000, 450, 450]))


@pytest.mark.full
def test_sixty_even_turns_fill_the_whole_context(tmp_path: Path) -> None:
    asked_once_more(tmp_path, turns([900] * 60))
