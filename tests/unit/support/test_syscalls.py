"""The calls of the system that tests look at are all seen, whatever several threads do at the same time."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.syscalls import Call, Recorder


def test_a_handle_that_another_thread_got_while_it_was_being_closed_is_seen(tmp_path: Path) -> None:
    told: list[Call] = []
    recorder = Recorder(Path(os.path.realpath(tmp_path)), told.append, lambda _: None)
    opening = recorder.wrap("open", os.open)
    given = []

    def close(handle: int) -> None:
        """Close a handle; before this is told, another thread opens a file."""
        os.close(handle)
        given.append(opening(tmp_path / "second", os.O_WRONLY | os.O_CREAT))

    first = opening(tmp_path / "first", os.O_WRONLY | os.O_CREAT)
    recorder.wrap("close", close)(first)
    assert given == [first]
    recorder.wrap("fsync", os.fsync)(first)
    recorder.wrap("close", os.close)(first)
    seen = [(call.number, call.name, call.path, call.opening) for call in told]
    assert seen == [
        (1, "open", "first", 0),
        (2, "close", "first", 1),
        (3, "open", "second", 0),
        (4, "fsync", "second", 2),
        (5, "close", "second", 2),
    ]
    recorder.wrap("fsync", lambda _: None)(first)
    assert len(told) == len(seen)
