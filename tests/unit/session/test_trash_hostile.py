from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.session import SessionStorage
from oats_tui.session.trash import Trash, Trashed
from tests.support.trashing import delete, made, texts, trash

STAMP = "20260101T000000000000"


def changed_facts(data_dir: Path, **facts: Any) -> None:
    """Let the only folder in the trash say something else of itself."""
    [name] = trash(data_dir)
    path = data_dir / "oats_tui" / "trash" / name / "facts"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | facts))


@pytest.mark.parametrize("id_", ["../outside", "a/b", "..", ".", "", "a\0b", "x" * 201])
def test_facts_that_name_no_id_lead_nowhere(data_dir: Path, id_: str) -> None:
    made("s")
    delete("s")
    [name] = trash(data_dir)
    facts = data_dir / "oats_tui" / "trash" / name / "facts"
    facts.write_text(json.dumps({"id": id_, "title": "t", "together": "s", "name": "../../sessions"}))
    before = sorted(path for path in data_dir.parent.rglob("*") if "locks" not in path.parts)
    assert asyncio.run(Trash().list()) == []
    assert asyncio.run(Trash().restore_last()) == []
    with pytest.raises(StorageError):
        delete(id_)
    assert sorted(path for path in data_dir.parent.rglob("*") if "locks" not in path.parts) == before


def test_a_hostile_trash_is_listed_as_far_as_it_can_be(data_dir: Path) -> None:
    made("s")
    delete("s")
    folder = data_dir / "oats_tui" / "trash"
    os.mkfifo(folder / f"fifo.{STAMP}")
    (folder / f"file.{STAMP}").write_bytes(b"x")
    (folder / "odd").mkdir()
    (folder / "odd" / "facts").write_text(json.dumps({"id": "odd", "title": "t", "together": "odd"}))
    (folder / "odd" / "session").write_bytes(b"{}")
    for number, facts in enumerate((b"", b"{", b"[]", b"\0" * 99, b'{"id": 1}', b"[" * 9999)):
        (folder / f"odd{number}.{STAMP}").mkdir()
        (folder / f"odd{number}.{STAMP}" / "facts").write_bytes(facts)
        (folder / f"odd{number}.{STAMP}" / "session").write_bytes(b"{}")
    (folder / f"pipe.{STAMP}").mkdir()
    os.mkfifo(folder / f"pipe.{STAMP}" / "facts")
    (folder / f"pipe.{STAMP}" / "session").write_bytes(b"{}")
    assert [each.id for each in asyncio.run(Trash().list())] == ["s"]
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["s"]
    assert len(trash(data_dir)) == 10
    assert asyncio.run(Trash().restore_last()) == []


@pytest.mark.parametrize("linked", ["folder", "facts"])
def test_a_link_in_the_trash_is_not_followed(data_dir: Path, tmp_path: Path, linked: str) -> None:
    made("s")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "facts").write_text(json.dumps({"id": "z", "title": "t", "together": "z"}))
    (outside / "session").write_text("precious")
    folder = data_dir / "oats_tui" / "trash" / f"z.{STAMP}"
    folder.parent.mkdir()
    if linked == "folder":
        folder.symlink_to(outside)
    else:
        folder.mkdir()
        (folder / "facts").symlink_to(outside / "facts")
        (folder / "session").write_text("{}")
    assert asyncio.run(Trash().list()) == []
    assert asyncio.run(Trash().restore_last()) == []
    hostile = Trashed(id="z", title="t", together="z", name=folder.name)
    if linked == "folder":
        with pytest.raises(StorageError, match="not in the trash"):
            asyncio.run(Trash().restore(hostile))
    assert sorted(os.listdir(outside)) == ["facts", "session"]
    assert os.listdir(data_dir / "sessions") == ["s.json"]


def test_a_link_to_the_file_of_a_session_that_is_there_is_not_read(data_dir: Path, tmp_path: Path) -> None:
    made("s")
    outside = tmp_path / "outside.json"
    outside.write_bytes((data_dir / "sessions" / "s.json").read_bytes().replace(b"u1", b"secret"))
    delete("s")
    [name] = trash(data_dir)
    session = data_dir / "oats_tui" / "trash" / name / "session"
    session.unlink()
    session.symlink_to(outside)
    made("s", "new")
    with pytest.raises(StorageError):
        asyncio.run(Trash().restore_last())
    assert texts("s") == ["new"]


@pytest.mark.parametrize(
    "name", ["../../sessions", f"../../outside/s.{STAMP}", f"a/../s.{STAMP}", "", "s", f"t.{STAMP}"]
)
def test_a_name_that_is_no_folder_of_the_session_leads_nowhere(data_dir: Path, name: str) -> None:
    made("s")
    (data_dir / "outside" / f"s.{STAMP}").mkdir(parents=True)
    (data_dir / "outside" / f"s.{STAMP}" / "session").write_bytes((data_dir / "sessions" / "s.json").read_bytes())
    delete("s")
    with pytest.raises(StorageError, match="not in the trash"):
        asyncio.run(Trash().restore(Trashed(id="s", title="t", together="s", name=name)))
    assert os.listdir(data_dir / "sessions") == []
    assert (data_dir / "outside" / f"s.{STAMP}" / "session").exists()


def test_facts_of_another_session_are_left_out(data_dir: Path) -> None:
    made("a")
    made("b", "of b")
    delete("a")
    changed_facts(data_dir, id="b", together="b")
    assert asyncio.run(Trash().list()) == []
    assert asyncio.run(Trash().restore_last()) == []
    assert texts("b") == ["of b"]
    assert len(trash(data_dir)) == 1


def test_a_folder_that_holds_another_session_is_left_out(data_dir: Path) -> None:
    made("a")
    made("b", "of b")
    delete("a")
    [name] = trash(data_dir)
    path = data_dir / "oats_tui" / "trash" / name / "session"
    path.write_bytes((data_dir / "sessions" / "b.json").read_bytes())
    assert asyncio.run(Trash().list()) == []
    assert asyncio.run(Trash().restore_last()) == []
    assert os.listdir(data_dir / "sessions") == ["b.json"]


def failing(part: str, number: int) -> Callable[[Path], bytes]:
    """Reads files, but not those with this in their path."""
    real = files.read_regular

    def read(path: Path, *, follow: bool = False) -> bytes:
        if part in str(path):
            raise OSError(number, os.strerror(number), str(path))
        return real(path, follow=follow)

    return read


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
def test_nothing_older_is_restored_in_place_of_what_cannot_be_read(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for id_ in ("older", "newer"):
        made(id_)
        delete(id_)
    with monkeypatch.context() as patch:
        patch.setattr(files, "read_regular", failing("newer.", number))
        with pytest.raises(StorageError, match="could not be read"):
            asyncio.run(Trash().restore_last())
        assert [each.id for each in asyncio.run(Trash().list())] == ["older"]
    assert os.listdir(data_dir / "sessions") == []
    with monkeypatch.context() as patch:
        patch.setattr(files, "read_regular", failing("older.", number))
        assert [each.id for each in asyncio.run(Trash().restore_last())] == ["newer"]
        with pytest.raises(StorageError, match="could not be read"):
            asyncio.run(Trash().restore_last())
    assert [each.id for each in asyncio.run(Trash().restore_last())] == ["older"]


def test_a_trash_that_is_no_folder_is_told(data_dir: Path) -> None:
    made("s")
    (data_dir / "oats_tui" / "trash").write_text("in the way")
    for call in (Trash().list, Trash().restore_last, lambda: SessionStorage().delete("s")):
        with pytest.raises(StorageError):
            asyncio.run(call())
    assert texts("s") == ["u1"]
