from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.markdown.blocks import (
    Block,
    GrowingBlocks,
    References,
    code_of,
    code_sources,
    rows_of,
    split,
    split_plain,
)
from oats_tui.ui.widgets.transcript.markdown.parser import parser


def sources(text: str) -> list[str]:
    """The sources of a text's blocks."""
    return [block.source for block in split(text)[0]]


def kinds(text: str) -> list[str]:
    """The kinds of a text's blocks."""
    return [block.kind for block in split(text)[0]]


def marks(text: str) -> list[tuple[str, str]]:
    """The kinds and contents of the tokens within a text, without what is empty."""
    tokens = [token for block in parser().parse(text, {}) for token in block.children or [block]]
    return [(token.type, token.content) for token in tokens if token.content]


def test_paragraphs_headings_and_quotes_are_blocks_with_the_blank_lines_behind_them() -> None:
    assert sources("# Head\ntext\n\n> quote\nlazy\n\n\nlast") == [
        "# Head\n",
        "text\n\n",
        "> quote\nlazy\n\n\n",
        "last",
    ]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "   ", "\r\n"])
def test_a_text_without_blocks_is_one_block(text: str) -> None:
    assert split(text) == ([Block(text, "text", gap=False)], References())


def test_blank_lines_in_front_belong_to_the_first_block() -> None:
    assert sources("\n\none\n\ntwo") == ["\n\none\n\n", "two"]


def test_each_item_of_a_list_is_a_block_and_has_a_gap_where_a_blank_line_is() -> None:
    blocks, _ = split("text\n- one\n- two\n  - within\n\n- three\n\n- four\nlazy\n")
    assert [(block.source, block.kind, block.gap) for block in blocks] == [
        ("text\n", "text", False),
        ("- one\n", "item", True),
        ("- two\n  - within\n\n", "item", False),
        ("- three\n\n", "item", True),
        ("- four\nlazy\n", "item", True),
    ]


def test_items_have_the_numbers_of_the_whole_list() -> None:
    blocks, _ = split("7. a\n7. b\n1. c\n\ntext\n\n1) d\n- e\n0. f\n3. g")
    assert [block.number for block in blocks] == [7, 8, 9, None, 1, None, 0, 1]


def test_items_that_are_not_equally_far_in_are_items_of_one_list_while_it_grows() -> None:
    text = "  - \n  - \n - b\n   - c\n- d\nlazy\n"
    growing = GrowingBlocks()
    for end in range(len(text)):
        growing.update(text[:end])
    assert [block.source for block in growing.update(text)] == [
        "  - \n",
        "  - \n",
        " - b\n   - c\n",
        "- d\nlazy\n",
    ]


def test_a_code_block_tells_its_language_and_whether_its_end_has_come() -> None:
    (block,), _ = split("~~~ python {.numbered}\nx = 1\n~~~~\n\n")
    assert (block.kind, block.language, block.part, block.codes) == ("code", "python", "whole", 1)
    assert not block.is_open
    assert code_of(block) == "x = 1\n"
    assert split("~~~ python\nx = 1\n~~")[0][0].is_open


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```\n```", ""),
        ("```", ""),
        ("```\n  x", "  x"),
        ("  ```\n    x\n y\n  z\n  ```\n", "  x\ny\nz\n"),
        ("```\r\nx\r\n\r\n```\r\n", "x\n\n"),
        ("\n\n```\nx\n```\n\n", "x\n"),
        ("    x\n\n\n\ty\n     z", "x\n\n\ny\n z\n"),
        ("````\n```\n````", "```\n"),
        ("```\nx\n    ```", "x\n    ```"),
        ("```\nx\v\u2028y\x85\n```", "x\v\u2028y\x85\n"),
    ],
)
def test_the_code_has_neither_fences_nor_their_indentation(text: str, code: str) -> None:
    (block,), _ = split(text)
    assert code_of(block) == code


def test_a_long_code_block_is_cut_where_something_new_begins() -> None:
    function = "def f():\n" + "    x = 1\n\n" * 12
    blocks, _ = split("```py\n" + function * 10 + "```\nafter")
    code = [block for block in blocks if block.kind == "code"]
    assert [block.part for block in code] == ["first", "middle", "middle", "last"]
    assert [block.codes for block in code] == [1, 0, 0, 0]
    assert {block.language for block in code} == {"py"}
    assert all(code_of(block) == function * 3 for block in code[:3])
    assert code[-1].source == f"{function}```\n"


