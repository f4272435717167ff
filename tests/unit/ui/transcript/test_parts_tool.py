from __future__ import annotations

import json
from dataclasses import replace

import pytest
from rich.style import Style

from oats_tui.ui.widgets.transcript.items import ToolItem
from oats_tui.ui.widgets.transcript.lines import Line, copied
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.parts.tool import draw_tool

PALETTE = palette_from(
    {"foreground": "#f0f0f0", "accent": "#e0a030", "error": "#d04040", "success": "#40c060"}, dark=True
)
CALL = ToolItem("1", "bash", '{\n  "command": "ls -la /srv/www/pages",\n  "flags": [\n    1\n  ]\n}')
LISTED = "\n".join(f"file {number}" for number in range(1, 43)) + "\n"
DIFF = """diff --git a/x.py b/x.py
index 83db48f..bf269f4 100644
--- a/x.py
+++ b/x.py
@@ -1,3 +1,3 @@ def f():
 kept
-old
--- gone
+new
\\ No newline at end of file
"""


def drawn(item: ToolItem, width: int, *, whole: bool = False) -> list[str]:
    """The lines of a call, as they are seen."""
    lines = draw_tool(item, width, PALETTE, whole=whole)
    assert all(line.width <= width for line in lines)
    return [line.plain for line in lines]


def styles(lines: list[Line]) -> list[Style | None]:
    """The style of each line's text."""
    return [line.segments[-1].style for line in lines]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (28, ['▸ bash  {"co…  no result yet']),
        (60, ['▸ bash  {"command": "ls -la /srv/www/pages",…  no result yet']),
        (100, ['▸ bash  {"command": "ls -la /srv/www/pages", "flags": [1]}  no result yet']),
    ],
)
def test_a_call_without_result(width: int, expected: list[str]) -> None:
    assert drawn(CALL, width) == expected


def test_a_call_says_what_the_result_says_of_itself() -> None:
    assert drawn(replace(CALL, title="List files", output="a"), 60) == ["▸ bash  List files  1 line", "  a"]
    assert drawn(replace(CALL, arguments="{}", output=""), 60) == ["▸ bash  0 lines"]


def test_a_folded_result_shows_its_first_lines_and_says_how_many_more_there_are() -> None:
    item = replace(CALL, title="List files", output=LISTED)
    below = [f"  file {number}" for number in range(1, 9)] + ["  ⋯ 34 more lines"]
    assert drawn(item, 60) == ["▸ bash  List files  42 lines", *below]
    assert drawn(item, 28) == ["▸ bash  List files  42 lines", *below]
    eight = replace(item, output="\n".join("12345678"))
    assert drawn(eight, 60)[1:] == [f"  {number}" for number in range(1, 9)]
    assert drawn(replace(item, output="\n".join("123456789") + "\n"), 60)[-1] == "  ⋯ 1 more line"


def test_a_long_line_is_folded_to_three() -> None:
    item = replace(CALL, title="x", output="abcdefgh" * 200_000 + "\nend")
    assert drawn(item, 12)[1:] == ["  abcdefghab", "  cdefghabcd", "  efghabcde…", "  end"]
    assert drawn(replace(item, output="a" * 30), 12)[1:] == ["  aaaaaaaaaa"] * 3
    assert drawn(replace(item, output="a" * 31), 12)[3] == "  aaaaaaaaa…"
    assert drawn(replace(item, output="a\u0301" * 3000), 12)[3].endswith("…")


def test_errors_are_in_their_colour() -> None:
    item = replace(CALL, title="x", output="some output", error="no such file\nor folder")
    lines = draw_tool(item, 60, PALETTE, whole=False)
    assert [line.plain for line in lines] == [
        "▸ bash  x  failed",
        "  some output",
        "  no such file",
        "  or folder",
    ]
    assert styles(lines) == [PALETTE.error, PALETTE.text, PALETTE.error, PALETTE.error]
    assert drawn(replace(item, output=item.error), 60) == ["▸ bash  x  failed", "  no such file", "  or folder"]
    many = replace(item, output=None, error="\n".join("abcdefghijk"))
    assert drawn(many, 60)[-2:] == ["  h", "  ⋯ 3 more lines"]
    assert drawn(many, 60, whole=True)[-1] == "  k"


