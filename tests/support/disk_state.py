"""What lies in a data directory, as a program that knows only JSON and the names of the files sees it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.tmp")
"""The names of files that are not finished."""


@dataclass(frozen=True, slots=True)
class State:
    """What lies in a data directory.

    Attributes:
        sessions: Of each session, by its id, the ids of its messages; None if its file is not a whole session.
        trash: The same of the sessions that were deleted, by the id in the file.
        temporary: Paths of files that were not finished, relative to the data directory.
        files: Paths of all files, likewise.
    """

    sessions: dict[str, list[str] | None] = field(default_factory=dict)
    trash: dict[str, list[str] | None] = field(default_factory=dict)
    temporary: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def state_of(data_dir: Path) -> State:
    """Look at a data directory; it need not exist."""
    state = State()
    for folder, _, names in os.walk(data_dir):
        for name in sorted(names):
            path = Path(folder) / name
            relative = path.relative_to(data_dir)
            state.files.append(str(relative))
            if TEMPORARY.fullmatch(name):
                state.temporary.append(str(relative))
            elif relative.parent == Path("sessions"):
                state.sessions[path.stem] = message_ids(path)
            elif relative.parts[:2] == ("oats_tui", "trash") and name == "session":
                state.trash[_id_of(path)] = message_ids(path)
    return state


def message_ids(path: Path) -> list[str] | None:
    """The ids of the messages of a session's file; None if it does not hold a whole session."""
    try:
        value = json.loads(path.read_bytes())
        assert isinstance(value["info"]["title"], str)
        return [_whole(message) for message in value["messages"]]
    except (ValueError, KeyError, TypeError):
        return None


def _whole(message: Any) -> str:
    """The id of a message whose fields are there."""
    assert isinstance(message["parts"][0]["content"], str)
    return str(message["id"])


def _id_of(path: Path) -> str:
    """The id that a session's file tells; the folder's name if it tells none."""
    try:
        return str(json.loads(path.read_bytes())["info"]["id"])
    except (ValueError, KeyError, TypeError):
        return path.parent.name
