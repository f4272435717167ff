from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.readmarks import KEPT, ReadMarks, load_read_marks, save_read_marks

NOW = 1_700_000_000.0


def load(path: Path, now: float = NOW) -> ReadMarks:
    """The marks of a window whose clock stands still."""
    return load_read_marks(path, now, lambda: now)


def save(path: Path, *windows: ReadMarks) -> None:
    """Save the marks of one window after the other."""
    for marks in windows:
        asyncio.run(save_read_marks(path, marks))


def test_a_session_is_unread_that_was_changed_after_it_was_read_last(tmp_path: Path) -> None:
    marks = load(tmp_path / "read.json")
    assert marks.read("a", NOW + 5)
    assert [marks.is_unread("a", NOW + seconds) for seconds in (4, 5, 5.5)] == [False, False, True]
    assert not marks.read("a", NOW + 5)
    assert not marks.read("a", NOW - 5)
    assert not marks.is_unread("a", NOW + 5)
    assert marks.read("a", NOW + 6)
    assert not marks.is_unread("a", NOW + 6)


def test_sessions_never_read_count_from_the_first_start(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    save(path, load(path))
    marks = load(path, NOW + 100)
    assert marks.since == NOW
    assert [marks.is_unread("a", NOW + seconds) for seconds in (-1, 0, 1)] == [False, False, True]


def test_an_old_session_that_changes_is_unread_even_before_the_first_start(tmp_path: Path) -> None:
    marks = load(tmp_path / "read.json")
    marks.read("a", 100.0)
    assert marks.is_unread("a", 200.0)
    assert not marks.is_unread("b", 200.0)


@pytest.mark.parametrize("updated", [None, float("nan"), float("inf"), float("-inf"), 1e300])
def test_one_that_does_not_tell_when_it_changed_is_never_unread_and_read_up_to_now(
    tmp_path: Path, updated: float | None
) -> None:
    path = tmp_path / "read.json"
    marks = load(path, NOW)
    assert not marks.is_unread("a", updated)
    assert marks.read("a", updated)
    assert [marks.is_unread("a", NOW + seconds) for seconds in (0, 1)] == [False, True]
    save(path, marks)
    assert not load(path).is_unread("a", updated)


@pytest.mark.parametrize("session_id", ["", "a/b", "\ud800", "x" * 201])
def test_what_can_be_no_session_is_not_noted(tmp_path: Path, session_id: str) -> None:
    path = tmp_path / "read.json"
    marks = load(path)
    save(path, marks)
    assert not marks.read(session_id, NOW)
    assert not marks.unsaved


def test_what_is_kept_comes_back_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "deep" / "read.json"
    marks = load(path)
    marks.read("a", NOW + 0.1 + 0.2)
    marks.read("ü x", 7.0)
    marks.read("日本", NOW + 1)
    save(path, marks)
    kept = load(path, NOW + 50)
    assert not kept.is_unread("a", NOW + 0.1 + 0.2)
    assert kept.is_unread("a", NOW + 0.31)
    assert not kept.is_unread("日本", NOW + 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["read.json"]


def test_the_file_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    path.write_text('{"since": 5, "read": {"a": [6, 7]}}')
    path.chmod(0o644)
    with path.open() as before:
        save(path, load(path))
        assert before.read() == '{"since": 5, "read": {"a": [6, 7]}}'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"since": 5, "read": {"a": [6, 7]}}


def test_what_is_not_sound_is_dropped_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    bad = [
        "null",
        "true",
        "[]",
        "[1]",
        "[1, 2, 3]",
        '["1", 2]',
        "[NaN, 2]",
        "[1, Infinity]",
        "[1e999, 2]",
        "{}",
        "5",
    ]
    bad += [f"[{'9' * 5000}, 2]", "[true, 2]", "[1, null]", "[[1], 2]", "[1e300, 2]"]
    entries = ", ".join(f'"bad{number}": {entry}' for number, entry in enumerate(bad))
    ids = '"": [1, 2], "../x": [1, 2], "\\ud800": [1, 2], "\\u0000": [1, 2]'
    path.write_bytes(
        f'{{"since": 50, "more": [], "read": {{{entries}, {ids}, "good": [60, 61], "'.encode() + b'\xff"'
    )
    path.write_bytes(path.read_bytes() + b': [1, 2], "last": [70, 71]}}')
    marks = load(path)
    assert marks.since == 50
    assert not marks.is_unread("good", 60.0)
    assert not marks.is_unread("last", 70.0)
    assert all(marks.is_unread(f"bad{number}", 51.0) for number in range(len(bad)))
    save(path, marks)
    names = json.loads(path.read_text())["read"]
    assert {"good", "last"} <= set(names)
    assert not [name for name in names if name.startswith("bad") or name in ("", "../x", "\0")]


@pytest.mark.parametrize("since", ["NaN", "Infinity", "1e300", '"x"', "null", "true", "[]", str(NOW * 2)])
def test_a_first_start_that_cannot_be_is_now_and_the_marks_stay(tmp_path: Path, since: str) -> None:
    path = tmp_path / "read.json"
    path.write_text(f'{{"since": {since}, "read": {{"a": [60, 61]}}}}')
    marks = load(path)
    assert (marks.since, marks.unsaved) == (NOW, True)
    assert [marks.is_unread("a", second) for second in (60.0, 61.0)] == [False, True]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"since": 3',
        b'{"read": [1]}',
        b'{"since": 3}' + b" " * 8_000_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_damaged_file_costs_only_itself(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "read.json"
    path.write_bytes(content)
    marks = load(path)
    assert (marks.since, marks.unsaved) == (NOW, True)
    marks.read("a", NOW + 1)
    save(path, marks)
    assert not load(path, NOW + 9).is_unread("a", NOW + 1)


def test_what_is_no_file_is_neither_waited_for_nor_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "pipe", tmp_path / "folder", tmp_path / "\0", tmp_path / "file" / "read.json"):
        assert load(path).since == NOW
    for path in (tmp_path / "folder", tmp_path / "file" / "read.json"):
        marks = load(path)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            save(path, marks)
        assert "cannot be written" in caplog.text
        assert marks.unsaved
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "pipe"]


