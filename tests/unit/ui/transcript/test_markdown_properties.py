"""Whatever a text holds, its lines fit, are safe, and say the same at every width."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from oats_tui.core.sanitize import sanitize
from oats_tui.ui.widgets.transcript.lines import copied
from tests.unit.ui.transcript.conversations import PALETTE
from tests.unit.ui.transcript.test_markdown_text import drawn

PIECES = [
    "word", "two words", "\n", "\n", "\n\n", "  ", "    ", "\t", "- ", "* ", "1. ", "9) ", "123456789. ", "> ",
    "# ", "- [ ] ", "- [x] ", "```", "```py\n", "```diff\n+", "~~~\n", "    code\n", "---", "===\n",
    "\n| a | b |\n|---|:-:|\n", "\n|-|-|-|\n", "| ", "|", "*", "**", "~~", "`", "``", "$", "$$", "\\(", "\\)",
    "\\[", "\\]", "\\frac{a}{b}", "x^2", "[a](http://x.org)", "[b](javascript:x)", "[c](mailto:a@b)",
    "![i](http://p/q)", "![", "](", "[^1]", "[^1]: ", "^[n]", "[d]: http://y\n", "[d]", "<b>", "<http://z.org>",
    "http://bare.org/a_(b)", "&#27;", "&#x202e;", "&#10;", "&nbsp;", "&amp;", "\x1b[2J", "\x07", "\x00",
    "\u202e", "\u2028", "\r\n", "\x85", "日本語", "é", "e\u0301", "\u0301", "🎉", "العربية", "\\", "!",
    "def f(x): return 1\n", "<div>\n", "longwordwithoutanyblanksinit",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
ALWAYS_THE_SAME = settings(derandomize=True, database=None, deadline=None)
STYLES = [getattr(PALETTE, name) for name in ("text", "dim", "model", "link", "added", "removed")]
OURS = {style.color for style in STYLES} | {None}


def is_ours(style: Style | None, *, in_code: bool) -> bool:
    """Whether a style is made of what the palette has."""
    if style is None:
        return True
    return style.bgcolor in (None, PALETTE.code.bgcolor) and (in_code or style.color in OURS)


@settings(ALWAYS_THE_SAME, max_examples=600)
@given(TEXTS, st.integers(1, 70))
def test_lines_fit_and_are_safe(text: str, width: int) -> None:
    for line in drawn(text, width):
        assert line.width <= max(width, 2)
        assert sanitize(line.plain) == line.plain
        assert not {"\n", "\t"} & {*line.plain}
        in_code = any(run.style is not None and run.style.bgcolor for run in line.segments)
        assert all(is_ours(run.style, in_code=in_code) for run in line.segments)
        end = 0
        for border in line.borders:
            assert end <= border.start < border.end <= line.width
            end = border.end


@settings(ALWAYS_THE_SAME, max_examples=300)
@given(TEXTS, st.integers(48, 70))
def test_what_is_copied_does_not_depend_on_the_width(text: str, width: int) -> None:
    assert copied(drawn(text, width)) == copied(drawn(text, 200))


@settings(ALWAYS_THE_SAME, max_examples=100)
@given(TEXTS)
def test_the_same_text_is_drawn_the_same(text: str) -> None:
    assert drawn(text, 40) == drawn(text, 40)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000, "*a " * 5_000, "> " * 2_000 + "a", "- " * 2_000 + "a", "`" * 5_000, "$" * 5_000, "![" * 3_000,
        "|" * 3_000 + "\n" + "|-" * 3_000, "[a](http://x.org) " * 500, "^[" * 2_000, "  - a\n" * 1_000,
        "".join(f"{'  ' * (n % 100)}- {n}\n" for n in range(1_000)), "$x_1$ " * 1_000, "```\n" + "((" * 5_000,
    ],
)  # fmt: skip
def test_hostile_texts_are_drawn_in_time(text: str) -> None:
    start = time.perf_counter()
    assert all(line.width <= 60 for line in drawn(text, 60))
    assert time.perf_counter() - start < 5
