"""Reports of terminals that nobody asked for, in however many pieces they come."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.reports import LONGEST_PAUSE, Reports

UNASKED = [
    "\x1b[?62;4;22c",
    "\x1b[>41;354;0c",
    "\x1b[?1;2c",
    "\x1b[?25;1$y",
    "\x1b[4;2$y",
    "\x1b[?15u",
    "\x1b[?997;1n",
    "\x1b[?2;0;800;600S",
    "\x1b[4;768;1024t",
    "\x1b[6;16;8t",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]l~/somewhere\x1b\\",
    "\x1bP>|XTerm(379)\x1b\\",
    "\x1bP1+r524742=8\x1b\\",
    "\x1bP!|00000000\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
]

KEYS = [
    "a",
    "é",
    "\r",
    "\x1b",
    "\x1b[A",
    "\x1b[1;5D",
    "\x1bOP",
    "\x1b[15~",
    "\x1b[97;5u",
    "\x1b[<0;12;5M",
    "\x1b[I",
    "\x1b[200~",
    "\x1b[201~",
    "\x1b]",
    "\x1bP",
    "\x1b_",
    "\x1b[",
    "\x1b[?2026;2$y",
    "\x1b[?2048;1$y",
    "\x1b[48;40;120;800;1200t",
]

# These end where nothing comes for a while.
OPEN = ("\x1b", "\x1b]", "\x1bP", "\x1b_", "\x1b[")


@pytest.mark.parametrize("report", UNASKED)
def test_a_report_is_not_typed(report: str) -> None:
    assert Reports().take(f"before{report}behind") == "beforebehind"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is(key: str) -> None:
    reports = Reports()
    assert reports.take(f"a{key}") + reports.take("") == f"a{key}"
    assert reports.take("b") == "b"


@given(
    st.lists(st.sampled_from([*UNASKED, *(key for key in KEYS if key not in OPEN)]), max_size=6),
    st.sets(st.integers(1, 80)),
)
def test_however_they_are_cut(pieces: list[str], cuts: set[int]) -> None:
    whole = "".join(pieces)
    # An escape that comes alone is a key.
    places = [0, *sorted(cut for cut in cuts if cut < len(whole) and whole[cut - 1] != "\x1b"), len(whole)]
    reports = Reports()
    typed = "".join(reports.take(whole[a:b]) for a, b in pairwise(places) if a < b)
    assert typed + reports.take("") == "".join(piece for piece in pieces if piece in KEYS)


def test_the_end_of_a_string_may_be_cut() -> None:
    reports = Reports()
    assert [reports.take(piece) for piece in ("a\x1bP1+r52", "47\x1b", "\\b")] == ["a", "", "b"]


@pytest.mark.parametrize("ending", ["\x1b[A", "\x1bx"])
def test_a_key_that_begins_with_an_escape_ends_a_string(ending: str) -> None:
    reports = Reports()
    assert reports.take("\x1b]10;rgb:ff") == ""
    assert reports.take(f"ff{ending}b") == f"{ending}b"


def test_escape_ends_a_string() -> None:
    reports = Reports()
    assert [reports.take(piece) for piece in ("\x1b]10;rgb:ff", "\x1b", "", "b")] == ["", "", "\x1b", "b"]


def test_a_string_without_an_end_is_over_after_a_while() -> None:
    now = 0.0
    reports = Reports(lambda: now)
    assert reports.take("\x1b]10;rgb:ff") == ""
    now = LONGEST_PAUSE - 0.1
    assert [reports.take(""), reports.take("ff")] == ["", ""]
    now += 2 * LONGEST_PAUSE
    assert [reports.take(""), reports.take("b")] == ["", "b"]


def test_what_begins_as_a_report_and_never_ends_is_not_kept() -> None:
    reports = Reports()
    assert reports.take("\x1b[?" + "1" * 100) == ""
    assert reports.take("\x1b[A") == "\x1b[A"
