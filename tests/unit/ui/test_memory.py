from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

from oats_tui.ui.memory import HISTORY_KEPT, Memory, load_memory, save_memory


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "deep" / "memory.json"
    memory = Memory(theme="nord", sidebar=False, history=["one", "zwei ü\nlines"])
    memory.keep_draft(None, "begun")
    memory.keep_draft("s1", "more")
    asyncio.run(save_memory(path, memory))
    assert load_memory(path).model_dump() == memory.model_dump()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["memory.json"]


def test_a_file_that_others_could_read_is_replaced_by_one_they_cannot(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    path.write_text("{}")
    path.chmod(0o644)
    asyncio.run(save_memory(path, Memory()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"history": 3}', b"\xff\xfe", b'{"drafts": {"a": null}}'])
def test_a_damaged_file_costs_only_itself(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "memory.json"
    path.write_bytes(body)
    assert load_memory(path) == Memory()
    assert load_memory(tmp_path / "missing.json") == Memory()
    assert load_memory(tmp_path) == Memory()


def test_what_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    asyncio.run(save_memory(tmp_path / "file" / "memory.json", Memory()))
    assert (tmp_path / "file").read_text() == "in the way"


def test_half_letters_do_not_keep_it_from_being_written(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    asyncio.run(save_memory(path, Memory(history=["a\ud800b"])))
    assert load_memory(path).history == ["a?b"]


def test_drafts_are_kept_by_session_and_empty_ones_forgotten() -> None:
    memory = Memory()
    memory.keep_draft("s", "text")
    memory.keep_draft(None, "new text")
    assert (memory.draft("s"), memory.draft(None), memory.draft("t")) == ("text", "new text", "")
    memory.keep_draft("s", " \n ")
    assert memory.drafts == {"new": "new text"}


def test_what_was_sent_twice_is_remembered_once_and_not_without_end() -> None:
    memory = Memory()
    for text in ("a", "b", "a"):
        memory.sent(text)
    assert memory.history == ["b", "a"]
    for number in range(HISTORY_KEPT + 10):
        memory.sent(str(number))
    assert len(memory.history) == HISTORY_KEPT
    assert memory.history[-1] == str(HISTORY_KEPT + 9)


def test_two_windows_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    one, two = load_memory(path), load_memory(path)
    one.keep_draft("s1", "of one")
    one.sent("sent by one")
    two.keep_draft("s2", "of two")
    two.sent("sent by two")
    asyncio.run(save_memory(path, one))
    asyncio.run(save_memory(path, two))
    kept = load_memory(path)
    assert kept.drafts == {"s1": "of one", "s2": "of two"}
    assert kept.history == ["sent by one", "sent by two"]
    one.keep_draft("s1", "")
    asyncio.run(save_memory(path, one))
    assert load_memory(path).drafts == {"s2": "of two"}


def test_saving_twice_at_once_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"

    async def scenario() -> None:
        for length in (5000, 10, 3000, 1):
            memories = [Memory(history=["x" * length]), Memory(history=["y"])]
            await asyncio.gather(*(save_memory(path, memory) for memory in memories))
            assert load_memory(path).history

    for _ in range(5):
        asyncio.run(scenario())
