"""What every session's file is worth, each looked at as a whole."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from oats_tui.core.files import read_regular
from oats_tui.core.items import SUFFIX, Patience, item_names
from oats_tui.session.entries import Entry, inspect_file, look_at
from oats_tui.session.rescue import salvage
from oats_tui.session.store.places import Places


class _AnyObject(BaseModel):
    """Some JSON object; its JSON is checked to the end, and nothing of it is kept, which is six times as fast."""


def examine(folder: Path) -> list[Entry]:
    """What lies in the folder of the sessions, sorted by id; a missing folder has none.

    Raises:
        StorageError: The folder cannot be listed.
    """
    patience = Patience()
    entries = (_examined(folder, name, patience) for name in item_names(folder))
    return [entry for entry in entries if entry.state != "missing"]


def savable(path: Path) -> int:
    """How many messages of a damaged session can be saved, of what is kept beside it too; 0 for none."""
    saved = salvage(Places(path.parent.parent, path.name.removesuffix(SUFFIX)))
    return len(saved.messages) if saved else 0


def _examined(folder: Path, name: str, patience: Patience) -> Entry:
    """What one file is worth: its head first, then whether the rest is whole."""
    path = folder / f"{name}{SUFFIX}"
    entry = look_at(folder, name, patience)
    if entry.state != "ok":
        return entry
    try:
        _AnyObject.model_validate_json(read_regular(path))
    except (OSError, ValidationError):
        # Lone surrogates, or something is wrong with it: the thorough way tells which.
        return inspect_file(path)
    return entry
