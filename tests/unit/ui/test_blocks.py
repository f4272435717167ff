from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.ui.widgets.transcript.blocks import GrowingBlocks, split
from oats_tui.ui.widgets.transcript.draw import Artist
from oats_tui.ui.widgets.transcript.entries import Entry, TextItem
from oats_tui.ui.widgets.transcript.palette import palette_from

WIDTH = 40
PIECES = st.sampled_from(
    ["word ", "two words", "\n", "\n\n", "# ", "- ", "1. ", "2. ", "> ", "```\n", "```", "    ", "| a | b |\n",
     "|---|---|\n", "---\n", "===\n", "*x*", "`c`", "[a]: http://x\n", "[a]", "<b>", "\t", "日本", "\r\n"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


def drawn(artist: Artist, text: str, *, growing: bool) -> list[str]:
    """The lines of an answer below its head line."""
    entry = Entry("a", "assistant", "echo", "", (TextItem(text),), growing=growing)
    return [strip.text.rstrip() for strip in artist.draw(entry, WIDTH)][1:]


def artist() -> Artist:
    """One that has drawn nothing yet."""
    return Artist(palette_from({}, dark=True))


@given(TEXTS | st.text())
def test_the_blocks_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text
    assert "".join(GrowingBlocks().update(text)) == text


@given(TEXTS, st.data())
def test_settled_blocks_stay_as_they_are_while_the_text_grows(text: str, data: st.DataObject) -> None:
    growing = GrowingBlocks()
    settled: list[str] = []
    for end in sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8))):
        blocks = growing.update(text[:end])
        assert "".join(blocks) == text[:end]
        assert blocks[: len(settled)] == settled
        settled = blocks[:-2]


def test_a_text_that_does_not_go_on_begins_anew() -> None:
    growing = GrowingBlocks()
    growing.update("one\n\ntwo\n\nthree")
    assert "".join(growing.update("other\n\ntext")) == "other\n\ntext"


def test_a_fence_is_one_block_however_long() -> None:
    code = "```python\n" + "x = 1\n\n" * 20 + "```\n"
    assert split(f"before\n\n{code}\nafter") == ["before\n\n", f"{code}\n", "after"]


@pytest.mark.parametrize(
    "text",
    [
        "A paragraph\nof two lines.\n\nAnother *one*.\n\n# A heading\n\n```python\nx = 1\n\ny = 2\n```\n\nDone.",
        "- one\n- two\n\n  with more\n- three\n\nafter",
        "1. one\n2. two\n3. three\n\nafter",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nafter",
        "Setext\n======\n\ntext\n\n---\n\n> quoted\n> more\n\nlast",
        "    indented\n\n    code\n\ntext",
        "1. one\n\n2. two\n\n3. three\n\nafter",
        "- one\n\n- two\n\n- three\n\nafter",
        "text with [a link][1]\n\nmore\n\n[1]: http://example.org",
    ],
)
def test_a_text_that_grew_letter_by_letter_looks_like_one_that_came_whole(text: str) -> None:
    grown = artist()
    for end in range(1, len(text) + 1):
        lines = drawn(grown, text[:end], growing=True)
    assert lines == drawn(artist(), text, growing=False)


@settings(max_examples=60)
@given(st.lists(st.sampled_from([
    "plain words and more of them", "# heading", "```\ncode\n\nmore\n```", "- a\n- b", "> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |", "***", "日本語のテキスト " * 4,
]), max_size=8).map("\n\n".join), st.integers(0, 1000))  # fmt: skip
def test_however_a_text_is_cut_it_looks_the_same_in_the_end(text: str, seed: int) -> None:
    chance, end, grown = random.Random(seed), 0, artist()
    lines = drawn(grown, "", growing=True)
    while end < len(text):
        end += chance.randint(1, 9)
        lines = drawn(grown, text[:end], growing=True)
    assert lines == drawn(artist(), text, growing=False)