def test_a_long_code_block_without_blank_lines_is_cut_too_but_not_in_front_of_its_end() -> None:
    blocks, _ = split("    x\n" * 240)
    assert [code_of(block).count("\n") for block in blocks] == [120, 120]
    (block,), _ = split("```\n" + "x\n" * 120 + "```\n")
    assert block.part == "whole"


def test_only_the_last_piece_of_an_open_code_block_is_open() -> None:
    blocks, _ = split("```\n" + "x\n" * 300)
    assert [(block.part, block.is_open) for block in blocks] == [
        ("first", False),
        ("middle", False),
        ("last", True),
    ]
    assert [block.gap for block in blocks[1:]] == [False, False]


def test_a_table_has_its_widths_and_the_cells_as_they_are_written() -> None:
    text = "| a | long head |\n|:-:|--:|\n| `x|y` \\| **z** | [docs](http://example.org/a/b) |\n| 日本 |\n"
    (block,), _ = split(text)
    assert (block.kind, block.aligns, block.part) == ("table", ("center", "right"), "whole")
    assert block.columns == (4, 9)
    assert rows_of(block) == [["a", "long head"], ["`x", "y` | **z**"], ["日本", ""]]


def test_a_long_table_is_cut_into_rows_that_share_their_widths() -> None:
    text = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 120 + "| wide | 2 |\n"
    blocks, _ = split(text)
    assert [block.part for block in blocks] == ["first", "middle", "last"]
    assert [len(rows_of(block)) for block in blocks] == [51, 50, 21]
    assert {block.columns for block in blocks} == {(4, 1)}
    assert rows_of(blocks[2])[-1] == ["wide", "2"]


def test_settled_pieces_of_a_table_get_the_widths_of_later_rows() -> None:
    growing = GrowingBlocks()
    text = "text\n\n| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 250
    growing.update(text)
    blocks = growing.update(text + "| 1 | wide |\n")
    assert {block.columns for block in blocks[1:]} == {(1, 4)}
    assert blocks == split(text + "| 1 | wide |\n")[0]


def test_definitions_are_blocks_of_their_own_without_gaps_and_known_to_all() -> None:
    blocks, references = split("[a]: /u 'Title'\n\nsee [a] [^n]\n\n[A]: /other\n[^n]: foot\n")
    assert [(block.source, block.gap) for block in blocks] == [
        ("[a]: /u 'Title'\n\n", False),
        ("see [a] [^n]\n\n", False),
        ("[A]: /other\n", False),
        ("[^n]: foot\n", True),
    ]
    assert references == References((("A", "/u", "Title"),), ("n",))
    assert references.env("[^")["references"]["A"]["href"] == "/u"


def test_references_are_the_same_value_until_they_change() -> None:
    growing = GrowingBlocks()
    growing.update("[a]: /u\n\none")
    before = growing.references
    growing.update("[a]: /u\n\none\n\ntwo\n\nthree\n\nfour\n\n[b")
    assert growing.references is before
    growing.update("[a]: /u\n\none\n\ntwo\n\nthree\n\nfour\n\n[b]: /v\n")
    assert [label for label, *_ in growing.references.links] == ["A", "B"]


def test_the_codes_are_counted_and_copied_wherever_they_are() -> None:
    text = "```\na\n```\n- x\n\n  ```\n  b\n\n  ```\n> ~~~\n> c\n> ~~~\n\n    d\n\n`e`\n"
    assert code_sources(text) == ["a", "b\n", "c", "d"]
    assert [block.codes for block in split(text)[0]] == [1, 1, 1, 1, 0]


def test_a_text_that_does_not_go_on_begins_anew() -> None:
    growing = GrowingBlocks()
    growing.update("[a]: /u\n\none\n\ntwo\n\nthree\n\nfour")
    assert growing.update("other\n\ntext") == split("other\n\ntext")[0]
    assert growing.references == References()


def test_settled_blocks_are_kept_while_the_text_grows() -> None:
    growing = GrowingBlocks()
    before = growing.update("one\n\n- two\n- three\n- four\n")
    after = growing.update("one\n\n- two\n- three\n- four\n- five\n\nsix")
    assert all(old is new for old, new in zip(before[:2], after, strict=False))


