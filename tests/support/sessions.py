"""Sessions for tests of the store: short ones by name, and arbitrary ones for properties."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from oats_tui.session.message import (
    ImagePart,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.codec import decode_message, encode_message, encode_rest, join, split_checked
from oats_tui.session.store.draft import capture, restored
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.merge import Version
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import record_of
from oats_tui.session.store.saving import save

START = datetime(2026, 3, 1, tzinfo=UTC)
ROLES = {"q": "user", "a": "assistant", "s": "system", "S": "user"}


def message(name: str, text: str | None = None, at: float = 0.0, **fields: Any) -> Message:
    """A message of one text.

    Args:
        name: Its id; `q…` is a question, `a…` an answer, `s…` an instruction, `S…` a summary by oats.
        text: What it says; by default its name.
        at: When it was made, in seconds after the beginning.
        **fields: Further fields.
    """
    said = f"[Conversation Summary — 2 messages compacted]\n\n{name}" if name.startswith("S") else text or name
    part = TextPart(id=f"p-{name}", content=said if text is None else text)
    values = {"role": ROLES.get(name[:1], "user"), "created_at": START + timedelta(seconds=at), **fields}
    return Message.model_validate({"id": name, "session_id": "s", "parts": [part], **values})


def raw(name: str, text: str | None = None, at: float = 0.0, **fields: Any) -> bytes:
    """The piece of such a message."""
    return encode_message(message(name, text, at, **fields))


def session(*messages: Message | str, **facts: Any) -> Session:
    """A session of the id `s` with these messages, each a second after the one before."""
    time = SessionTime(created=START, updated=START)
    info = SessionInfo.model_validate({"id": "s", "project_dir": "/p", "working_dir": "/w", "time": time, **facts})
    said = [message(each, at=at) if isinstance(each, str) else each for at, each in enumerate(messages)]
    info.message_count = len(said)
    return Session(info=info, messages=said)


def file_of(made: Session) -> bytes:
    """The bytes of a session's file."""
    return b"".join(join(capture(made).encoded()))


def loaded(data: bytes) -> Session:
    """The session in these bytes, which remembers them."""
    return restored(split_checked(data), None)


def version(*messages: Message | str | bytes, extra: dict[str, Any] | None = None, **facts: Any) -> Version:
    """A version of the session `s`; texts are the names of messages, a second apart, bytes are pieces."""
    said = [decode_message(each) if isinstance(each, bytes) else each for each in messages]
    made = Version.of(split_checked(file_of(session(*said, **facts))))
    return Version(made.info, made.messages, encode_rest(extra or {}))


def changed(made: Version, info: dict[str, Any] | None = None, **messages: bytes | None) -> Version:
    """A version with other facts and messages; None removes one, an unknown name appends one."""
    facts: dict[str, Any] = {**json.loads(made.info), **(info or {})}
    said = {**made.messages, **messages}
    left = {key: each for key, each in said.items() if each is not None}
    return Version(json.dumps(facts, indent=2).replace("\n", "\n  ").encode(), left, made.rest)


def facts_of(made: Version) -> Any:
    """The facts of a version."""
    return json.loads(made.info)


def journal_of(*records: Any) -> Journal:
    """The journal that these records make."""
    journal = Journal()
    journal.take(b"".join(map(record_of, records)))
    return journal


def noted(name: str, after: str | None, at: float, **fields: Any) -> dict[str, Any]:
    """The record of a message of ours."""
    record = {"m": json.loads(raw(name, at=at)), "after": after, "at": at}
    return {**record, **fields}


def saved(places: Places, made: Session, at: float = 1000.0) -> Session:
    """Save a session as the writer thread does; returns what a caller goes on with."""
    done = save(places, capture(made), "be either", lambda: at)
    made._held = done.held
    return done.session or made


def other_program(file: Path, *names: str, **facts: Any) -> None:
    """Write a session as another program does: in place, with further messages and other facts."""
    value = json.loads(file.read_bytes())
    value["messages"] += [json.loads(raw(name)) for name in names]
    value["info"].update(facts)
    file.write_text(json.dumps(value, indent=2))


texts = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(
    ["\n    }", "\n  ]", ",\n    {", "\n}", '\n  "messages": [', "\ud800", "\x00\x1b\x9b", "héllo — 漢字 🙂"]
)
"""Texts of any characters, lone surrogates too, and those that look like the lines a file is cut at."""

odd = st.sampled_from(
    [2**70, -(2**70), float("nan"), float("inf"), b"\xff", Path("/p"), START, (1, 2), {1: 2}, 1e300, -0.0]
)
"""Values that JSON cannot hold as they are, or that other programs choke on."""

plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    plain | texts | odd,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
dictionaries: st.SearchStrategy[dict[str, Any]] = st.dictionaries(texts, values, max_size=3)
extras: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["x", "vendor data", "naïve", "self", "model_fields"]), values, max_size=2
)


@st.composite
def parts(draw: st.DrawFn) -> Any:
    """A part of any kind, unknown ones too."""
    kind = draw(st.sampled_from(["text", "image", "call", "result", "later"]))
    more = draw(extras)
    if kind == "text":
        return TextPart(id=draw(texts), content=draw(texts), **more)
    if kind == "image":
        url = draw(st.none() | texts)
        return ImagePart(id="i", media_type=draw(texts), data=draw(st.none() | texts), url=url, **more)
    if kind == "call":
        return ToolCallPart(id="c", tool_call_id="t", tool_name=draw(texts), arguments=draw(dictionaries), **more)
    if kind == "result":
        told: dict[str, Any] = {"tool_call_id": "t", "tool_name": "n", "title": draw(texts), "output": draw(texts)}
        return ToolResultPart(id="r", metadata=draw(dictionaries), error=draw(st.none() | texts), **told, **more)
    return UnknownPart(type=draw(st.sampled_from(["thinking", "", "TEXT"])), **more)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A message with any parts and odd fields."""
    made = Message(
        id=draw(texts),
        session_id="s",
        role=draw(st.sampled_from(["user", "assistant", "system"])),
        parts=draw(st.lists(parts(), max_size=3)),
        created_at=draw(st.datetimes(timezones=st.none() | st.just(UTC))),
        model=draw(st.none() | texts),
        **draw(extras),
    )
    made.usage = draw(st.none() | st.dictionaries(texts, st.integers(-(2**66), 2**66), max_size=2))
    return made


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """A session of any content."""
    time = SessionTime(created=START, updated=draw(st.datetimes()))
    facts: dict[str, Any] = {
        "title": draw(texts),
        "project_dir": draw(texts),
        "total_tokens": draw(st.integers(0, 2**70)),
    }
    info = SessionInfo(id="s", working_dir="/w", time=time, **facts, **draw(extras))
    said = draw(st.lists(messages(), max_size=3))
    return Session(info=info, messages=said, **draw(extras))
