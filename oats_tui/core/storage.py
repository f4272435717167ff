"""One file per item below the data directory."""

# An item's id is called id in the public interface.
# ruff: noqa: A001, A002

from __future__ import annotations

import asyncio
import builtins
import logging
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

from oats_tui.core import files
from oats_tui.core.codec import decode, encode, fault
from oats_tui.core.config import get_data_dir
from oats_tui.core.items import SUFFIX, Patience, check_id, item_names, read_settled
from oats_tui.core.storage_errors import StorageError, storage_error

__all__ = ["Storage", "StorageError", "check_id", "storage_error"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T", bound=BaseModel)

Must: TypeAlias = Literal["be new", "be there", "be either"]
"""What an item must be on disk for a save to happen."""


class Storage(Generic[_T]):
    """Keeps each item in `<data directory>/<namespace>/<id>.json`.

    Saves are done in the order in which they were asked for. Cancelling the one who asks cancels no save.

    Args:
        namespace: The folder's path below the data directory.
        model_class: What an item is.
    """

    def __init__(self, namespace: str, model_class: type[_T]) -> None:
        self._namespace = namespace
        self._model_class = model_class

    @property
    def storage_dir(self) -> Path:
        """The folder of the items, looked up anew each time; it need not exist."""
        return get_data_dir() / self._namespace

    def path_of(self, id: str) -> Path:
        """The file of an item.

        Raises:
            StorageError: The id is none.
        """
        check_id(id)
        return self.storage_dir / f"{id}{SUFFIX}"

    async def create(self, id: str, data: _T) -> _T:
        """Save a new item.

        Raises:
            StorageError: There is one of that id, or it could not be saved.
        """
        await files.finished(self.submit_save(id, data, "be new"))
        return data

    async def read(self, id: str) -> _T | None:
        """The item, or None if it is missing or (then it is logged) cannot be understood.

        Raises:
            StorageError: The id is none.
        """
        path = self.path_of(id)
        return await asyncio.to_thread(self._read_one, path, Patience())

    async def update(self, id: str, data: _T) -> _T:
        """Save an item that is there.

        Raises:
            StorageError: There is none of that id, or it could not be saved.
        """
        await files.finished(self.submit_save(id, data, "be there"))
        return data

    async def upsert(self, id: str, data: _T) -> _T:
        """Save an item, whether it is there or not.

        Raises:
            StorageError: It could not be saved.
        """
        await files.finished(self.submit_save(id, data, "be either"))
        return data

    async def delete(self, id: str) -> bool:
        """Remove an item; returns whether there was one.

        Raises:
            StorageError: The id is none, or the item could not be removed.
        """
        return await files.finished(self.submit_delete(id))

    async def list(self) -> builtins.list[_T]:
        """All items that can be understood, sorted by id; the others are logged.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(self._read_every, self.storage_dir)

    async def list_ids(self) -> builtins.list[str]:
        """The ids of all items, sorted; nothing is read but the folder.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(item_names, self.storage_dir)

    def submit_save(self, id: str, data: _T, must: Must) -> Future[None]:
        """Hand an item, as it is now, to the writer thread.

        Args:
            id: Its id.
            data: The item; changing it later does not change what is saved.
            must: What the item must be on disk for the save to happen.

        Raises:
            StorageError: The id is none. All else is raised by the result.
        """
        path = self.path_of(id)
        body = encode(data)
        return files.submit(lambda: _save(path, body, must))

    def submit_delete(self, id: str) -> Future[bool]:
        """Let the writer thread remove an item; the result tells whether there was one.

        Raises:
            StorageError: The id is none. All else is raised by the result.
        """
        path = self.path_of(id)
        return files.submit(lambda: _delete(path))

    def _read_one(self, path: Path, patience: Patience) -> _T | None:
        """One item, or None."""
        try:
            return read_settled(path, lambda data: decode(data, self._model_class), patience)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("%s was left out: %s", path, fault(error))
            return None

    def _read_every(self, folder: Path) -> builtins.list[_T]:
        """Every item that can be read; the waiting for half-written ones is shared by all."""
        patience = Patience()
        found = (self._read_one(folder / f"{id}{SUFFIX}", patience) for id in item_names(folder))
        return [item for item in found if item is not None]


def _save(path: Path, body: bytes, must: Must) -> None:
    """Save one item; runs in the writer thread."""
    try:
        is_there = files.signature(path) is not None
        if is_there and must == "be new":
            raise StorageError("An item of this id is there already.", str(path), "Give the new one another id.")
        if not is_there and must == "be there":
            raise StorageError("There is no item of this id.", str(path), "Create it first.")
        files.ensure_folder(path.parent)
        files.replace_file(path, body)
    except OSError as error:
        raise storage_error("The file could not be saved.", path, error) from error


def _delete(path: Path) -> bool:
    """Remove one item; runs in the writer thread."""
    try:
        return files.remove_file(path)
    except OSError as error:
        raise storage_error("The file could not be removed.", path, error) from error
