"""An answer that comes in one window, and the other windows of the same session."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

from tests.e2e.driving import (
    ESCAPE,
    ask,
    quit_cleanly,
    start,
    until,
    wait_folded,
    wait_status,
    write_session,
)
from tests.e2e.driving_live import (
    ANSWERING,
    ELSEWHERE,
    FAILED,
    INTERRUPTED,
    NOTHING,
    SOON,
    STILL,
    UNREAD,
    WAITS,
    Service,
    bar,
    held_answer,
    mark,
    outcomes,
    pane,
    requests,
    said,
    stays,
    wait_mark,
    wait_pane,
    words,
)
from tests.support.fake_service import Request, answer
from tests.support.terminal import Terminal

TITLE = "Sieves"
FIRST, AFTER, STOPPED = words("one", 25), ["and ", "done."], words("two", 15)
ROUNDS = 6
"""How often one asks."""
STOPPED_SECONDS = 3.5
"""Seconds for which a program is stopped: longer than others take to notice that one was killed."""


def sent(request: Request) -> list[str]:
    """What a request says, message by message."""
    return [message["content"].strip() for message in request.body["messages"]]


def elsewhere(screen: str, other: Terminal) -> bool:
    """Whether the status bar says that this other window answers."""
    return f"answering elsewhere (process {other.pid})" in bar(screen)


def wait_elsewhere(terminal: Terminal, other: Terminal) -> None:
    """Wait until the status bar says that this other window answers."""
    terminal.wait_for(lambda screen: elsewhere(screen, other))


def see_it_grow(answering: Terminal, same: Terminal, other: Terminal) -> None:
    """See an answer of 25 words grow in the window of the same session, and its mark in the other ones."""
    grown = same.wait_for("one2 ")
    assert "one24" not in "\n".join(same.emulator.lines())
    assert wait_pane(same, "one24") > grown
    assert all(f"one{number}" in pane(same.screen()) for number in range(25))
    wait_elsewhere(same, answering)
    assert "esc stop" in bar(same.screen())
    wait_mark(answering, TITLE, ANSWERING)
    for window in (same, other):
        wait_mark(window, TITLE, ELSEWHERE)
    wait_status(other, "ready")
    assert "one2" not in other.screen()


def stop_from(window: Terminal, answering: Terminal, tmp_path: Path, session_id: str) -> None:
    """Stop the other window's answer with esc."""
    wait_pane(window, "two14")
    wait_elsewhere(window, answering)
    # What was wanted of the answer before is nothing to this one.
    folder = tmp_path / "data" / "oats_tui" / "requests"
    folder.mkdir(exist_ok=True)
    (folder / f"{session_id}.json").write_text(json.dumps({"stop": "of-an-earlier-answer"}))
    stays(
        window, lambda screen: elsewhere(screen, answering), "the other window answers", time.monotonic() + STILL
    )
    assert outcomes(tmp_path, session_id) == []
    window.send(ESCAPE)
    for each in (window, answering):
        wait_status(each, "stopped")
        wait_pane(each, "Stopped.")
        assert "two14" in pane(each.screen())
    until(lambda: requests(tmp_path) == [], "the request is taken away")
    assert outcomes(tmp_path, session_id) == ["stopped"]


def test_an_answer_grows_in_every_window_and_any_of_them_stops_it(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE, [("user", "What is it?"), ("assistant", "A tool.")])
    other_id = write_session(tmp_path, "Another", [("user", "Something else"), ("assistant", "Of course")])
    service = Service(held_answer(FIRST, AFTER), held_answer(STOPPED))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as a,
        start(tmp_path, "-r", identifier) as b,
        start(tmp_path, "-r", other_id) as c,
    ):
        for window, text in ((a, "A tool."), (b, "A tool."), (c, "Something else")):
            wait_pane(window, text)
        ask(a, "Tell me all")
        see_it_grow(a, b, c)
        service.release()
        for window in (a, b):
            wait_folded(window, "and done.")
            wait_status(window, "ready")
            wait_mark(window, TITLE, NOTHING)
        wait_mark(c, TITLE, UNREAD)
        b.send(ESCAPE)
        stays(b, lambda screen: bar(screen).startswith(" ready"), "nothing runs")
        assert requests(tmp_path) == []
        service.hold()
        ask(a, "Tell me more")
        stop_from(b, a, tmp_path, identifier)
        for window in (a, b, c):
            quit_cleanly(window)
    texts = ["What is it?", "A tool.", "Tell me all", "".join([*FIRST, *AFTER]), "Tell me more", "".join(STOPPED)]
    assert said(tmp_path, identifier) == texts
    assert service.client_left.is_set()
    assert len(service.requests) == 2


def queue(window: Terminal, text: str, everybody: list[Terminal], answering: Terminal) -> None:
    """Write while another window answers; all windows show the message."""
    ask(window, text)
    for each in everybody:
        wait_pane(each, text)
        if each is not window:
            wait_folded(each, f"{text} {WAITS}")
    window.wait_for(lambda screen: bar(screen).startswith(" waiting · ") and elsewhere(screen, answering))
    assert "!" not in pane(window.screen())


