"""Paragraphs, headings, lists, quotes and footnotes as they are drawn, and what is copied from them."""

from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.lines import BLANK, Line, copied
from oats_tui.ui.widgets.transcript.markdown.blocks import Block, References, split
from oats_tui.ui.widgets.transcript.markdown.draw import REST, draw_block
from oats_tui.ui.widgets.transcript.markdown.parser import LONGEST_INLINE
from tests.unit.ui.transcript.conversations import PALETTE


def drawn(text: str, width: int) -> list[Line]:
    """A whole Markdown text as lines, as a message shows it."""
    lines: list[Line] = []
    blocks, references = split(text)
    code = 1
    for block in blocks:
        lines += [BLANK] * bool(block.gap and lines) + draw_block(block, references, width, PALETTE, code)
        code += block.codes
    return lines


def shown(text: str, width: int = 28) -> list[str]:
    """What is to be seen of a Markdown text."""
    return [line.plain for line in drawn(text, width)]


def copy_of(text: str, width: int = 28) -> str:
    """What is copied of a whole Markdown text."""
    return copied(drawn(text, width))


def style_of(text: str, words: str) -> str:
    """The style of the first run that holds these words."""
    return next(str(run.style) for line in drawn(text, 100) for run in line.segments if words in run.text)


LISTS = """- one and some words that have to be wrapped
  - two
    - three
      - four
- [x] done
- [ ] to do
"""


def test_a_paragraph_is_one_line_when_it_is_copied() -> None:
    text = "Two files are *alike*\nwhen they have the **same** bytes.\n"
    assert shown(text) == ["Two files are alike when", "they have the same bytes."]
    assert shown(text, 60) == ["Two files are alike when they have the same bytes."]
    assert copy_of(text) == "Two files are alike when they have the same bytes."


def test_a_hard_break_is_copied_as_a_line_end() -> None:
    assert shown("one\\\ntwo  \nthree") == ["one", "two", "three"]
    assert copy_of("one\\\ntwo") == "one\ntwo"


def test_marks_are_styles() -> None:
    text = "# Top\n\n## Next\n\nplain *lean* **fat** ~~gone~~ `code` ***both***"
    accent = "#e0a030"
    assert style_of(text, "Top") == f"bold underline {accent}"
    assert style_of(text, "Next") == f"bold {accent}"
    assert style_of(text, "plain") == "#f0f0f0"
    assert style_of(text, "lean") == "italic #f0f0f0"
    assert style_of(text, "fat") == "bold #f0f0f0"
    assert style_of(text, "gone") == "strike #f0f0f0"
    assert style_of(text, "code") == accent
    assert style_of(text, "both") == "bold italic #f0f0f0"


def test_lists_hang() -> None:
    assert shown(LISTS) == [
        "• one and some words that",
        "  have to be wrapped",
        "  ◦ two",
        "    ▪ three",
        "      ▪ four",
        "☑ done",
        "☐ to do",
    ]


@pytest.mark.parametrize("width", [28, 60, 100])
def test_lists_are_copied_as_markdown(width: int) -> None:
    assert copy_of(LISTS, width) == (
        "- one and some words that have to be wrapped\n  - two\n    - three\n      - four\n- [x] done\n- [ ] to do"
    )


def test_numbers_of_items_that_are_drawn_together_are_aligned() -> None:
    assert shown("> 9. nine\n> 10. ten") == ["▌  9. nine", "▌ 10. ten"]
    assert copy_of("> 9. nine\n> 10. ten") == "9. nine\n10. ten"
    assert shown("9. nine\n10. ten and more words than fit") == [
        "9. nine",
        "10. ten and more words than",
        "    fit",
    ]
    assert shown("3) three") == ["3) three"]


def test_items_that_stand_by_themselves_keep_their_numbers() -> None:
    assert shown("1. one\n1. two\n1. three\n") == ["1. one", "2. two", "3. three"]


def test_items_of_several_blocks_have_blank_lines_within() -> None:
    text = "- one\n\n  two\n\n  - three\n\n  - four\n"
    assert shown(text) == ["• one", "", "  two", "", "  ◦ three", "", "  ◦ four"]
    assert copy_of(text) == "- one\n\n  two\n\n  - three\n\n  - four"


