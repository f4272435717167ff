"""How an answer ended, in words."""

from __future__ import annotations

import asyncio
import logging
import sys

from oats_tui.core.errors import OatsError
from oats_tui.core.log import described
from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome
from oats_tui.session.store.recovery import interrupted

_log = logging.getLogger(__name__)


def no_model_steps() -> list[str]:
    """Return what to do where there is nothing that could answer: three lines with the exact commands."""
    return [
        "No model is configured yet. For one that runs on this machine, free and without a key, quit and run:",
        f"    {sys.executable} -m pip install xllamacpp",
        "or start it with OPENAI_BASE_URL=http://HOST/v1 OPENAI_API_KEY=KEY and --model openai/NAME.",
    ]


def no_model() -> Outcome:
    """Return the outcome of a message that nobody could answer."""
    return Outcome(
        state="failed",
        title="No model is configured, so nobody could answer.",
        hint="Your message is kept. Quit, add a model as a new conversation tells, and come back with -r last.",
    )


def outcome_of(answer: asyncio.Task[None], message: Message, *, closing: bool = False) -> Outcome | None:
    """Return how a finished answer ended; None for a complete one.

    Args:
        answer: The task that asked, done.
        message: What came of it.
        closing: Whether the program ends, so that nobody chose to stop this answer.
    """
    if answer.cancelled():
        return interrupted(has_text=bool(message.parts)) if closing else Outcome(state="stopped", title="Stopped.")
    error = answer.exception()
    if error is None and message.parts:
        return None
    if error is None:
        return Outcome(state="failed", title="The model answered with nothing.")
    if isinstance(error, ImportError):
        return Outcome(
            state="failed",
            title="A library that the model needs cannot be loaded.",
            detail=str(error),
            hint="Install oats-tui again.",
        )
    if isinstance(error, OatsError):
        return Outcome(state="failed", title=error.title, detail=error.detail, hint=error.hint)
    _log.error("an answer failed: %s", described(error))
    return Outcome(
        state="failed",
        title="The answer failed for a reason that is not foreseen.",
        detail=f"{type(error).__name__}; the log file has the rest.",
    )
