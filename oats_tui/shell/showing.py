"""`show`: whole conversations as plain text."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from oats_tui.core.codec import encode
from oats_tui.core.errors import OatsError
from oats_tui.session.activity import activity_in
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage, SessionMeta
from oats_tui.session.session import Session, SessionStorage
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.places import places_of
from oats_tui.shell.facts import facts_of_info
from oats_tui.shell.naming import found_sessions
from oats_tui.shell.output import Output
from oats_tui.shell.telling import head, message_lines


@dataclass(frozen=True)
class Shown:
    """One session as it is shown.

    Attributes:
        session: The session.
        meta: What is known beside its file.
        messages: Those of its messages that are shown.
        answering: The answer that another program is taking in; None for none.
        cut_off: An answer whose program is gone, as far as it came; None for none.
    """

    session: Session
    meta: SessionMeta = field(default_factory=SessionMeta)
    messages: list[Message] = field(default_factory=list)
    answering: Message | None = None
    cut_off: Message | None = None

    @property
    def earlier(self) -> int:
        """How many messages before these are not shown."""
        return len(self.session.messages) - len(self.messages)


def show(options: argparse.Namespace, out: Output) -> int:
    """Write sessions, one below the other."""
    named = found_sessions(out, options.ids)
    shown = asyncio.run(_all(named, options.newest, out))
    out.document(sessions=[_plain(each) for each in shown] if out.as_json else [], failed=out.failures)
    if not out.as_json:
        for index, each in enumerate(shown):
            out.lines([""] if index else [])
            _tell(each, out)
    return 0


async def _all(named: Sequence[tuple[str, str]], newest: int | None, out: Output) -> list[Shown]:
    """Read the sessions that are asked for; what cannot be shown is told."""
    storage = SessionStorage()
    shown = []
    for wanted, session_id in named:
        try:
            shown.append(await _read(storage, session_id, newest))
        except OatsError as error:
            out.failed(wanted, error)
    return shown


async def _read(storage: SessionStorage, session_id: str, newest: int | None) -> Shown:
    """Read one session; nothing is written, also where an answer in it has no end."""
    session = await storage.get(session_id)
    if session is None:
        entry = await storage.inspect(session_id)
        raise OatsError(f"Session {session_id} cannot be shown.", entry.problem, "oats-tui doctor tells more.")
    meta = await MetaStorage().get(session_id)
    open_answer, is_held = await asyncio.to_thread(_open_answer, session)
    messages = session.messages[-newest:] if newest else list(session.messages)
    answering, cut_off = (open_answer, None) if is_held else (None, open_answer)
    return Shown(session, meta, messages, answering, cut_off)


def _open_answer(session: Session) -> tuple[Message | None, bool]:
    """The answer in a session that has no end yet, and whether somebody is still taking it in."""
    places = places_of(session.id)
    try:
        begun = read_journal(places.journal).open_answers()
        message = Message.model_validate(begun[-1].so_far()) if begun else None
    except (OSError, ValidationError):
        return None, False
    if message is None or any(each.id == message.id for each in session.messages):
        return None, False
    return message, activity_in(places).holder is not None


def _plain(shown: Shown) -> dict[str, Any]:
    """Return a session as an object of the JSON document."""
    return {
        **facts_of_info(shown.session.info),
        "messages": [_plain_message(shown.meta, message) for message in shown.messages],
        "answering": from_json(encode(shown.answering)) if shown.answering else None,
        "cut_off": from_json(encode(shown.cut_off)) if shown.cut_off else None,
        "earlier": shown.earlier,
    }


def _plain_message(meta: SessionMeta, message: Message) -> dict[str, Any]:
    """Return a message as in its file, with how it fared."""
    outcome = meta.outcomes.get(message.id)
    plain: dict[str, Any] = from_json(encode(message))
    told = {key: getattr(outcome, key) for key in ("state", "title", "detail", "hint")} if outcome else None
    return {**plain, "outcome": told}


def _tell(shown: Shown, out: Output) -> None:
    """Write a session as text."""
    out.lines(head(shown.session.info, out))
    if shown.earlier:
        out.lines(["", out.styled(f"({shown.earlier:,} earlier)", "dim")])
    for message in shown.messages:
        out.lines(message_lines(message, out, shown.meta.outcomes.get(message.id)))
    if shown.answering is not None:
        out.lines(message_lines(shown.answering, out, note="another program is answering"))
    if shown.cut_off is not None:
        out.lines(message_lines(shown.cut_off, out, note="cut off: its program is gone"))
