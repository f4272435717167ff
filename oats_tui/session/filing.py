"""Sessions put away, and sessions made from others."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import datetime

from oats_tui.core.id import generate_id
from oats_tui.core.sanitize import sanitize_line
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.meta import SessionMeta
from oats_tui.session.models import Session, SessionInfo, SessionTime

_LONGEST_TITLE = 80
_FORK = re.compile(r" \(fork(?: ([0-9]{1,6}))?\)$")

_FORKED_HERE = re.compile(r" ?Forked here from .*$", re.DOTALL)


def put_away(session: Session, moment: datetime | None) -> bool:
    """Put a session away, or bring it back; when something happened in it last stays as it is.

    Args:
        session: The session.
        moment: When it is put away; None to bring it back. One that is put away already keeps its moment.

    Returns:
        Whether that makes a difference.
    """
    if (session.info.time.archived is None) == (moment is None):
        return False
    session.info.time.archived = moment
    return True


def fork_of(session: Session, message_id: str | None, title: str, moment: datetime) -> Session:
    """Return a new session that begins as another one did.

    Its messages are copies with ids of their own. It stands below the session it was made from, as the
    sub-sessions of agents do.

    Args:
        session: The other one.
        message_id: The last message that is taken over; None for all.
        title: What the new one is called.
        moment: When it is made.

    Raises:
        LookupError: There is no such message.
    """
    above = session.info
    ids = [message.id for message in session.messages]
    if message_id is not None and message_id not in ids:
        raise LookupError(message_id)
    end = len(ids) if message_id is None else ids.index(message_id) + 1
    info = SessionInfo(
        title=title,
        project_dir=above.project_dir,
        working_dir=above.working_dir,
        time=SessionTime(created=moment, updated=moment),
        model_id=above.model_id,
        provider_id=above.provider_id,
        root_session_id=above.root_session_id or above.id,
        parent_session_id=above.id,
        message_count=end,
    )
    return Session(info=info, messages=[_copy(message, info.id) for message in session.messages[:end]])


def known_of_fork(above: Session, fork: Session, known: SessionMeta) -> SessionMeta:
    """Return what is known of a new session's messages: what is known of those that they are copies of.

    A note at the last of them tells which session it was made from.

    Args:
        above: The session it was made from.
        fork: The new one.
        known: Our own facts about the other one.
    """
    pairs = [(old.id, new.id) for old, new in zip(above.messages, fork.messages, strict=False)]
    last = known.outcomes.get(pairs[-1][0]) if pairs else None
    notes = {new: known.notes[old] for old, new in pairs if old in known.notes}
    if pairs:
        end = pairs[-1][1]
        # One sentence: where the other one was forked at the same message, that one tells it.
        before = _FORKED_HERE.sub("", notes.get(end, ""))
        notes[end] = f"{before} {_made_from(above.title)}".strip()
    return SessionMeta(
        outcomes={new: known.outcomes[old] for old, new in pairs if old in known.outcomes},
        notes=notes,
        about={new: known.about[old] for old, new in pairs if old in known.about},
        newest=last.state if last else None,
    )


def fork_title(title: str, taken: Container[str]) -> str:
    """Return a title for a session made from another one, which no other session has.

    Args:
        title: The title of the other one.
        taken: All titles there are.
    """
    base = _FORK.sub("", title)
    number = 1
    while (made := f"{base} (fork)" if number == 1 else f"{base} (fork {number})") in taken:
        number += 1
    return made


def _made_from(title: str) -> str:
    """Return a sentence that tells which session another one was made from."""
    title = sanitize_line(title)
    cut = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    return f"Forked here from “{cut}”." if cut else "Forked here from another session."


def _copy(message: Message, session_id: str) -> Message:
    """Return a message as one of another session; what cannot be understood is left as it is."""
    if isinstance(message, OpaqueMessage):
        return message
    return message.model_copy(update={"id": generate_id(), "session_id": session_id}, deep=True)
