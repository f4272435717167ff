from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from oats_tui.ui.widgets.transcript.markdown import scan as scanning
from oats_tui.ui.widgets.transcript.markdown.blocks import (
    Block,
    GrowingBlocks,
    References,
    code_of,
    code_sources,
    rows_of,
    split,
)
from oats_tui.ui.widgets.transcript.markdown.parser import cutter, parser

LEADS = ["", "", "", " ", "  ", "   ", "    ", "     ", "\t", "- ", "* ", "+ ", "  - ", "    - ", "1. ", "2. ",
         "3) ", "0. ", "> ", "> > ", "> - ", "- > ", "- - ", "1. - ", "# ", "- [ ] ", "- [x] "]  # fmt: skip
BODIES = ["", "", "word", "two words", "*em* **strong**", "```", "```py", "````", "~~~", "~~~ info ~", "`` ` ``",
          "---", "===", "- - -", "***", "| a | b |", "|---|:-:|", "--|--", "1 | `2|3` | \\|", "日本 | x",
          "[a]: http://x 'title'", "[b]:", "/u", "'title", "end'", "[a] [b] [^n]", "[^n]: foot", "[^m]:",
          "<div>", "<b>x", "$$", "$$ x", "x $$", "$$x$$", "\\[", "\\]", "\\[ x \\]", "\\(x\\) $y$",
          "http://x.org/a", "^[in]", "\\", "x\x0by", "\u2028", "\x85", "\0", "[", "](", "`"]  # fmt: skip
ENDS = ["\n", "\n", "\n", "\n\n", "\n \n", "\n\t\n", "  \n", "\r\n", "\r\n\r\n", "\r", "", "\n\n\n"]
LINES = st.tuples(st.sampled_from(LEADS), st.sampled_from(BODIES), st.sampled_from(ENDS)).map("".join)
TEXTS = st.lists(LINES, max_size=14).map("".join) | st.text(max_size=30)
LONG_CODE = st.tuples(
    st.sampled_from(["```\n", "  ~~~ py\n", "    ", "x\n\n    "]),
    st.lists(st.sampled_from(["x\n", "    x\n", "    x\n", "\n", "  y\r\n", "\t\n"]), min_size=50, max_size=260),
    st.sampled_from(["", "```\n", "~~~~\n\n", "after\n\n- a\n"]),
).map(lambda parts: parts[0] + "".join(parts[1]) + parts[2])
LONG_TABLES = st.tuples(
    st.sampled_from(["", "\n", "text\n"]),
    st.lists(st.sampled_from(["| 1 | 2 |\n", "3\n", "日本|**4**|5\n", "`a|b`\r\n"]), min_size=40, max_size=170),
    st.sampled_from(["", "\nafter", "- a\n- b\n- c\n"]),
).map(lambda parts: f"{parts[0]}| a | b |\n|:-:|--|\n{''.join(parts[1])}{parts[2]}")
ALWAYS_THE_SAME = settings(derandomize=True, database=None, deadline=None)


def grown(text: str, ends: list[int]) -> tuple[list[Block], References]:
    """The blocks of a text that came in pieces, each of which ends at one of these places."""
    growing = GrowingBlocks()
    for end in sorted(ends):
        blocks = growing.update(text[:end])
        assert "".join(block.source for block in blocks) == text[:end]
    return growing.update(text), growing.references


def taken_in(text: str, limit: int) -> tuple[list[Block], References]:
    """The blocks of a text that was taken in bit by bit."""
    growing = GrowingBlocks()
    for _ in range(len(text) + 1):
        blocks = growing.update(text, limit)
        assert "".join(block.source for block in blocks) == text
        if blocks[-1].kind != "rest":
            break
    return blocks, growing.references


def contents(tokens: list[Token]) -> list[str]:
    """What is drawn of these tokens."""
    return [token.content for token in tokens if token.content and token.type != "definition"]


def drawn(blocks: list[Block], references: References) -> list[str]:
    """What is drawn of these blocks."""
    made: list[str] = []
    for block in blocks:
        if block.kind == "code":
            code = code_of(block)
            made[-1:] = [made[-1] + code] if block.part in ("middle", "last") else [*made[-1:], code]
        elif block.kind == "table":
            made += [cell for row in rows_of(block) for cell in row]
        else:
            made += contents(cutter().parse(block.source, references.env(block.source)))
    return [content for content in made if content]


@settings(ALWAYS_THE_SAME, max_examples=400)
@given(TEXTS, st.data())
def test_however_a_text_grew_its_blocks_are_the_same(text: str, data: st.DataObject) -> None:
    whole = split(text)
    assert "".join(block.source for block in whole[0]) == text
    assert grown(text, data.draw(st.lists(st.integers(0, len(text)), max_size=12))) == whole
    assert taken_in(text, data.draw(st.integers(1, 20))) == whole