def test_tasks_with_numbers_and_over_two_lines() -> None:
    assert shown("1. [x] one") == ["1. ☑ one"]
    assert copy_of("1. [x] one") == "1. [x] one"
    assert shown("- [ ]\n  *one*") == ["☐ one"]


def test_empty_items_are_drawn() -> None:
    assert shown("-\n- a\n") == ["• ", "• a"]


def test_quotes_have_a_bar_that_is_not_copied() -> None:
    text = "> Said by somebody at length, *so*.\n>\n> > Before.\n"
    assert shown(text) == ["▌ Said by somebody at", "▌ length, so.", "▌ ", "▌ ▌ Before."]
    assert copy_of(text) == "Said by somebody at length, so.\n\nBefore."
    assert style_of(text, "Said") == "dim #f0f0f0"


def test_a_rule_goes_over_the_width() -> None:
    assert shown("a\n\n---\n", 10) == ["a", "", "─" * 10]
    assert copy_of("a\n\n---\n") == "a\n\n---"


def test_footnotes_stand_where_they_are_written() -> None:
    text = "One[^a], ^[two *three*] and [^b].\n\n[^a]: Which is\n    explained at length.\n"
    assert shown(text) == [
        "One[a], [two three] and",
        "[^b].",
        "",
        "[a] Which is explained at",
        "    length.",
    ]
    assert copy_of(text).endswith("[a] Which is explained at length.")


def test_html_and_entities_are_text() -> None:
    assert shown("<b>bold</b> &lt;i&gt; <!-- no -->", 60) == ["<b>bold</b> <i> <!-- no -->"]
    assert shown("a &#27;[2J &#x202e;b\x1b]0;c\x07", 60) == ["a �[2J ⟨RLO⟩b␛]0;c␇"]
    assert shown("a&#10;b", 60) == ["a", "b"]


def test_formulas_are_plain_text_where_nothing_is_lost() -> None:
    assert shown("So $E = mc^2$ and \\(\\alpha \\le 1\\).", 60) == ["So E = mc² and α ≤ 1."]
    assert shown("So $\\frac{a+b}{c}$ or \\[x_{i,j}\\].", 60) == ["So $\\frac{a+b}{c}$ or \\[x_{i,j}\\]."]
    assert shown("$$\nx^2\n$$") == ["x²"]
    assert shown("$$\n\\begin{a}\nx\n\\end{a}\n$$") == ["$$", "\\begin{a}", "x", "\\end{a}", "$$"]
    assert style_of("So $x_{i,j}$.", "x_") == "#e0a030"


def test_what_draws_nothing_has_no_lines() -> None:
    assert drawn("[a]: https://example.org\n", 28) == []
    assert drawn("", 28) == []


def test_a_very_long_text_is_drawn_as_it_is() -> None:
    text = "*word* " * (LONGEST_INLINE // 7 + 1)
    assert shown(text, 100)[0].startswith("*word* *word*")
    assert copy_of(text, 100).rstrip() == text.rstrip()


def test_what_was_not_read_yet_is_one_line_that_is_not_copied() -> None:
    lines = draw_block(Block("more", "rest"), References(), 60, PALETTE, 1)
    assert [line.plain for line in lines] == [REST]
    assert copied(lines) == ""


def test_what_is_nested_too_deeply_is_not_indented_further() -> None:
    text = "".join(f"{'  ' * level}- {level}\n" for level in range(25))
    lines = shown(text, 28)
    assert max(len(line) for line in lines) <= 28
    assert lines[:2] == ["• 0", "  ◦ 1"]
    assert "24" in lines[-1] or copy_of(text).endswith("24")


@pytest.mark.parametrize("width", range(1, 9))
def test_narrow_views_lose_nothing(width: int) -> None:
    lines = drawn("- a [ ] b\n  1. c\n> d\n\n---\n\n| a | b |\n|---|---|\n| c | d |\n", width)
    assert all(line.width <= max(2, width) for line in lines)
    assert {*"abcd"} <= {*"".join(line.plain for line in lines)}
