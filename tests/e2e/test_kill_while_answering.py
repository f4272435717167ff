"""A program that is killed while it answers: what had come is there at the next start, and can be gone on with."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, start, texts, until, wait_folded, wait_status
from tests.support.fake_service import DONE, FakeService, Pause, Reply, Silence, Step, answer, chunk

QUESTION = "What is the longest story?"
INTERRUPTED = "Interrupted: the program ended before the answer did."
ELSEWHERE = "answering elsewhere"
PACE = 0.01
LOST = 0.05
"""Seconds of an answer that a kill may take."""
SLOW = 0.25
"""What a busy machine may take beside that to get a word from the service to the program's disk."""


class Told(tuple[Step, ...]):  # noqa: SLOT001 - a tuple of any length takes no slots
    """The steps of a reply, which remembers when each was sent."""

    sent: list[float]

    def __iter__(self) -> Iterator[Any]:
        """Hand out the steps; the next is asked for when one has been sent."""
        self.sent = []
        for step in super().__iter__():
            yield step
            self.sent.append(time.monotonic())


def endless(count: int = 3000) -> tuple[Reply, Told]:
    """A long answer of numbered words, each sent for itself."""
    steps: list[Step] = []
    for number in range(count):
        steps += (chunk({"content": f"w{number} "}), Pause(PACE))
    told = Told(steps)
    return Reply(told), told


def words(text: str) -> list[str]:
    """The words of an answer."""
    return text.split()


def meta(tmp_path: Path) -> str:
    """All our own facts about the sessions."""
    folder = tmp_path / "data" / "oats_tui" / "meta"
    return "".join(path.read_text("utf-8") for path in folder.glob("*.json")) if folder.exists() else ""


@pytest.mark.parametrize(
    "count", [pytest.param(1, marks=pytest.mark.full), 60, pytest.param(300, marks=pytest.mark.full)]
)
def test_what_had_come_before_a_kill_is_there_and_can_be_continued(tmp_path: Path, count: int) -> None:
    reply, told = endless()
    with FakeService(reply, answer(["And so it ended."])) as service:
        with start(tmp_path, services={"fake": service.url}) as terminal:
            ready(terminal)
            ask(terminal, QUESTION)
            terminal.wait_for(f"w{count}")
            shown = max(number for number in range(count + 300) if f"w{number} " in terminal.screen() + " ")
            terminal.pump(time.monotonic() + LOST)
            killed = time.monotonic()
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit().code == -signal.SIGKILL
        assert texts(saved(tmp_path)[0]) == [("user", QUESTION)]
        with start(tmp_path, "-r", "last") as terminal:
            terminal.wait_for(INTERRUPTED)
            wait_folded(terminal, "write “continue” for the rest")
            kept = words(texts(saved(tmp_path)[0])[1][1])
            assert kept == [f"w{number}" for number in range(len(kept))]
            assert len(kept) > shown
            # The steps are a word and a pause by turns.
            certain = sum(moment < killed - LOST - SLOW for moment in told.sent[::2])
            assert len(kept) >= certain
            ask(terminal, "continue")
            terminal.wait_for("And so it ended.")
            wait_status(terminal, "ready")
            quit_cleanly(terminal)
    said = texts(saved(tmp_path)[0])
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant"]
    assert said[2:] == [("user", "continue"), ("assistant", "And so it ended.")]
    sent = service.requests[-1].body["messages"]
    assert [words(message["content"]) for message in sent] == [words(QUESTION), kept, ["continue"]]


@pytest.mark.full
def test_where_nothing_had_come_the_question_is_marked(tmp_path: Path) -> None:
    with FakeService(Reply((Silence(),)), answer(["The end."])) as service:
        with start(tmp_path, services={"fake": service.url}) as terminal:
            ready(terminal)
            ask(terminal, QUESTION)
            until(lambda: bool(service.requests), "the question is asked")
            terminal.signal(signal.SIGKILL)
            terminal.wait_exit()
        assert texts(saved(tmp_path)[0]) == [("user", QUESTION)]
        with start(tmp_path, "-r", "last") as terminal:
            terminal.wait_for(QUESTION)
            until(lambda: '"interrupted"' in meta(tmp_path), "the question is marked")
            terminal.wait_for(INTERRUPTED)
            quit_cleanly(terminal)


def test_a_window_that_is_still_answering_is_not_taken_for_dead(tmp_path: Path) -> None:
    beginning = (chunk({"content": "Once upon"}), chunk({"content": " a time"}), Silence())
    ending = (chunk({"content": " it ended."}), chunk({}, "stop"), DONE)
    with (
        FakeService(Reply((*beginning, *ending)), answer(["Second answer."])) as service,
        start(tmp_path, services={"fake": service.url}) as first,
    ):
        ready(first)
        ask(first, QUESTION)
        first.wait_for("Once upon a time")
        with start(tmp_path, "-r", "last") as second:
            second.wait_for(QUESTION)
            ask(second, "And then what?")
            second.wait_for(ELSEWHERE)
            until(lambda: len(texts(saved(tmp_path)[0])) == 2, "the second question is on disk")
            assert INTERRUPTED not in first.screen() + second.screen()
            assert "interrupted" not in meta(tmp_path)
            assert len(service.requests) == 1
            service.release()
            second.wait_for("Second answer.")
            first.wait_for("Second answer.")
            for window in (first, second):
                quit_cleanly(window)
    assert texts(saved(tmp_path)[0]) == [
        ("user", QUESTION),
        ("assistant", "Once upon a time it ended."),
        ("user", "And then what?"),
        ("assistant", "Second answer."),
    ]
    sent = [message["content"] for message in service.requests[1].body["messages"]]
    assert sent == [QUESTION, "Once upon a time it ended.", "And then what?"]
    assert "interrupted" not in meta(tmp_path)


@pytest.mark.full
def test_the_turn_of_a_window_that_was_killed_goes_to_the_one_that_waits(tmp_path: Path) -> None:
    beginning = Reply((chunk({"content": "Once upon"}), chunk({"content": " a time"}), Silence()))
    with FakeService(beginning, answer(["Second answer."])) as service:
        with start(tmp_path, services={"fake": service.url}) as first:
            ready(first)
            ask(first, QUESTION)
            first.wait_for("Once upon a time")
            with start(tmp_path, "-r", "last") as second:
                second.wait_for(QUESTION)
                ask(second, "And then what?")
                second.wait_for(ELSEWHERE)
                first.signal(signal.SIGKILL)
                first.wait_exit()
                second.wait_for("Second answer.")
                wait_status(second, "ready")
                quit_cleanly(second)
        with start(tmp_path, "-r", "last") as third:
            third.wait_for("Second answer.")
            until(lambda: '"interrupted"' in meta(tmp_path), "the first answer is marked")
            quit_cleanly(third)
    assert texts(saved(tmp_path)[0]) == [
        ("user", QUESTION),
        ("assistant", "Once upon a time"),
        ("user", "And then what?"),
        ("assistant", "Second answer."),
    ]
