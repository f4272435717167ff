"""What the status bar and the empty message pane say."""

from __future__ import annotations

from oats_tui.chat.outcome import no_model_steps
from oats_tui.chat.state import Preparing, TurnState
from oats_tui.ui.widgets.status import Status
from oats_tui.ui.workspace import Opened

_PHASES = {
    "waiting": "waiting for the first word",
    "fetching": "fetching the model",
    "loading": "loading the model",
    "reading": "reading the conversation",
    "thinking": "thinking",
    "answering": "answering",
    "retrying": "trying again",
    "unsaved": "not saved yet",
}


def turn_words(state: TurnState) -> str:
    """Return how far an answer is, in words."""
    words = _PHASES[state.phase]
    if state.phase == "fetching":
        words = f"{words} {_megabytes(state.done, state.total)}"
    elif state.total and state.done is not None:
        words = f"{words} {state.done} of {state.total}"
    if state.note:
        words = f"{words}: {state.note}"
    if state.queued:
        words = f"{words} · {state.queued} waiting"
    return words.replace("  ", " ").strip()


def preparing_words(preparing: Preparing) -> str:
    """Return how far the fetching of a model is, in words."""
    if preparing.problem:
        return preparing.problem
    amount = _megabytes(preparing.done, preparing.total) or f"for {preparing.seconds:.0f} s"
    return f"fetching the model {amount}"


def welcome(model: str | None) -> list[str]:
    """Return what the message pane says in a new conversation."""
    if model is None:
        return no_model_steps()
    return [
        f"New conversation with {model}.",
        "Type below; enter sends, ctrl+j begins a new line.",
        "ctrl+p finds every command, F1 shows the keys.",
    ]


EMPTY = "There are no messages in this session yet."


def unreadable(problem: str, savable: int | None) -> list[str]:
    """Return what the message pane says of a session that cannot be shown.

    Args:
        problem: Why, as a sentence.
        savable: How many messages of a damaged file can be saved; None if that is no question.
    """
    if savable is None:
        return [problem, "Its file is left as it is. ctrl+n starts a new session."]
    messages = "One message" if savable == 1 else f"{savable:,} messages"
    return [
        problem,
        f"{messages} can be saved: /repair does that. The damaged file is kept in the quarantine.",
    ]


def _megabytes(done: int | None, total: int | None) -> str:
    """Return an amount of bytes, of how many, as MB of a million bytes."""
    if done is None:
        return ""
    if not total:
        return f"{done / 1e6:.0f} MB"
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"


def situation(
    *,
    turn: TurnState | None,
    opened: Opened | None,
    preparing: Preparing | None,
    said: str,
    following: bool,
    model: str,
    tokens: int,
) -> Status:
    """Return what the status bar says.

    Args:
        turn: How far the open session's answer is, or None.
        opened: The open session, or None in a new conversation.
        preparing: How far the fetching of a model is, or None.
        said: A sentence that was just said; it goes before everything but a running answer.
        following: Whether the view is at the end.
        model: The model's name, or an empty text.
        tokens: How many tokens the session has taken.
    """
    keys, urgent = ("ctrl+p commands", "F1 help"), ""
    if turn is not None:
        state, urgent = turn_words(turn), "esc stop"
        meaning = "warning" if turn.phase in {"retrying", "unsaved"} else "busy"
    elif said:
        state, meaning = said, ""
    elif preparing is not None:
        state, meaning = preparing_words(preparing), "error" if preparing.problem else "busy"
    elif opened is not None:
        state, meaning = _session_words(opened)
    else:
        state, meaning = ("new conversation", "") if model else ("no model configured", "warning")
    if not following:
        state = f"{state} · more below"
    return Status(state, meaning, model, tokens, keys, urgent)


def _session_words(opened: Opened) -> tuple[str, str]:
    """Return what is to be said of a session in which nothing runs, and its meaning."""
    if opened.problem:
        return opened.problem, "error"
    messages = opened.session.messages if opened.session else []
    outcome = opened.meta.outcomes.get(messages[-1].id) if messages else None
    if outcome is not None:
        return outcome.state, "error" if outcome.state == "failed" else "warning"
    if messages and messages[-1].role == "user":
        return "not answered yet", "warning"
    return "ready", ""