@settings(ALWAYS_THE_SAME, max_examples=150)
@given(TEXTS)
def test_a_text_that_grew_letter_by_letter_has_the_blocks_of_the_whole(text: str) -> None:
    assert grown(text, list(range(len(text)))) == split(text)


@settings(ALWAYS_THE_SAME, max_examples=25)
@given(LONG_CODE | LONG_TABLES, st.data())
def test_however_a_long_code_block_or_table_grew_it_is_cut_the_same(text: str, data: st.DataObject) -> None:
    whole = split(text)
    assert grown(text, data.draw(st.lists(st.integers(0, len(text)), max_size=40))) == whole
    assert taken_in(text, data.draw(st.integers(1, 300))) == whole


@settings(ALWAYS_THE_SAME, max_examples=400)
@given(TEXTS | LONG_CODE | LONG_TABLES)
def test_nothing_is_lost_or_changed_by_cutting(text: str) -> None:
    blocks, references = split(text)
    assert drawn(blocks, references) == contents(cutter().parse(text, {}))
    assert sum(block.codes for block in blocks) == len(code_sources(text))


@settings(ALWAYS_THE_SAME, max_examples=200)
@given(TEXTS)
def test_no_blank_line_stands_above_what_is_drawn_first(text: str) -> None:
    for block in split(text)[0]:
        assert not block.gap
        if any(token.type != "definition" for token in cutter().parse(block.source, {})):
            break


@settings(ALWAYS_THE_SAME, max_examples=200)
@given(TEXTS)
def test_every_text_can_be_parsed(text: str) -> None:
    blocks, references = split(text)
    env = references.env("[^")
    for block in blocks:
        parser().parse(block.source, env)
    assert {key.removeprefix(":") for key in env["footnotes"]["refs"]} == set(references.footnotes)


HOSTILE = [
    "[", "]", "![", "[a](", "[a][", "[[a]]", "*", "*a ", "**a", "*_", "~~a ", "`", "$", "$a ", "$$a ", "\\(", "\\",
    "<", "<http:", "&", "://", "http://", "http://a.b/(", "^[", "[^a]", "|", ">", "> ", "> a\n", "- ", "1. ",
    "-\n", "#\n", "a\n", "|a\n", "[a\n", "[a]:\n", "[a]: /u 't\n", "$$\n", "\\[\na\n", "[^a]: x\n", "```\n",
    "a|b\n-|-\n", "- [ ] a\n", "- a\n  - b\n    - c\n", "> - a\n>   1. b\n", "\t", " ", "\r", "\0", "日",
]  # fmt: skip
MORE_HOSTILE = {
    "code spans of all lengths": "".join("`" * length + " " for length in range(1, 128)),
    "brackets": "[" * 4_000 + "]" * 4_000,
    "emphasis": "*a " * 1_300 + "a* " * 1_300,
    "a deep quote that goes on": ">" * 200 + " a\n" + "b\n" * 4_000,
    "stairs": "".join("  " * depth + "- a\n" for depth in range(88)),
    "deep lists": "- " * 10_000 + "a\n" + "b\n" * 100,
    "a wide table with short rows": "|a" * 1_300 + "|\n" + "|-" * 1_300 + "|\n" + "a\n" * 300,
    "a table with short rows": "|a" * 30 + "|\n" + "|-" * 30 + "|\n" + "a\n" * 4_000,
}
LONGEST_WAIT = 1.0
"""Seconds, many times what any of these takes, and a fraction of what its square would."""


@pytest.mark.parametrize("text", [each * (8_192 // len(each)) for each in HOSTILE] + list(MORE_HOSTILE.values()))
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    blocks, references = split(text)
    for block in blocks:
        parser().parse(block.source, references.env(block.source))
    assert time.perf_counter() - start < LONGEST_WAIT


def test_nothing_is_lost_that_is_nested_too_deeply() -> None:
    for lead in ("> ", "- ", "1. ", "> - "):
        tokens = parser().parse(lead * 100 + "deep\n\nlast", {})
        assert any("deep" in token.content for token in tokens)
        assert tokens[-2].content == "last"


@pytest.mark.parametrize(
    "text",
    [
        "```\n" + "x = 1\n" * 20_000,
        "- an item\n" * 10_000,
        "|a|b|\n|-|-|\n" + "|1|2|\n" * 10_000,
        "text\n\n" * 9_000,
    ],
)
def test_a_long_text_that_grows_costs_what_a_short_one_does(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = GrowingBlocks()
    growing.update(text)
    taken: list[int] = []

    def lines_of(part: str) -> list[str]:
        taken.append(len(part))
        return part.splitlines(keepends=True)

    monkeypatch.setattr(scanning, "lines_of", lines_of)
    for end in range(1, 9):
        blocks = growing.update(text + "| a | b |"[:end])
    assert max(taken) < 3_000
    monkeypatch.undo()
    assert blocks == split(text + "| a | b |"[:8])[0]
