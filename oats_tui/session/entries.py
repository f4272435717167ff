"""What lies in the folder of sessions, named for what it is: also that which cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import ValidationError

from oats_tui.core.codec import NotJsonError, StoredModel, fault
from oats_tui.core.files import NotRegularError
from oats_tui.core.items import SUFFIX, Patience, item_names, read_settled
from oats_tui.session.codec import NotASessionError, decode, info_of
from oats_tui.session.models import Session, SessionInfo

State: TypeAlias = Literal["ok", "missing", "damaged", "unreadable", "foreign"]


@dataclass(frozen=True)
class Entry:
    """One file of the folder of sessions.

    Attributes:
        id: The name of the file without its ending.
        state: `ok`; `missing`: there is none; `damaged`: it does not hold a whole session; `unreadable`:
            it cannot be read, or is not a regular file; `foreign`: it holds something else, or the
            session of another id.
        info: The facts about the session, if it tells any.
        problem: A sentence for a person; empty when the state is `ok`.
    """

    id: str
    state: State
    info: SessionInfo | None = None
    problem: str = ""


class _Head(StoredModel):
    """A session without its messages."""

    info: SessionInfo


def inspect_file(path: Path) -> Entry:
    """Look at one file, at its messages too."""
    return _classify(path, _read_session, Patience())


def inspect_folder(folder: Path) -> list[Entry]:
    """Look at the `info` of every file in a folder, sorted by id; a missing folder has none.

    The waiting for files that are just being written is 0.6 s for all together.

    Raises:
        StorageError: The folder cannot be listed.
    """
    patience = Patience()
    entries = (_classify(folder / f"{name}{SUFFIX}", _read_info, patience) for name in item_names(folder))
    # A file may be deleted between the listing and the reading.
    return [entry for entry in entries if entry.state != "missing"]


def _read_info(data: bytes) -> SessionInfo:
    """The facts in a session's file, without its messages."""
    return _Head.model_validate({"info": info_of(data)}).info


def _read_session(data: bytes) -> SessionInfo:
    """The facts in a session's file, once all of it has been found whole."""
    info_of(data)
    return decode(data, Session).info


def _classify(path: Path, read: Callable[[bytes], SessionInfo], patience: Patience) -> Entry:
    """Name one file for what it is."""
    name = path.name.removesuffix(SUFFIX)
    try:
        info = read_settled(path, read, patience)
    except FileNotFoundError:
        return Entry(name, "missing", problem="There is no session of this id.")
    except NotRegularError:
        return Entry(name, "unreadable", problem="It is not a file, but a folder, link, pipe, socket or device.")
    except OSError as error:
        return Entry(name, "unreadable", problem=f"The file could not be read: {error.strerror}.")
    except NotJsonError as error:
        return Entry(name, "damaged", problem=str(error))
    except NotASessionError as error:
        return Entry(name, "foreign", problem=str(error))
    except ValidationError as error:
        return Entry(name, "damaged", problem=f"The file is not a whole session: {fault(error)}.")
    if info.id != name:
        return Entry(name, "foreign", info, "The file holds the session of another id, perhaps as a copy.")
    return Entry(name, "ok", info)
