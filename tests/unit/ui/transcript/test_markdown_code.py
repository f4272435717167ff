"""Code blocks as they are drawn, and what is copied from them."""

from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.lines import copied
from oats_tui.ui.widgets.transcript.markdown.blocks import References, split
from oats_tui.ui.widgets.transcript.markdown.draw import draw_block
from oats_tui.ui.widgets.transcript.markdown.highlight import LONGEST, LONGEST_LINE, highlighted
from tests.unit.ui.transcript.conversations import PALETTE
from tests.unit.ui.transcript.test_markdown_text import copy_of, drawn, shown, style_of

CODE = "```python\ndef alike(paths):\n\treturn {key(path): path for path in paths}\n```\n"


def test_code_stands_on_a_surface_with_a_head() -> None:
    assert shown(CODE) == [
        " python                 c 1 ",
        " def alike(paths):          ",
        "     return {key(path): pat ",
        " h for path in paths}       ",
    ]
    assert all(line.width == 60 for line in drawn(CODE, 60))
    for line in drawn(CODE, 28):
        assert {run.style and run.style.bgcolor for run in line.segments} == {PALETTE.code.bgcolor}


@pytest.mark.parametrize("width", [1, 7, 8, 28, 60, 100])
def test_code_is_copied_without_its_head_and_padding(width: int) -> None:
    code = "def alike(paths):\n    return {key(path): path for path in paths}"
    assert copy_of(CODE, width) == code
    assert copy_of(f"a\n\n{CODE}\nb", width) == f"a\n\n{code}\n\nb"


def test_blocks_are_numbered_through_the_message() -> None:
    text = "```\na\n```\n\n- b\n\n  ```c\n  d\n  ```\n\n>     e\n\n    f\n"
    heads = [line for line in shown(text, 20) if "c " in line]
    assert heads == [
        "                c 1 ",
        "   c            c 2 ",
        "▌               c 3 ",
        "                c 4 ",
    ]
    assert copy_of(text) == "a\n\n- b\n\n  d\n\ne\n\nf"


def test_an_open_block_is_code_already() -> None:
    assert shown("```sh\necho tw") == [" sh                     c 1 ", " echo tw                    "]


def test_a_head_without_room_says_less() -> None:
    assert shown("```typescript\na\n```", 13)[0] == "         c 1 "
    assert shown("```typescript\na\n```", 2)[0] == "  "


def test_later_pieces_have_no_head() -> None:
    text = "```\n" + "x = 1\n" * 300 + "```\n"
    blocks, references = split(text)
    assert len(blocks) > 1
    lines = [line for block in blocks for line in draw_block(block, references, 28, PALETTE, 1)]
    assert sum("c 1" in line.plain for line in lines) == 1
    assert copied(lines) == "\n".join(["x = 1"] * 300)


def test_known_languages_are_coloured_and_others_are_not() -> None:
    assert style_of(CODE, "def") == "#66d9ef on #202020"
    assert style_of(CODE, "alike") == "#a6e22e on #202020"
    assert style_of(CODE.replace("python", ""), "def") == "#f0f0f0 on #202020"
    for language in ("", "nosuchlanguage", "../../etc", "x" * 500, "{.python", "\x1b[2J"):
        runs = highlighted("def f(): pass", language.strip(), PALETTE)
        assert "".join(run.text for run in runs) == "def f(): pass"
    assert highlighted("def f(): pass", "nosuchlanguage", PALETTE)[0].style == PALETTE.text


def test_what_is_too_long_is_not_coloured() -> None:
    assert len(highlighted("a = 1\n" * (LONGEST // 6 + 1), "python", PALETTE)) == 1
    assert len(highlighted("a = 1;" * (LONGEST_LINE // 6 + 1), "python", PALETTE)) == 1
    assert len(highlighted("a = 1\n" * 10, "python", PALETTE)) > 1


@pytest.mark.parametrize("language", ["diff", "Patch"])
def test_diffs_have_the_colours_of_diffs(language: str) -> None:
    runs = highlighted("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same", language, PALETTE)
    styles = {run.text: run.style for run in runs}
    assert styles["-old"] == PALETTE.removed
    assert styles["+new"] == PALETTE.added
    assert styles["@@ -1 +1 @@"] == PALETTE.dim
    assert styles[" same"] == PALETTE.text


def test_control_characters_in_code_are_shown() -> None:
    assert shown("```\na\x1b[2Jb\u202ec\n```", 20)[1] == " a␛[2Jb⟨RLO⟩c       "


def test_no_lexer_changes_the_code() -> None:
    for code in ("\n\na\n\n", "  a", "a\n\n\n", "$ ls\n>>> 1\n", '{"a": [1,,]}', "<?php echo 1 ?>", "\ufeffa"):
        for language in ("python", "pycon", "console", "json", "html", "php", "yaml", "c", "make", "text", "sh"):
            assert "".join(run.text for run in highlighted(code, language, PALETTE)) == code


def test_an_empty_block_is_its_head() -> None:
    assert shown("```py\n```") == [" py                     c 1 "]
    assert draw_block(split("```py\n\n```")[0][0], References(), 10, PALETTE, 3)[1].plain == " " * 10
