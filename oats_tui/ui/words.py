"""What the status bar and the empty message pane say."""

from __future__ import annotations

import socket

from oats_tui.chat.outcome import no_model_steps
from oats_tui.chat.state import Preparing, TurnState
from oats_tui.session.activity import NOBODY, Activity
from oats_tui.ui.painting.pacing import SLOW, Pacing
from oats_tui.ui.widgets.status import Status
from oats_tui.ui.workspace import Opened

FIRST_KEYS = {
    "": ("ctrl+p commands", "F1 help"),
    "list": ("enter open", "/ filter", "F1 help"),
    "messages": ("y copy", "/ find", "F1 help"),
}
"""The keys that are needed first, or lead to all others, by where the focus is."""

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


def turn_words(state: TurnState, seconds: int = 0) -> str:
    """Return how far an answer is, in words.

    Args:
        state: How far it is.
        seconds: For how long it has been waited for; not told as long as that is none.
    """
    words = _PHASES[state.phase]
    if state.phase == "fetching":
        words = f"{words} {_megabytes(state.done, state.total)}"
    elif state.total and state.done is not None:
        words = f"{words} {state.done} of {state.total}"
    if seconds:
        words = f"{words}, {_duration(seconds)}"
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


def _duration(seconds: int) -> str:
    """Return a time in words."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _megabytes(done: int | None, total: int | None) -> str:
    """Return an amount of bytes, of how many, as MB of a million bytes."""
    if done is None:
        return ""
    if not total:
        return f"{done / 1e6:.0f} MB"
    return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"


def elsewhere_words(activity: Activity, host: str, *, waits: bool) -> str:
    """Return who answers elsewhere, in another window or without one, in words; empty where nobody does.

    Args:
        activity: What others do in the session.
        host: The name of this machine.
        waits: Whether a message of this window waits for it.
    """
    holder = activity.holder
    if holder is None:
        return ""
    where = "" if holder.host == host else f" on {holder.host}"
    what = "answering elsewhere" if activity.running else "about to answer elsewhere"
    return f"{'waiting · ' if waits else ''}{what} (process {holder.pid}{where})"


def merged_words(restored: int) -> tuple[str, str]:
    """Return what is told when another program's old copy was brought up to date: a title, and a sentence."""
    messages = "One message" if restored == 1 else f"{restored:,} messages"
    verb = "was" if restored == 1 else "were"
    return "Another program wrote an old copy.", f"{messages} that it lacked {verb} put back."


def watching_words(how: str, why: str) -> str:
    """Return what is to be said about how changes by others are noticed; empty where all is well."""
    return {"notices": "", "scan": f"looks every few seconds: {why}"}.get(how, f"not live: {why}")


def line_words(pacing: Pacing) -> str:
    """Return what is to be said about the line to the terminal; empty where no bytes are saved."""
    if not pacing.is_slow:
        return ""
    if pacing.round_trip is None or pacing.round_trip < SLOW:
        return "saving bytes"
    return f"slow line, {pacing.round_trip:.1f} s"


def situation(
    *,
    turn: TurnState | None,
    opened: Opened | None,
    preparing: Preparing | None,
    said: str,
    following: bool,
    model: str,
    tokens: int,
    activity: Activity = NOBODY,
    watching: str = "",
    seconds: int = 0,
) -> Status:
    """Return what the status bar says, but for the keys.

    Args:
        turn: How far the open session's answer is, or None.
        opened: The open session, or None in a new conversation.
        preparing: How far the fetching of a model is, or None.
        said: A sentence that was just said, which goes before all else.
        following: Whether the view is at the end.
        model: The model's name, or an empty text.
        tokens: How many tokens the session has taken.
        activity: What other windows do in the open session.
        watching: How changes by others are noticed, where that is not as usual.
        seconds: For how long the answer has been waited for.
    """
    others = elsewhere_words(activity, socket.gethostname(), waits=turn is not None)
    state, meaning = _idle_words(opened, model)
    if said:
        state, meaning = said, ""
    elif others:
        state, meaning = others, "busy"
    elif turn is not None:
        state, meaning = turn_words(turn, seconds), _turn_meaning(turn)
    elif preparing is not None:
        state, meaning = preparing_words(preparing), "error" if preparing.problem else "busy"
    urgent = "esc stop" if others or turn is not None else ""
    more = "" if following else " · more below"
    return Status(f"{state}{more}", meaning, model, tokens, urgent=urgent, watching=watching)


def _turn_meaning(state: TurnState) -> str:
    """Return the meaning of how far an answer is."""
    return "warning" if state.phase in {"retrying", "unsaved"} else "busy"


def _idle_words(opened: Opened | None, model: str) -> tuple[str, str]:
    """Return what is to be said where nothing runs, and its meaning."""
    if opened is None:
        return ("new conversation", "") if model else ("no model configured", "warning")
    if opened.is_deleted:
        return "deleted elsewhere: ctrl+x z puts it back", "warning"
    if opened.problem:
        return opened.problem, "error"
    messages = opened.session.messages if opened.session else []
    outcome = opened.meta.outcomes.get(messages[-1].id) if messages else None
    if outcome is not None:
        return outcome.state, "error" if outcome.state == "failed" else "warning"
    if messages and messages[-1].role == "user":
        return "not answered yet", "warning"
    return "ready", ""
