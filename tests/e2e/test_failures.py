"""Whatever goes wrong at a service: the message is kept, a sentence tells what to do, and asking again works.

One program and one service see all of it, each failure in a conversation of its own.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.driving import (
    ESCAPE,
    NEW,
    RETRY,
    ask,
    ready,
    saved_as,
    start,
    texts,
    until,
    wait_folded,
    wait_status,
)
from tests.support.fake_service import (
    Cut,
    FakeService,
    Pause,
    Reply,
    Silence,
    answer,
    chunk,
    failure,
    models,
    sse,
)
from tests.support.terminal import Terminal

STOP_SECONDS = 0.3
FINE = answer(["All", " is", " well."], usage=(5, 3))


class Chat(NamedTuple):
    """A program, the service that it asks, and where it keeps its files."""

    terminal: Terminal
    service: FakeService
    place: Path


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    place = tmp_path_factory.mktemp("failures")
    # Bound and never listened at: nobody else gets the port, and every connection is refused.
    with socket.socket() as closed, FakeService() as service:
        closed.bind(("127.0.0.1", 0))
        service.listing = models(["fake"])
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with start(place, services={"fake": service.url, "nowhere": nowhere}) as terminal:
            ready(terminal)
            yield Chat(terminal, service, place)


def ask_anew(chat: Chat, text: str, *replies: Reply) -> None:
    """Ask in a new conversation what will be answered like this."""
    chat.service.replies = deque(replies)
    chat.terminal.send(NEW)
    wait_status(chat.terminal, "new conversation")
    ask(chat.terminal, text)


def ask_again(chat: Chat, text: str) -> None:
    """Ask once more, and see the whole answer arrive on the screen and in the file."""
    chat.terminal.send(RETRY)
    chat.terminal.wait_for("All is well.")
    wait_status(chat.terminal, "ready")
    assert texts(saved_as(chat.place, text)) == [("user", text), ("assistant", "All is well.")]
    assert saved_as(chat.place, text)["messages"][1]["usage"]["total_tokens"] == 8


BROKEN = Reply((b"data: {not json\n\n", b"data: [DONE]\n\n"))
FAILURES = {
    "401": (failure(401, "wrong key"), "fake did not accept the key."),
    "404": (failure(404, "no such model"), "fake has no model “fake”."),
    "500 again and again": (failure(500, "out of order", {"Retry-After": "0"}), "fake has a problem of its own"),
    "400": (failure(400, "not like this"), "fake refused the request (status 400)."),
    "not JSON": (BROKEN, "The answer of fake cannot be understood."),
    "not a stream": (Reply((b"<html>",), kind="text/html"), "The answer of fake cannot be understood."),
    "nothing at all": (answer([]), "The model answered with nothing."),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_told_and_the_question_can_be_asked_again(chat: Chat, name: str) -> None:
    reply, told = FAILURES[name]
    attempts = 4 if name.startswith("500") else 1
    text = f"What about {name}?"
    if name == "404":
        chat.service.listing = models(["other"])
    ask_anew(chat, text, *[reply] * attempts, FINE)
    wait_status(chat.terminal, "failed")
    wait_folded(chat.terminal, told)
    wait_folded(chat.terminal, "Ask again with ctrl+x R.")
    assert texts(saved_as(chat.place, text)) == [("user", text)]
    ask_again(chat, text)


def test_a_service_that_cannot_be_reached_is_told(chat: Chat) -> None:
    text = "Is anybody at home?"
    chat.terminal.send(NEW)
    wait_status(chat.terminal, "new conversation")
    chat.terminal.send("/model nowhere/nowhere\r")
    chat.terminal.wait_for("New conversation with nowhere/nowhere")
    ask_anew(chat, text, FINE)
    wait_status(chat.terminal, "trying again")
    wait_status(chat.terminal, "failed")
    wait_folded(chat.terminal, "nowhere cannot be reached at http://127.0.0.1:")
    assert texts(saved_as(chat.place, text)) == [("user", text)]
    chat.terminal.send("/model fake/fake\r")
    chat.terminal.wait_for(lambda screen: "fake/fake" in screen.rsplit("\n", 1)[-1])
    ask_again(chat, text)


BEGUN = chunk({"content": "Once upon a"})
BROKEN_OFF = {
    "cut within a chunk": (Reply((BEGUN, Pause(0.1), Cut())), "before the answer was complete."),
    "cut without chunks": (Reply((BEGUN, Pause(0.1), Cut()), framed=False), "before the answer was complete."),
    "an error": (Reply((BEGUN, sse({"error": {"message": "no memory"}}))), "no memory"),
    "not JSON": (Reply((BEGUN, b"data: {\n\n")), "cannot be understood"),
}


@pytest.mark.parametrize("name", BROKEN_OFF)
def test_what_came_before_an_answer_broke_off_stays(chat: Chat, name: str) -> None:
    reply, told = BROKEN_OFF[name]
    text = f"Tell me a story, {name}!"
    ask_anew(chat, text, reply, FINE)
    wait_status(chat.terminal, "failed")
    chat.terminal.wait_for("Once upon a")
    wait_folded(chat.terminal, told)
    until(lambda: len(texts(saved_as(chat.place, text))) == 2, "the part is on disk")
    assert texts(saved_as(chat.place, text))[1] == ("assistant", "Once upon a")
    ask_again(chat, text)


@pytest.mark.parametrize("begun", [False, True])
def test_a_silent_service_is_left_at_once(chat: Chat, begun: bool) -> None:
    text = f"Do you {'still' if begun else 'ever'} speak?"
    steps = (chunk({"content": "Well,"}), Silence()) if begun else (Silence(),)
    chat.service.client_left.clear()
    asked = len(chat.service.requests)
    ask_anew(chat, text, Reply(steps), FINE)
    if begun:
        chat.terminal.wait_for("Well,")
    wait_status(chat.terminal, "answering" if begun else "waiting")
    until(lambda: len(chat.service.requests) > asked, "the service is asked")
    pressed = chat.terminal.send(ESCAPE)
    assert chat.terminal.wait_for("Stopped.") - pressed <= STOP_SECONDS
    assert chat.service.client_left.wait(10)
    kept = [("assistant", "Well,")] if begun else []
    until(lambda: texts(saved_as(chat.place, text)) == [("user", text), *kept], "all is on disk")
    ask_again(chat, text)


def test_too_many_requests_are_sent_again_by_itself(chat: Chat) -> None:
    text = "Am I too fast?"
    ask_anew(chat, text, failure(429, "slow down", {"Retry-After": "0"}), FINE)
    chat.terminal.wait_for("All is well.")
    wait_status(chat.terminal, "ready")
    assert texts(saved_as(chat.place, text)) == [("user", text), ("assistant", "All is well.")]


def test_what_a_model_sends_never_reaches_the_terminal_as_a_command(chat: Chat) -> None:
    text = "Can you hack me?"
    evil = "\x1b]52;c;aGFja2Vk\x07 \x1b]0;owned\x07 \x9b31m \x9d2;owned\x9c \x1b[31mred\x1b[0m \x1bc done\u202e."
    start_of_answer = len(chat.terminal.raw)
    ask_anew(chat, text, answer([*evil, " ", "```sh\n", evil, "\n```\n"]), FINE)
    wait_status(chat.terminal, "ready")
    chat.terminal.wait_for("done")
    chat.terminal.resize(100, 30)
    wait_status(chat.terminal, "ready")
    chat.terminal.resize(120, 40)
    wait_status(chat.terminal, "ready")
    written = chat.terminal.raw[start_of_answer:]
    for code in (b"\x1b]", b"\x07", b"\x1bc", b"\x1b[31m", "\x9b".encode(), "\x9d".encode(), "\u202e".encode()):
        assert code not in written
    assert texts(saved_as(chat.place, text))[1][1].startswith(evil)
    ask_again(chat, text)
