"""What lies in the folder of sessions, named for what it is: also that which cannot be opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from pydantic import ValidationError

from oats_tui.core.codec import NotJsonError, fault
from oats_tui.core.files import NotRegularError
from oats_tui.core.items import SUFFIX, Patience, read_settled
from oats_tui.session.models import SessionInfo
from oats_tui.session.store.codec import NotASessionError, Pieces, decode_info, decode_message, split

State: TypeAlias = Literal["ok", "missing", "damaged", "unreadable", "foreign"]

# How the files begin and end that oats and we write. No line within a text or deeper object looks like this.
_START = b'{\n  "info": {\n'
_BEFORE_INFO = len(b'{\n  "info": ')
_INFO_END = b"\n  }"
_MESSAGES = b',\n  "messages": ['
_ENDS = (b"\n  ]\n}", b": []\n}")
_BLANKS = b" \t\r\n"

_HEAD_SIZE = 4096
_MAX_HEAD_SIZE = 1 << 16
_TAIL_SIZE = 64

# What a float can tell and a datetime can show: the years 1 to 9999.
_FIRST_SECOND = -62_135_596_800.0
_LAST_SECOND = 253_402_300_799.0


class Filing(NamedTuple):
    """Where a session belongs in a list.

    Attributes:
        project: The folder of its project; empty if it does not tell.
        parent: The id of the session that it was begun from; None if it tells none.
        root: The id of the session with which the work it is part of began; None if it tells none.
        archived: Whether it was put away.
    """

    project: str = ""
    parent: str | None = None
    root: str | None = None
    archived: bool = False


UNFILED = Filing()
"""What is known of a session that tells nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the folder of sessions.

    Attributes:
        id: The name of the file without its ending.
        state: `ok`; `missing`: there is none; `damaged`: it does not hold a whole session; `unreadable`:
            it cannot be read, or is not a regular file; `foreign`: it holds something else, or the
            session of another id.
        problem: A sentence for a person; empty when the state is `ok`.
        title: What the session is called; empty if it does not tell.
        updated: When something happened in it last, in seconds since 1970; None if it does not tell.
        raw: The JSON of the facts about the session; empty if it tells none.
        filing: Where it belongs in a list.
    """

    id: str
    state: State
    problem: str = ""
    title: str = ""
    updated: float | None = None
    raw: bytes = field(default=b"", repr=False)
    filing: Filing = UNFILED

    @property
    def info(self) -> SessionInfo | None:
        """The facts about the session, validated anew at each call; None if it tells none."""
        try:
            return decode_info(self.raw) if self.raw else None
        except ValueError:
            return None


def inspect_file(path: Path) -> Entry:
    """Look at one file, at its messages too; one of them that cannot be understood is no fault of the file's."""
    return _classify(path, path.name.removesuffix(SUFFIX), Patience(), _read_session)


def look_at(folder: Path, name: str, patience: Patience) -> Entry:
    """Look at the head of one file, and whether it has an end; at all of it if its form is not the usual one.

    Args:
        folder: The folder of the file.
        name: The file's name without the ending.
        patience: How long may be waited for another program that is just writing it.
    """
    try:
        raw = _usual_head(f"{folder}{os.sep}{name}{SUFFIX}")
        if raw:
            return _entry(name, raw)
    except (OSError, ValueError):
        pass  # the thorough way finds the same, and names it
    return _classify(folder / f"{name}{SUFFIX}", name, patience, _read_info)


def _usual_head(path: str) -> bytes:
    """The JSON of the facts, from the head of a whole file of the usual form; of any other nothing."""
    # Not by `opened_regular`: for twenty thousand files its comfort costs a fifth of the time.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            return b""
        head = os.pread(handle, _HEAD_SIZE, 0)
        if head.find(_INFO_END) < 0:
            head = os.pread(handle, _MAX_HEAD_SIZE, 0)
        tail = os.pread(handle, _TAIL_SIZE, max(found.st_size - _TAIL_SIZE, 0))
    finally:
        os.close(handle)
    end = head.find(_INFO_END) + len(_INFO_END)
    is_usual = head.startswith(_START) and head.startswith(_MESSAGES, end)
    return head[_BEFORE_INFO:end] if is_usual and tail.rstrip(_BLANKS).endswith(_ENDS) else b""


def _read_info(data: bytes) -> bytes:
    """The JSON of the facts in a session's file of any form."""
    return _cut(data).info


def _read_session(data: bytes) -> bytes:
    """The JSON of the facts in a session's file, once all of it has been found whole."""
    pieces = _cut(data)
    decode_info(pieces.info)
    for piece in pieces.messages:
        decode_message(piece)
    return pieces.info


def _cut(data: bytes) -> Pieces:
    """The pieces of a session's file of any form."""
    if data.startswith(b"{") and not data.rstrip(_BLANKS).endswith(b"}"):
        # Parsing tens of megabytes would tell the same, and hold up everything else meanwhile.
        raise NotJsonError("The file does not end as it should: it was cut off, or something follows.")
    return split(data)


def _classify(path: Path, name: str, patience: Patience, read: Callable[[bytes], bytes]) -> Entry:
    """Name one file for what it is."""
    try:
        return _entry(name, read_settled(path, read, patience))
    except FileNotFoundError:
        return Entry(name, "missing", "There is no session of this id.")
    except NotRegularError:
        return Entry(name, "unreadable", "It is not a file, but a folder, link, pipe, socket or device.")
    except OSError as error:
        return Entry(name, "unreadable", f"The file could not be read: {error.strerror}.")
    except NotJsonError as error:
        return Entry(name, "damaged", str(error))
    except NotASessionError as error:
        return Entry(name, "foreign", str(error))
    except ValidationError as error:
        return Entry(name, "damaged", f"The file is not a whole session: {fault(error)}.")


def _entry(name: str, raw: bytes) -> Entry:
    """The entry of a file that holds these facts."""
    info = decode_info(raw)
    updated = None
    # A time that the file does not tell would be the present one, another at each look.
    if "time" in info.model_fields_set and "updated" in info.time.model_fields_set:
        updated = min(max(info.time.updated.timestamp(), _FIRST_SECOND), _LAST_SECOND)
    is_archived = info.time.archived is not None
    filing = Filing(info.project_dir, info.parent_session_id, info.root_session_id, is_archived)
    if info.id != name:
        problem = "The file holds the session of another id, perhaps as a copy."
        return Entry(name, "foreign", problem, info.title, updated, raw, filing)
    return Entry(name, "ok", "", info.title, updated, raw, filing)