def test_those_read_longest_ago_are_forgotten_first(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    ticks = count(int(NOW))
    lines = ", ".join(f'"s{number}": [{NOW + 1}, {NOW - KEPT + number}]' for number in range(KEPT))
    path.write_text(f'{{"since": {NOW}, "read": {{{lines}}}}}')
    marks = load_read_marks(path, NOW, lambda: float(next(ticks)))
    assert not marks.read("s0", NOW + 1)
    marks.read("new", NOW + 1)
    save(path, marks)
    kept = load(path, NOW + 100)
    assert [kept.is_unread(name, NOW + 1) for name in ("s0", "s1", "s2", "new")] == [False, True, False, False]
    assert len(json.loads(path.read_text())["read"]) == KEPT


def test_marks_of_the_future_do_not_drive_out_what_is_read_now(tmp_path: Path) -> None:
    path = tmp_path / "read.json"
    lines = ", ".join(f'"z{number}": [1, {NOW * 2}]' for number in range(KEPT + 5))
    path.write_text(f'{{"since": {NOW}, "read": {{{lines}}}}}')
    marks = load(path)
    marks.read("a", NOW + 1)
    save(path, marks)
    assert not marks.is_unread("a", NOW + 1)
    assert not load(path).is_unread("a", NOW + 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(since=JSON, read=JSON | st.dictionaries(st.text(max_size=5), JSON | st.lists(JSON, min_size=2, max_size=2)))
def test_no_content_is_beyond_reading_and_saving(
    tmp_path_factory: pytest.TempPathFactory, since: object, read: object
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps({"since": since, "read": read}))
    marks = load(path)
    assert marks.since <= NOW
    save(path, marks)
    assert not marks.unsaved
    assert not load(path).unsaved
