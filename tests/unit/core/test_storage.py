from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.codec import StoredModel
from oats_tui.core.errors import OatsError
from oats_tui.core.storage import Storage, StorageError


class Note(StoredModel):
    text: str = ""


@pytest.fixture
def notes(data_dir: Path) -> Storage[Note]:
    return Storage("notes", Note)


def test_an_item_is_the_file_of_its_id_below_data_directory_and_namespace(
    notes: Storage[Note], data_dir: Path
) -> None:
    assert notes.storage_dir == data_dir / "notes"
    asyncio.run(notes.create("a", Note(text="hello")))
    assert (data_dir / "notes" / "a.json").read_text() == '{\n  "text": "hello"\n}'


def test_the_folder_follows_the_setting_and_is_made_only_when_something_is_saved(
    notes: Storage[Note], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asyncio.run(notes.list()) == []
    assert asyncio.run(notes.list_ids()) == []
    assert asyncio.run(notes.read("a")) is None
    assert asyncio.run(notes.delete("a")) is False
    assert not data_dir.exists()
    monkeypatch.setenv("OATS_TUI_DATA_DIR", str(data_dir.parent / "other"))
    assert notes.storage_dir == data_dir.parent / "other" / "notes"


def test_create_refuses_an_item_that_is_there_and_leaves_it_alone(notes: Storage[Note]) -> None:
    async def main() -> Note | None:
        await notes.create("a", Note(text="first"))
        with pytest.raises(StorageError):
            await notes.create("a", Note(text="second"))
        return await notes.read("a")

    assert asyncio.run(main()) == Note(text="first")


def test_of_two_creates_at_the_same_time_one_wins(notes: Storage[Note]) -> None:
    async def main() -> list[Note | BaseException]:
        both = (notes.create("a", Note(text="1")), notes.create("a", Note(text="2")))
        return list(await asyncio.gather(*both, return_exceptions=True))

    first, second = asyncio.run(main())
    assert first == Note(text="1")
    assert isinstance(second, StorageError)
    assert asyncio.run(notes.read("a")) == Note(text="1")


def test_update_refuses_an_item_that_is_not_there(notes: Storage[Note]) -> None:
    with pytest.raises(StorageError):
        asyncio.run(notes.update("a", Note()))
    assert asyncio.run(notes.read("a")) is None
    asyncio.run(notes.create("a", Note()))
    assert asyncio.run(notes.update("a", Note(text="new"))) == Note(text="new")
    assert asyncio.run(notes.read("a")) == Note(text="new")


def test_upsert_saves_in_either_case(notes: Storage[Note]) -> None:
    for text in ("first", "second"):
        assert asyncio.run(notes.upsert("a", Note(text=text))) == Note(text=text)
        assert asyncio.run(notes.read("a")) == Note(text=text)


def test_delete_tells_whether_there_was_an_item(notes: Storage[Note]) -> None:
    asyncio.run(notes.create("a", Note()))
    assert asyncio.run(notes.delete("a")) is True
    assert asyncio.run(notes.delete("a")) is False
    assert asyncio.run(notes.read("a")) is None


def test_listing_gives_every_item_and_leaves_out_what_is_none(
    notes: Storage[Note], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("b", "a"):
        asyncio.run(notes.create(name, Note(text=name)))
    (notes.storage_dir / "damaged.json").write_text("{")
    (notes.storage_dir / "other.json").write_text("[]")
    (notes.storage_dir / ".hidden.json").write_text("{}")
    (notes.storage_dir / "x.json.damaged").write_text("{}")
    os.utime(notes.storage_dir / "damaged.json", (1, 1))
    assert asyncio.run(notes.list()) == [Note(text="a"), Note(text="b")]
    assert asyncio.run(notes.list_ids()) == ["a", "b", "damaged", "other"]
    assert "damaged.json" in caplog.text
    assert asyncio.run(notes.read("damaged")) is None


def test_saves_happen_in_the_order_of_the_calls_with_what_the_item_was_then(notes: Storage[Note]) -> None:
    async def main() -> None:
        note = Note()
        tasks = []
        for number in range(20):
            note.text = str(number)
            tasks.append(asyncio.create_task(notes.upsert("a", note)))
            await asyncio.sleep(0)
        note.text = "never saved"
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert asyncio.run(notes.read("a")) == Note(text="19")


def test_a_storage_may_be_used_from_one_event_loop_after_the_other(notes: Storage[Note]) -> None:
    for number in range(3):
        asyncio.run(notes.upsert("a", Note(text=str(number))))
    assert asyncio.run(notes.read("a")) == Note(text="2")


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "share"),
        (errno.EACCES, "may not"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "disk"),
        (errno.EPIPE, os.strerror(errno.EPIPE)),
    ],
)
def test_errors_of_the_system_become_sentences_with_what_to_do(
    notes: Storage[Note], monkeypatch: pytest.MonkeyPatch, number: int, word: str
) -> None:
    def fail(path: Path, data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "replace_file", fail)
    with pytest.raises(StorageError) as caught:
        asyncio.run(notes.upsert("a", Note()))
    assert isinstance(caught.value, OatsError)
    assert caught.value.title
    assert caught.value.hint
    assert word in caught.value.detail
    assert isinstance(caught.value.__cause__, OSError)


def test_a_file_where_the_folder_should_be_is_told(notes: Storage[Note], data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "notes").write_text("mine")
    for call in (lambda: notes.upsert("a", Note()), notes.list, notes.list_ids):
        with pytest.raises(StorageError, match="folder"):
            asyncio.run(call())
    assert (data_dir / "notes").read_text() == "mine"


def test_a_folder_where_the_file_should_be_is_told_and_stays(notes: Storage[Note]) -> None:
    (notes.storage_dir / "a.json").mkdir(parents=True)
    with pytest.raises(StorageError):
        asyncio.run(notes.upsert("a", Note()))
    with pytest.raises(StorageError):
        asyncio.run(notes.delete("a"))
    assert asyncio.run(notes.read("a")) is None
    assert os.listdir(notes.storage_dir) == ["a.json"]


def test_a_name_too_long_for_the_file_system_is_told(notes: Storage[Note]) -> None:
    long = "é" * 200
    with pytest.raises(StorageError, match="long"):
        asyncio.run(notes.create(long, Note()))
    with pytest.raises(StorageError):
        asyncio.run(notes.read(long))
