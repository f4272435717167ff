"""What is done with whole sessions: put away, forked, looked at."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from dataclasses import dataclass

from oats_tui.chat.ledger import Ledger
from oats_tui.core.errors import OatsError
from oats_tui.core.items import is_id
from oats_tui.date import utc
from oats_tui.session import filing
from oats_tui.session.facts import Facts, facts_of
from oats_tui.session.session import Session

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PutAway:
    """What was archived last, or brought back, so that it can be undone.

    Attributes:
        session_ids: Those of which it made a difference.
        archived: Whether they were archived.
    """

    session_ids: tuple[str, ...]
    archived: bool


async def put_away(ledger: Ledger, session_id: str, *, archived: bool) -> bool:
    """Put a session away, or bring it back; returns whether that made a difference.

    Raises OatsError where it cannot be read or saved.
    """
    async with ledger.editing(session_id) as session:
        return filing.put_away(session, utc() if archived else None)


async def fork(ledger: Ledger, session_id: str, message_id: str | None, taken: Container[str]) -> Session:
    """Make a session that begins as another one does, up to a message, or to the end where none is named.

    Args:
        ledger: Where sessions are read and written.
        session_id: The other one.
        message_id: The last message that is taken over.
        taken: The titles that other sessions have.

    Raises:
        OatsError: It cannot be read or saved, or the message is not in its file yet.
    """
    session = await ledger.load(session_id)
    title = filing.fork_title(session.title, taken)
    try:
        made = filing.fork_of(session, message_id, title, utc())
    except LookupError:
        raise OatsError(
            "This message is not in the session’s file yet.", hint="Fork once its answer is there."
        ) from None
    created = await ledger.sessions.create(made)
    try:
        known = await ledger.meta.get(session_id)
        await ledger.meta.take_over(created.id, filing.known_of_fork(session, made, known))
    except OatsError as error:
        # The conversation itself is there.
        _log.warning("what is known beside session %s is not in its fork: %s", session_id, error)
    return created


async def facts(ledger: Ledger, session_id: str) -> Facts:
    """Return what there is to know about a session. Raises OatsError where it cannot be read."""
    session = await ledger.load(session_id)
    above = session.info.parent_session_id or session.info.root_session_id
    parent = await ledger.sessions.get(above) if above is not None and is_id(above) else None
    family = await ledger.family(session_id)
    title = None if parent is None else parent.title
    return await asyncio.to_thread(facts_of, session, ledger.sessions.path_of(session_id), title, len(family) - 1)