def test_with_a_limit_a_long_text_is_taken_in_bit_by_bit() -> None:
    text = "word\n\n" * 100
    growing = GrowingBlocks()
    blocks = growing.update(text, 60)
    assert (blocks[-1].kind, blocks[-1].source) == ("rest", text[60:])
    while blocks[-1].kind == "rest":
        blocks = growing.update(text, 60)
    assert blocks == split(text)[0]


def test_mathematics_that_may_still_end_keeps_what_stands_behind_it_open() -> None:
    growing = GrowingBlocks()
    text = "$$\nx\n# y\n- z\n- w\n$$\nafter\n"
    for end in range(len(text)):
        growing.update(text[:end])
    assert [block.source for block in growing.update(text)] == ["$$\nx\n# y\n- z\n- w\n$$\n", "after\n"]


def test_plain_text_is_cut_by_lines() -> None:
    text = "# a\r\n" * 250
    blocks = split_plain(text)
    assert "".join(block.source for block in blocks) == text
    assert [block.source.count("\n") for block in blocks] == [100, 100, 50]
    assert {(block.kind, block.gap) for block in blocks} == {("text", False)}
    assert split_plain("") == [Block("", "text", gap=False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5 and $10", [("text", "$5 and $10")]),
        ("a $x$", [("text", "a "), ("math_inline", "x")]),
        ("\\(x\\)\\[y\\]", [("math_inline", "x"), ("math_inline_double", "y")]),
        ("> \\[\n> x\n> \\]", [("math_block", "\nx\n")]),
        ("- $$\n- b $$", [("text", "$$"), ("text", "b $$")]),
        ("$$\nx\n\ny $$", [("text", "$$"), ("text", "x"), ("text", "y $$")]),
        ("<b>x</b>", [("text", "<b>x</b>")]),
        ("\\\\(x)", [("text", "\\(x)")]),
    ],
)
def test_mathematics_is_found_and_money_is_not(text: str, expected: list[tuple[str, str]]) -> None:
    assert marks(text) == expected


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see (http://a.b/c(1)?d=e_f_g), HTTPS://x.org.", ["http://a.b/c(1)?d=e_f_g", "HTTPS://x.org"]),
        ("**https://a.b** 日本http://x.org。次", ["https://a.b", "http://x.org"]),
        ("[text](/x) <http://a.b> [http://q](/y)", ["/x", "http://a.b", "/y"]),
        ("xhttp://a.b `http://a.b` javascript://a www.a.b http:// a://b", []),
    ],
)
def test_bare_addresses_are_links(text: str, addresses: list[str]) -> None:
    (_, inline, _) = parser().parse(text, {})
    links = [token for token in inline.children or () if token.type == "link_open"]
    assert [str(link.attrs["href"]).casefold() for link in links] == [each.casefold() for each in addresses]


def test_tasks_are_marked() -> None:
    tokens = parser().parse("- [ ] a\n- [x] b\n- [y] c", {})
    assert [token.attrs.get("class") for token in tokens if token.type == "list_item_open"] == [
        "task-list-item",
        "task-list-item",
        None,
    ]
    boxes = [token.children[0] for token in tokens if token.children]
    assert ["checked" in box.content for box in boxes] == [False, True, False]


def test_footnotes_have_the_same_number_in_every_block() -> None:
    blocks, references = split("x[^b] y[^a]\n\n[^a]: A [^a]\n\n[^b]: B")
    env = [parser().parse(block.source, references.env(block.source)) for block in blocks]
    notes = [token.meta for tokens in env for each in tokens for token in each.children or () if token.meta]
    assert [(note["label"], note["id"]) for note in notes] == [("b", 1), ("a", 0), ("a", 0)]


def test_definitions_are_made_ready_once_for_all_blocks() -> None:
    references = References((("A", "/u", ""),), ("note",))
    first, second = references.env("see [a]"), references.env("and [^note] [a]")
    assert first["references"]["A"] is second["references"]["A"]
    assert first["references"] is not second["references"], "a block's parser may add to it"
    assert (first["numbers"], second["numbers"]) == ({}, {":note": 0})
    assert references.env("no reference")["references"] == {}
