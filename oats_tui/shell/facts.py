"""The facts about sessions as the command line tells them: keys that stay, times in UTC."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pydantic_core import from_json

from oats_tui.session.entries import Entry
from oats_tui.session.models import SessionInfo, SessionTime

Facts: TypeAlias = dict[str, Any]
"""A session as an object of the JSON document; the keys are those that the help of `list` tells."""

_TEXTS = ("title", "project_dir", "working_dir")
_OPTIONAL = ("model_id", "provider_id", "root_session_id", "parent_session_id")
_NUMBERS = ("message_count", "total_tokens")
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
_TEXT, _NUMBER, _TEXT_OR_NONE = {str}, {int}, {str, type(None)}


def facts_of(entry: Entry) -> Facts:
    """Return the facts that a session's file tells; what it does not tell is None, a text empty, a number 0."""
    return _facts(entry.id, entry.title, _values(entry), entry.state, entry.problem)


def facts_of_info(info: SessionInfo) -> Facts:
    """Return the facts about a session that was read, in the same form."""
    return _facts(info.id, info.title, _plain(info))


def _facts(session_id: str, title: str, values: Mapping[str, Any], state: str = "ok", problem: str = "") -> Facts:
    """Return facts in the order in which they are written."""
    times = values.get("time") or {}
    return {
        "id": session_id,
        "title": title,
        "project_dir": values.get("project_dir", ""),
        "working_dir": values.get("working_dir", ""),
        "created": times.get("created"),
        "updated": times.get("updated"),
        "archived": times.get("archived"),
        "model_id": values.get("model_id"),
        "provider_id": values.get("provider_id"),
        "root_session_id": values.get("root_session_id"),
        "parent_session_id": values.get("parent_session_id"),
        "message_count": values.get("message_count", 0),
        "total_tokens": values.get("total_tokens", 0),
        "state": state,
        "problem": problem,
    }


def glance(entry: Entry) -> tuple[str, str, str]:
    """Return of the facts only how many messages there are, the project, and when it was changed last."""
    try:
        values = from_json(entry.raw)
        messages, project = values.get("message_count", 0), values.get("project_dir", "")
        updated = values["time"]["updated"]
        if type(messages) is int and type(project) is str and updated is not None and _is_utc(updated):
            return str(messages), project, updated
    except (ValueError, AttributeError, KeyError, TypeError):
        pass  # the thorough way finds what there is
    info, moment_ = entry.info, iso(entry.updated) or ""
    return ("0", "", moment_) if info is None else (str(info.message_count), info.project_dir, moment_)


def iso(seconds: float | None) -> str | None:
    """Return a moment in seconds since 1970 as ISO 8601 in UTC; None for none, and for one that no date has."""
    try:
        return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]}Z"
    except (OverflowError, ValueError, OSError):
        return None


def moment(value: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, with a Z."""
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return value.isoformat()


def local(seconds: float | None) -> str:
    """Return a moment as a person reads it, in the zone of this machine; empty for none."""
    if seconds is None:
        return ""
    try:
        at = time.localtime(seconds)
    except (OverflowError, ValueError, OSError):
        return ""
    return f"{at[0]:04}-{at[1]:02}-{at[2]:02} {at[3]:02}:{at[4]:02}"


def _values(entry: Entry) -> Mapping[str, Any]:
    """Return the facts of a file, of the types they should have.

    Validating twenty thousand sessions takes a quarter of a second, so those that are plainly well are not.
    """
    if not entry.raw:
        return {}
    try:
        values = from_json(entry.raw)
    except ValueError:
        values = None
    if isinstance(values, dict) and _is_plain(values):
        return values
    info = entry.info
    return {} if info is None else _plain(info)


def _is_plain(values: dict[str, Any]) -> bool:
    """Whether facts are of the types that our own files have."""
    get, times = values.get, values.get("time")
    return (
        type(times) is dict
        and {type(get("title", "")), type(get("project_dir", "")), type(get("working_dir", ""))} == _TEXT
        and {type(get("message_count", 0)), type(get("total_tokens", 0))} == _NUMBER
        and {type(get(key)) for key in _OPTIONAL} <= _TEXT_OR_NONE
        and _is_utc(times.get("created"))
        and _is_utc(times.get("updated"))
        and _is_utc(times.get("archived"))
    )


def _is_utc(value: Any) -> bool:
    """Whether a time is none, or stands there as we write it."""
    return value is None or (type(value) is str and _UTC.fullmatch(value) is not None)


def _plain(info: SessionInfo) -> dict[str, Any]:
    """Return validated facts as plain values."""
    values: dict[str, Any] = {key: getattr(info, key) for key in (*_TEXTS, *_OPTIONAL, *_NUMBERS)}
    # A time that the file does not tell would be the present one.
    times = {name: getattr(info.time, name) for name in info.time.model_fields_set & {*SessionTime.model_fields}}
    values["time"] = {name: moment(each) for name, each in times.items() if each is not None}
    return values
