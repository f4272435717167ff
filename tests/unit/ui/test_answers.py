"""What a terminal answers is taken out of what is typed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.ui.answers import PATIENCE, Answers, is_light

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
BLACK = "\x1b]11;rgb:0000/0000/0000\x07"


class Clock:
    """A time that stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def asked(*, width: bool = False, margins: bool = False) -> tuple[Answers, Clock]:
    clock = Clock()
    answers = Answers(clock)
    answers.asked(width=width, margins=margins)
    return answers, clock


@pytest.mark.parametrize(
    ("colour", "light"),
    [
        ("rgb:ffff/ffff/ffff", True),
        ("rgb:f/f/f", True),
        ("rgba:fdfd/f6f6/e3e3/ffff", True),
        ("rgb:00/2b/36", False),
        ("rgb:0000/0000/ffff", False),
        ("#ffffff", None),
        ("rgb:zz/00/00", None),
        ("", None),
    ],
)
def test_colours(colour: str, light: bool | None) -> None:
    assert is_light(colour) is light


@given(st.lists(st.integers(0, 60), max_size=6), st.sampled_from([WHITE, BLACK]))
def test_however_an_answer_is_cut_nothing_of_it_is_typed(cuts: list[int], answer: str) -> None:
    answers, _ = asked()
    whole = f"ab\x1b[A{answer}cd\x1b"
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    typed = "".join(answers.take(whole[a:b]) for a, b in itertools.pairwise(places))
    assert typed + answers.take("") == "ab\x1b[Acd\x1b"
    assert answers.told.light is (answer == WHITE)
    assert answers.settled.is_set()


@given(
    st.lists(st.integers(0, 60), max_size=8), st.sampled_from("01234"), st.sampled_from(["", "\x1b[", "\x1b[?6"])
)
def test_however_the_answer_about_margins_is_cut_nothing_of_it_is_typed(
    cuts: list[int], state: str, end: str
) -> None:
    answers, _ = asked(margins=True)
    whole = f"ab\x1b[A\x1b[?69;{state}$y{WHITE}c\x1b[<0;1;2Md{end}"
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    typed = "".join(answers.take(whole[a:b]) for a, b in itertools.pairwise(places))
    assert typed + answers.take("") == f"ab\x1b[Ac\x1b[<0;1;2Md{end}"
    assert answers.told.margins is (state in "12")
    assert answers.told.light is True


@given(st.lists(st.integers(0, 60), max_size=8))
def test_what_else_a_terminal_tells_is_left_to_others(cuts: list[int]) -> None:
    answers, _ = asked(margins=True)
    whole = f"\x1b[?2026;2$y\x1b[?62;22c\x1b[?6;1$y\x1b[?1u{WHITE}"
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    typed = "".join(answers.take(whole[a:b]) for a, b in itertools.pairwise(places))
    assert typed == whole.removesuffix(WHITE)
    assert answers.told.margins is False


def test_who_was_not_asked_for_margins_has_them_typed() -> None:
    answers, _ = asked()
    assert answers.take("\x1b[?69;2$y") == "\x1b[?69;2$y"
    assert answers.told.margins is False


def test_a_late_answer_about_margins_counts_and_is_no_text() -> None:
    answers, clock = asked(margins=True)
    clock.now += 60
    assert answers.take("\x1b[?69") == ""
    assert answers.take("") == ""
    assert answers.take(";1$yx") == "x"
    assert answers.told.margins is True


def test_a_late_answer_is_no_text_either() -> None:
    answers, clock = asked()
    clock.now += 60
    assert answers.take(WHITE[:9]) == ""
    assert answers.take("") == ""
    assert answers.take(WHITE[9:] + "x") == "x"


def test_escape_and_alt_are_keys() -> None:
    answers, clock = asked()
    assert answers.take("\x1b") == ""
    assert answers.take("") == "\x1b"
    assert answers.take("\x1b]") == ""
    assert answers.take("") == "\x1b]"
    clock.now += PATIENCE
    assert answers.take("\x1b") == "\x1b"


def test_what_only_begins_like_an_answer_swallows_nothing() -> None:
    answers, _ = asked()
    typed = "".join(answers.take(piece) for piece in ("\x1b]11;", "hello", " world"))
    assert typed.endswith("hello world")


def test_unknown_strings_are_dropped_and_tell_nothing() -> None:
    answers, _ = asked()
    assert answers.take("a\x1b]4;1;rgb:00/00/00\x07b") == "ab"
    assert answers.told.light is None
    assert not answers.settled.is_set()


@pytest.mark.parametrize(("column", "utf8"), [(2, True), (3, False)])
def test_whether_letters_are_of_utf_8(column: int, utf8: bool) -> None:
    answers, _ = asked(width=True)
    assert answers.take(f"\x1b[1;{column}R{BLACK}") == ""
    assert answers.told.utf8 is utf8
    assert answers.take("\x1b[1;2R") == "\x1b[1;2R", "shift with F3 is a key again"


def test_who_was_not_asked_for_the_cursor_has_it_typed() -> None:
    answers, _ = asked()
    assert answers.take("\x1b[1;2R") == "\x1b[1;2R"
    assert answers.told.utf8 is None