def test_a_whole_call_shows_its_arguments_and_all_of_the_result() -> None:
    item = replace(CALL, title="List files", output=LISTED)
    assert drawn(item, 28, whole=True)[1:9] == [
        "  {",
        '    "command": "ls -la /srv/',
        '  www/pages",',
        '    "flags": [',
        "      1",
        "    ]",
        "  }",
        "  file 1",
    ]
    assert drawn(item, 60, whole=True)[0] == "▾ bash  List files  42 lines"
    assert drawn(item, 60, whole=True)[-1] == "  file 42"


def test_an_orphan_says_so() -> None:
    orphan = ToolItem("1", "bash", None, "", "x")
    assert drawn(orphan, 60) == ["▸ bash  result without its call  1 line", "  x"]
    assert drawn(replace(orphan, title="List"), 60, whole=True) == [
        "▾ bash  result without its call · List  1 line",
        "  x",
    ]


def test_what_is_copied_is_text_only() -> None:
    item = replace(CALL, title="List files", output=LISTED, session_id="s1")
    folded = draw_tool(item, 60, PALETTE, whole=False)
    assert folded[1].plain == "  ↳ sub-session: enter opens it"
    first = "\n".join(f"file {number}" for number in range(1, 9))
    assert copied(folded) == f"bash  List files  42 lines\n{first}"
    whole = draw_tool(replace(item, output="    deep\n\tx" + "y" * 99), 28, PALETTE, whole=True)
    assert copied(whole[2:]) == f"{CALL.arguments}\n    deep\n    x{'y' * 99}"


def test_the_sign_is_in_the_cursor_s_colour_under_the_cursor() -> None:
    for focused, style in ((True, PALETTE.cursor), (False, PALETTE.dim)):
        line = draw_tool(CALL, 60, PALETTE, whole=False, focused=focused)[0]
        assert (line.segments[0].text, line.segments[0].style) == ("▸", style)


def test_a_diff_is_coloured() -> None:
    lines = draw_tool(replace(CALL, output=DIFF), 60, PALETTE, whole=True)[-10:]
    dim, text = PALETTE.dim, PALETTE.text
    assert [line.plain for line in lines] == [f"  {line}" for line in DIFF.splitlines()]
    assert styles(lines) == [dim] * 5 + [text, PALETTE.removed, PALETTE.removed, PALETTE.added, dim]
    assert copied(lines) == DIFF.removesuffix("\n")
    no_diff = draw_tool(replace(CALL, output="+ a\n- b\n--- c"), 60, PALETTE, whole=True)[-3:]
    assert set(styles(no_diff)) == {text}


def test_a_diff_among_the_arguments_is_shown_as_one() -> None:
    item = replace(CALL, arguments=json.dumps({"path": "x.py", "patch": DIFF}))
    lines = draw_tool(item, 60, PALETTE, whole=True)[1:]
    assert [line.plain for line in lines[:3]] == ['  path: "x.py"', "  patch:", "    diff --git a/x.py b/x.py"]
    assert styles(lines)[-2:] == [PALETTE.added, PALETTE.dim]
    deep = replace(CALL, arguments='{"a":"@@ -1", "b": ' + "[" * 50_000)
    assert drawn(deep, 60, whole=True)[1].startswith('  {"a":"@@ -1"')


def test_of_a_very_large_result_the_middle_is_left_out() -> None:
    item = replace(CALL, arguments=None, output="".join(f"line {number}\n" for number in range(1, 10_001)))
    lines = draw_tool(item, 100, PALETTE, whole=True)
    assert [line.plain for line in lines[1000:1003]] == [
        "  line 1000",
        "  ⋯ 8,000 lines are left out here; y copies the message, and the session's file has all",
        "  line 9001",
    ]
    assert lines[-1].plain == "  line 10000"
    assert len(lines) == 2002
    assert "\n⋯ 8,000 lines are left out here;" in copied(lines)
    one = draw_tool(replace(item, output="x" * 5_000_000), 100, PALETTE, whole=True)
    assert (len(one), one[1001].plain[:24]) == (2002, "  ⋯ the middle is left o")


def test_hostile_names_and_results_are_cleaned() -> None:
    item = ToolItem("1", "\x1b[2J\nb" * 1000, "{}", "\x1b]0;x\x07\r", "a\x1b[31mb\rc\x00", "\x9b2J")
    text = "".join(drawn(item, 60) + drawn(item, 60, whole=True))
    assert all(character.isprintable() for character in text)
    assert len(drawn(item, 1)) > 1
