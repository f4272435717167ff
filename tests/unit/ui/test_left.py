"""How sessions were left is kept, joined between windows, and survives whatever lies in its file."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.ui.left import KEPT, Left, load_left, save_left
from oats_tui.ui.widgets.transcript.cursor import Cursor
from oats_tui.ui.widgets.transcript.places import Place
from oats_tui.ui.widgets.transcript.reading import ReadingState

STATE = ReadingState(
    Place("m7", 2, 3, -4), Cursor("m8", 1), "m9", {"m8": frozenset({0, 2}), "m1": frozenset({5})}, whole=True
)


def clock(begin: float = 1000.0) -> Callable[[], float]:
    """A clock that goes on by a second at each look."""
    moments = iter(range(int(begin), 10**9))
    return lambda: float(next(moments))


def seen(name: str) -> ReadingState:
    """A state that can be told from others."""
    return ReadingState(last_seen=name)


def test_how_a_session_was_left_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "state" / "left.json"
    left = load_left(path, clock())
    left.note("a", STATE)
    left.note(None, STATE)
    left.note("../x", STATE)
    left.note("b", ReadingState())
    asyncio.run(save_left(path, left))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load_left(path)
    assert again.state("a") == STATE
    assert [again.state(each) for each in (None, "../x", "b")] == [ReadingState()] * 3


def test_windows_keep_what_the_others_left_and_the_later_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "left.json"

    async def scenario() -> None:
        one, other = (load_left(path, time) for time in [clock()] * 2)
        one.note("a", seen("one"))
        one.note("b", seen("one"))
        await save_left(path, one)
        other.note("b", seen("other"))
        other.note("c", seen("other"))
        await save_left(path, other)
        await save_left(path, one)
        kept = load_left(path)
        assert [kept.state(each).last_seen for each in "abc"] == ["one", "other", "other"]
        # Where this window has shown a session, it goes on from there.
        assert one.state("b").last_seen == "one"
        assert one.state("c").last_seen == "other"

    asyncio.run(scenario())


def test_only_the_sessions_left_last_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "left.json"
    left = Left(clock())
    for number in range(KEPT + 20):
        left.note(f"s{number}", seen("m"))
    asyncio.run(save_left(path, left))
    kept = json.loads(path.read_text())["left"]
    assert sorted(kept) == sorted(f"s{number}" for number in range(20, KEPT + 20))


def test_who_claims_to_have_left_in_the_future_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "left.json"
    path.write_text(json.dumps({"left": {f"f{n}": {"at": 9e9, "seen": "m"} for n in range(KEPT)}}))
    left = load_left(path, clock())
    left.note("mine", seen("m"))
    left.note("f3", seen("now"))
    asyncio.run(save_left(path, left))
    kept = load_left(path, clock(5000))
    assert (kept.state("mine").last_seen, kept.state("f3").last_seen) == ("m", "now")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"left": []}',
        b'{"left": {"a": 7, "b": {"at": NaN}, "c": {"at": true}, "../d": {"at": 1}}}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"left": {"a": {"at": -1, "seen": "m"}}}',
        b'{"left": {"a": {"at": ' + b"9" * 5000 + b', "seen": "m"}}}',
        b" " * 8_000_001,
    ],
    ids=range(11),
)
def test_whatever_lies_in_the_file_is_survived(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "left.json"
    path.write_bytes(content)
    left = load_left(path, clock())
    assert left.state("a") == ReadingState()
    left.note("a", STATE)
    asyncio.run(save_left(path, left))
    assert load_left(path).state("a") == STATE


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": ["m", -1, 0, 0]},
        {"place": ["m", 0, 0.5, 0]},
        {"place": ["m", 0, 0, 1e300]},
        {"place": ["m" * 201, 0, 0, 0]},
        {"place": [7, 0, 0, 0]},
        {"place": "m"},
        {"cursor": ["m", True]},
        {"cursor": ["m", float("nan")]},
        {"cursor": {}},
        {"turned": [1]},
        {"turned": {"m" * 201: [1]}},
        {"turned": {"m": 7}},
        {"seen": ["m"]},
        {"whole": 1},
    ],
    ids=str,
)
def test_what_is_not_sound_costs_only_itself(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "left.json"
    path.write_text(json.dumps({"left": {"a": {"at": 1, **wrong}, "b": {"at": 2, "seen": "m"}}}))
    left = load_left(path)
    assert left.state("a") == ReadingState()
    assert left.state("b") == seen("m")


def test_numbers_that_are_none_are_left_out_of_what_is_folded(tmp_path: Path) -> None:
    path = tmp_path / "left.json"
    path.write_text(json.dumps({"left": {"a": {"at": 1, "turned": {"m": [1, "2", -3, None, 4.5, 6]}}}}))
    assert load_left(path).state("a").turned == {"m": frozenset({1, 6})}


def test_a_file_that_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "left.json").mkdir()
    left = Left(clock())
    left.note("a", STATE)
    with caplog.at_level(logging.WARNING):
        asyncio.run(save_left(tmp_path / "left.json", left))
    assert "cannot be written" in caplog.text
    assert left.state("a") == STATE
