"""What other programs are doing in a session right now: answering, or waiting for their turn."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from oats_tui.core import files
from oats_tui.core.codec import parse
from oats_tui.core.files import Holder
from oats_tui.core.items import is_id
from oats_tui.session.message import Message
from oats_tui.session.store.begun import Answer
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.places import Places, ours

_TURN_SUFFIX = ".turn"
_MOST_PROCESSES = 1 << 31
# The clock may have been set since.
_CLOCK_ERROR = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """An answer that another program is taking in.

    Attributes:
        message: The answer, as far as it was written down.
        asked_id: The id of the message that it answers.
    """

    message: Message
    asked_id: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What other programs are doing in a session.

    Attributes:
        holder: Who has the turn to answer; None for nobody, or for this program itself.
        running: The answer that is coming; None before it begins.
        waiting: The ids of messages that other programs will ask when it is their turn.
        is_cut_off: Whether an answer was begun and its program is gone.
    """

    holder: Holder | None = None
    running: Running | None = None
    waiting: frozenset[str] = frozenset()
    is_cut_off: bool = False

    def __bool__(self) -> bool:
        """Whether anything is being done."""
        return self.holder is not None or bool(self.waiting)


NOBODY = Activity()
"""Nobody does anything."""


class StopRequest(BaseModel):
    """Another program's wish that an answer be stopped.

    Attributes:
        stop: The id of the answer's message.
    """

    model_config = ConfigDict(extra="ignore", strict=True)

    stop: str


def activity_in(places: Places) -> Activity:
    """What other programs are doing in a session; nothing that cannot be read counts."""
    try:
        journal = read_journal(places.journal)
    except OSError:
        return Activity()
    holder = files.holder(places.turn)
    waiting = frozenset(_waiting(journal, is_held=holder is not None))
    if holder is not None and is_this(holder.pid, holder.host):
        return Activity(waiting=waiting)
    begun = journal.open_answers()
    running = _running(begun[-1]) if begun and holder is not None else None
    return Activity(holder, running, waiting, is_cut_off=bool(begun) and holder is None)


def active_sessions(data_dir: Path) -> list[str]:
    """The ids of the sessions in which somebody may be answering, or whose answering program was killed.

    A lock that was given back is empty, so of most sessions only the length of a file is looked at.
    """
    found = []
    try:
        with os.scandir(ours(data_dir) / "locks") as entries:
            for entry in entries:
                name = entry.name.removesuffix(_TURN_SUFFIX)
                # One that was thrown away since the folder was listed says nothing of the others.
                with contextlib.suppress(FileNotFoundError):
                    if entry.name != name and is_id(name) and entry.stat(follow_symlinks=False).st_size:
                        found.append(name)
    except OSError:
        return sorted(found)
    return sorted(found)


def requested_stop(places: Places) -> str | None:
    """The id of the message whose answer somebody wants stopped; None if nobody does."""
    try:
        return StopRequest.model_validate(parse(files.read_regular(places.request))).stop
    except (OSError, ValueError):
        return None


def is_this(pid: Any, host: Any) -> bool:
    """Whether a process is this one."""
    return bool(pid == os.getpid() and host == socket.gethostname())


def _waiting(journal: Journal, *, is_held: bool) -> Iterator[str]:
    """The messages that wait in other programs that are there still, as far as that can be told."""
    answered = {answer.asked for answer in journal.answers.values()}
    for message_id, by in journal.queued.items():
        if message_id not in answered and not is_this(by.get("pid"), by.get("host")) and _is_there(by, is_held):
            yield message_id


def _is_there(by: dict[str, Any], is_held: bool) -> bool:
    """Whether a program that waits still runs; of another machine's, whether there is anything to wait for."""
    pid, since = by.get("pid"), by.get("since")
    if by.get("host") != socket.gethostname():
        return is_held
    if not isinstance(pid, int) or not 0 < pid < _MOST_PROCESSES:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    # The number may be another program's by now.
    return not isinstance(since, int | float) or _began(pid) <= since + _CLOCK_ERROR


def _began(pid: int) -> float:
    """When a process began, in seconds since 1970; at the beginning of time where that cannot be told."""
    try:
        return Path(f"/proc/{pid}").stat().st_ctime
    except OSError:
        return 0.0


def _running(answer: Answer) -> Running | None:
    """The answer as far as it came; None if it cannot be understood."""
    try:
        return Running(Message.model_validate(answer.so_far()), answer.asked)
    except ValidationError:
        return None
