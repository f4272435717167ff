from __future__ import annotations

from typing import Any

import pytest

from oats_tui.chat.state import Phase, Preparing, TurnState
from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.session.session import Session, SessionInfo
from oats_tui.ui.widgets.status import Status
from oats_tui.ui.words import preparing_words, situation, turn_words, welcome
from oats_tui.ui.workspace import Opened
from tests.unit.chat.hearing import said


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TurnState("waiting"), "waiting for the first word"),
        (TurnState("fetching", 31_000_000, 143_000_000), "fetching the model 31 of 143 MB"),
        (TurnState("fetching", 31_000_000), "fetching the model 31 MB"),
        (TurnState("fetching"), "fetching the model"),
        (TurnState("reading", 0, 512), "reading the conversation 0 of 512"),
        (TurnState("loading"), "loading the model"),
        (TurnState("thinking"), "thinking"),
        (TurnState("answering", queued=2), "answering · 2 waiting"),
        (TurnState("retrying", 1, 3, "Busy."), "trying again 1 of 3: Busy."),
        (TurnState("unsaved", note="The disk is full."), "not saved yet: The disk is full."),
    ],
)
def test_how_far_an_answer_is(state: TurnState, words: str) -> None:
    assert turn_words(state) == words


@pytest.mark.parametrize(
    ("preparing", "words"),
    [
        (Preparing("m", 5_000_000, 10_000_000), "fetching the model 5 of 10 MB"),
        (Preparing("m", seconds=7.6), "fetching the model for 8 s"),
        (Preparing("m", problem="No network."), "No network."),
    ],
)
def test_how_far_the_fetching_is(preparing: Preparing, words: str) -> None:
    assert preparing_words(preparing) == words


def test_the_first_screen_names_the_model_or_how_to_get_one() -> None:
    assert "test/echo" in "\n".join(welcome("test/echo"))
    assert "pip install" in "\n".join(welcome(None))


def opened(*messages: Message, problem: str = "", last: Outcome | None = None) -> Opened:
    """An open session, and how its last message ended."""
    session = Session(info=SessionInfo(project_dir="/p", working_dir="/p"), messages=list(messages))
    meta = SessionMeta(outcomes={messages[-1].id: last} if last else {})
    return Opened(session.id, session, meta, problem)


def status(**known: Any) -> Status:
    """What the bar says when this is known."""
    usual: dict[str, Any] = {
        "turn": None, "opened": None, "preparing": None, "said": "", "following": True, "model": "m", "tokens": 0,
    }  # fmt: skip
    return situation(**{**usual, **known})


ASKED, ANSWERED = said("user", "u"), said("assistant", "a")
FAILED = Outcome(state="failed", title="No.")


@pytest.mark.parametrize(
    ("known", "state", "meaning"),
    [
        ({}, "new conversation", ""),
        ({"model": ""}, "no model configured", "warning"),
        ({"preparing": Preparing("m", 1_000_000)}, "fetching the model 1 MB", "busy"),
        ({"preparing": Preparing("m", problem="Gone.")}, "Gone.", "error"),
        ({"said": "Copied.", "opened": opened(ASKED, ANSWERED)}, "Copied.", ""),
        ({"opened": opened(ASKED, ANSWERED)}, "ready", ""),
        ({"opened": opened()}, "ready", ""),
        ({"opened": opened(ASKED, last=FAILED)}, "failed", "error"),
        ({"opened": opened(ASKED, last=Outcome(state="stopped", title="S."))}, "stopped", "warning"),
        ({"opened": opened(problem="It is gone.")}, "It is gone.", "error"),
        ({"turn": TurnState("answering")}, "answering", "busy"),
        ({"turn": TurnState("answering"), "said": "Copied."}, "Copied.", ""),
        ({"turn": TurnState("unsaved", note="Full.")}, "not saved yet: Full.", "warning"),
        ({"following": False}, "new conversation · more below", ""),
    ],
)
def test_what_the_status_bar_says(known: dict[str, Any], state: str, meaning: str) -> None:
    shown = status(**known)
    assert (shown.state, shown.meaning) == (state, meaning)


def test_an_unanswered_question_says_how_to_ask_again() -> None:
    shown = status(opened=opened(ASKED))
    assert "not answered" in shown.state
    assert shown.meaning == "warning"


@pytest.mark.parametrize("phase", ["waiting", "answering", "retrying", "unsaved", "thinking", "loading"])
def test_while_it_answers_the_key_that_stops_it_is_urgent(phase: Phase) -> None:
    assert status(turn=TurnState(phase)).urgent == "esc stop"
    assert not status().urgent