def test_what_is_written_while_another_window_answers_is_answered_after_it(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE)
    service = Service(held_answer(FIRST, AFTER), answer(words("two", 40), pace=0.03), answer(words("three", 3)))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as a,
        start(tmp_path, "-r", identifier) as b,
        start(tmp_path, "-r", identifier) as c,
    ):
        for window in (a, b, c):
            wait_pane(window, "There are no messages")
        ask(a, "First question")
        for window in (b, c):
            wait_pane(window, "one24")
            wait_elsewhere(window, a)
        queue(b, "Second question", [a, b, c], a)
        queue(c, "Third question", [a, b, c], a)
        assert len(service.requests) == 1
        service.release()
        a.wait_for(lambda screen: elsewhere(screen, b) or elsewhere(screen, c))
        asking = b if elsewhere(a.screen(), b) else c
        own = {b: "Second question", c: "Third question"}[asking]
        until(lambda: len(service.requests) > 1, "the next one is asked")
        assert sent(service.requests[1])[-1] == own
        for window in (a, b, c):
            wait_pane(window, "three2")
            wait_status(window, "ready")
            wait_mark(window, TITLE, NOTHING)
            assert WAITS[:20] not in pane(window.screen())
    texts = said(tmp_path, identifier)
    firstly = ["First question", "".join([*FIRST, *AFTER])]
    assert texts[:2] == firstly
    answered = dict(zip(texts[2::2], texts[3::2], strict=True))
    assert set(answered) == {"Second question", "Third question"}
    assert set(answered.values()) == {"".join(words("two", 40)), "".join(words("three", 3))}
    asked = [sent(request)[-1] for request in service.requests]
    assert asked[0] == "First question"
    assert sorted(asked[1:]) == ["Second question", "Third question"]
    assert outcomes(tmp_path, identifier) == []


def stop_and_go_on(stopped: Terminal, others: list[Terminal], tmp_path: Path, session_id: str) -> None:
    """Stop the program that answers for a while, and see that nobody takes it for dead."""
    stopped.signal(signal.SIGSTOP)
    end = time.monotonic() + STOPPED_SECONDS
    for window in others:
        stays(window, lambda screen: INTERRUPTED[:11] not in screen, "nothing is interrupted", end)
        assert mark(window.screen(), TITLE) == ELSEWHERE
    assert elsewhere(others[0].screen(), stopped)
    assert outcomes(tmp_path, session_id) == []
    stopped.signal(signal.SIGCONT)


def kill_and_be_told(answering: Terminal, same: Terminal) -> None:
    """Kill the program that answers, and see what another window of the session says of it."""
    answering.signal(signal.SIGKILL)
    killed = time.monotonic()
    assert answering.wait_exit().code == -signal.SIGKILL
    assert wait_status(same, "interrupted") - killed < SOON
    wait_folded(same, INTERRUPTED)
    wait_folded(same, "write “continue” for the rest")
    assert "two14" in pane(same.screen())


def test_a_window_that_is_stopped_goes_on_and_one_that_is_killed_is_made_up_for(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE)
    other_id = write_session(tmp_path, "Another", [("user", "Something else")])
    service = Service(held_answer(FIRST, AFTER), held_answer(STOPPED))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as a,
        start(tmp_path, "-r", identifier) as b,
        start(tmp_path, "-r", other_id) as c,
    ):
        for window, text in ((a, "There are no messages"), (b, "There are no messages"), (c, "Something else")):
            wait_pane(window, text)
        ask(a, "Tell me all")
        wait_pane(b, "one24")
        for window in (b, c):
            wait_mark(window, TITLE, ELSEWHERE)
        stop_and_go_on(a, [b, c], tmp_path, identifier)
        service.release()
        for window in (a, b):
            wait_folded(window, "and done.")
            wait_status(window, "ready")
        service.hold()
        ask(a, "Tell me more")
        wait_pane(b, "two14")
        kill_and_be_told(a, b)
        for window in (b, c):
            wait_mark(window, TITLE, FAILED)
        until(lambda: len(said(tmp_path, identifier)) == 4, "what had come is in the file")
        service.replies.append(answer(["The rest."]))
        service.replies.popleft()
        ask(b, "continue")
        wait_pane(b, "The rest.")
        wait_status(b, "ready")
        assert outcomes(tmp_path, identifier) == ["interrupted"]
    texts = ["Tell me all", "".join([*FIRST, *AFTER]), "Tell me more", "".join(STOPPED), "continue", "The rest."]
    assert said(tmp_path, identifier) == texts


def test_no_answer_is_shown_without_its_question(tmp_path: Path) -> None:
    identifier = write_session(tmp_path, TITLE, [("user", "What is it?"), ("assistant", "A tool.")])
    service = Service(*(answer([f"Reply {number}."]) for number in range(ROUNDS)))
    with (
        service,
        start(tmp_path, "-r", identifier, services={"fake": service.url}) as a,
        start(tmp_path, "-r", identifier) as b,
    ):
        for window in (a, b):
            wait_pane(window, "A tool.")
        for number in range(ROUNDS):
            question = f"Question {number}"

            def is_whole(screen: str, number: int = number, question: str = question) -> bool:
                """Whether there is no head of an answer to the question before the question itself."""
                messages = "\n".join(pane(screen).splitlines()[:-2])
                return messages.count(" fake ") <= number + (question in messages)

            ask(a, question)
            for window in (b, a):
                stays(window, is_whole, "each answer has its question", time.monotonic() + 0.3)
                wait_pane(window, f"Reply {number}.")
                wait_status(window, "ready")
