from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from oats_tui.session.meta import Outcome
from oats_tui.ui.widgets.transcript.draw import Artist
from oats_tui.ui.widgets.transcript.entries import Entry, ImageItem, Item, OtherItem, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.palette import palette_from

HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b[2J",
    "\x9b31m",
    "\u202egnp.exe",
    "&#27;]52;c;AAAA&#7;",
    "&#x9b;31m",
    "&#8238;x",
    "\r\n\x08\x7f",
    "\ud800",
    "`\x1b[31m`",
    "```\n\x1b[31m\n```\n",
    "```\x1b[31m\ncode\n```\n",
    "[x](http://a/\x1b]8;;)",
    "[x](&#27;]8;;http://e)",
    "![\x1b](\x1b)",
    "| \x1b | b |\n|---|---|\n| &#27; | \t |\n",
    "# \x1b[1m&#27;\n",
    "<script>\x1b</script>",
    "a\tb",
    "\u2028\x85\x0b\x0c",
]
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), max_size=6).map("".join)
MAYBE = st.none() | TEXTS
ITEMS = st.one_of(
    TEXTS.map(TextItem),
    st.builds(ToolItem, TEXTS, MAYBE, TEXTS, MAYBE, MAYBE),
    st.builds(ImageItem, TEXTS, st.none() | st.integers(0, 10**9), MAYBE),
    TEXTS.map(OtherItem),
)
OUTCOMES = st.none() | st.builds(
    Outcome, state=st.sampled_from(["failed", "stopped", "interrupted"]), title=TEXTS, detail=TEXTS, hint=TEXTS
)
ROLES = st.sampled_from(["user", "assistant", "system"])
ENTRIES = st.builds(
    Entry,
    st.just("e"),
    ROLES,
    TEXTS,
    TEXTS,
    st.lists(ITEMS, max_size=3).map(tuple),
    OUTCOMES,
    TEXTS,
    st.booleans(),
)


def artist(*, unfolded: bool = False) -> Artist:
    """One with the colours of no theme."""
    return Artist(palette_from({}, dark=True), unfolded=unfolded)


def draw(*items: Item, width: int = 60, role: str = "assistant", unfolded: bool = False) -> list[str]:
    """The lines of an entry of these items, below its head line."""
    entry = Entry("e", role, "echo", "12:00", items)
    return [strip.text.rstrip() for strip in artist(unfolded=unfolded).draw(entry, width)][1:-1]


def assert_safe(strips: list[Strip], width: int) -> None:
    """No line has anything that a terminal obeys, and each is as wide as it says."""
    for strip in strips:
        assert all(unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"} for letter in strip.text)
        assert not any(letter in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068" for letter in strip.text)
        assert all(segment.control is None for segment in strip)
        assert all(segment.style is None or not segment.style.link for segment in strip)
        assert strip.cell_length == width
        assert sum(cell_len(segment.text) for segment in strip) == width


@settings(max_examples=250, deadline=None)
@given(ENTRIES, st.integers(3, 80), st.booleans())
def test_nothing_hostile_reaches_the_terminal(entry: Entry, width: int, unfolded: bool) -> None:
    assert_safe(artist(unfolded=unfolded).draw(entry, width), width)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_each_hostile_text_is_shown_but_not_obeyed(text: str, role: str) -> None:
    entry = Entry("e", role, text, text, (TextItem(text), ToolItem(text, text, text, text, text)), None, text)
    assert_safe(artist(unfolded=True).draw(entry, 30), 30)


@pytest.mark.parametrize("width", [10, 11, 24])
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_wide_letters_are_neither_cut_nor_lost(width: int, role: str) -> None:
    text = "日本語の長い文章はここで折り返されますwithlatinwords그리고한국어"
    lines = draw(TextItem(text), width=width, role=role)
    joined = "".join(line.removeprefix("▎").strip() for line in lines)
    assert joined == text


def test_the_persons_text_is_no_markdown_and_has_a_bar() -> None:
    assert draw(TextItem("*a*\n  b"), role="user") == ["▎ *a*", "▎   b"]
    assert draw(TextItem("*a*")) == ["  a"]


def test_markup_of_the_screen_is_only_text() -> None:
    assert draw(TextItem("[bold]x[/bold] [@click=app.exit]y[/]")) == ["  [bold]x[/bold] [@click=app.exit]y[/]"]


def test_links_say_where_they_lead() -> None:
    [line] = draw(TextItem("[here](http://example.org/x)"))
    assert "here" in line
    assert "http://example.org/x" in line


def test_code_is_wrapped_rather_than_cut() -> None:
    lines = draw(TextItem("```\n" + "abcdefghij" * 5 + "\n```"), width=24)
    assert "".join(line.strip() for line in lines) == "abcdefghij" * 5


CALL = ToolItem("read", '{"path": "x"}', "", "one\ntwo")


@pytest.mark.parametrize(
    ("tool", "folded", "words"),
    [
        (CALL, '  ▸ read  {"path": "x"}  2 lines', ["one", "two", '{"path": "x"}']),
        (ToolItem("read", "{}", "x.py", "one"), "  ▸ read  x.py  1 line", ["one", "{}"]),
        (ToolItem("read", "{}"), "  ▸ read  {}  no result", ["{}"]),
        (ToolItem("read", "{}", "", "", "no such file"), "  ▸ read  {}  failed", ["no such file", "{}"]),
        (ToolItem("read", None, "lost", "out"), "  ▸ read  lost  1 line", ["out"]),
    ],
)
def test_a_tool_is_one_line_until_it_is_unfolded(tool: ToolItem, folded: str, words: list[str]) -> None:
    assert draw(tool) == [folded]
    unfolded = draw(tool, unfolded=True)
    assert unfolded[0] == folded.replace("▸", "▾")
    assert sorted(line.strip() for line in unfolded[1:]) == sorted(words)


def test_a_long_call_keeps_its_result_in_sight() -> None:
    [line] = draw(ToolItem("read", "x" * 200, "", "one"), width=40)
    assert line.endswith("…  1 line")


def test_tools_stand_together_and_texts_apart() -> None:
    assert draw(TextItem("a"), CALL, CALL, TextItem("b"))[1::3] == ["", ""]


def test_images_and_unknown_parts_are_named() -> None:
    assert draw(ImageItem("image/png", 2048, None)) == ["  ▣ image · image/png · 2,048 bytes"]
    assert draw(ImageItem("image/png", None, "http://x")) == ["  ▣ image · image/png · http://x"]
    assert "“video”" in draw(OtherItem("video"))[0]


@pytest.mark.parametrize(("state", "sign"), [("failed", "✗"), ("stopped", "■"), ("interrupted", "■")])
def test_how_it_ended_stands_at_its_foot(state: str, sign: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    outcome = Outcome.model_validate({"state": state, "title": "It ended.", "hint": "Do this.", "at": at})
    entry = Entry("e", "assistant", "echo", "12:00", (TextItem("half"),), outcome, "one note\nanother")
    lines = [strip.text.rstrip() for strip in artist().draw(entry, 100)]
    assert lines[0] == "  echo  12:00"
    assert list(filter(None, lines[1:-2])) == ["  half", "  one note", "  another"]
    assert lines[-2].startswith(f"  {sign} It ended. Do this.")
    assert "ctrl+x R" in lines[-2]
    assert lines[-1] == ""


def test_a_growing_answer_says_so() -> None:
    entry = Entry("e", "assistant", "echo", "", (TextItem("so far"),), growing=True)
    assert artist().draw(entry, 40)[0].text.rstrip() == "  echo  …"


def test_every_kept_block_is_drawn_for_its_width() -> None:
    one = artist()
    entry = Entry("e", "assistant", "echo", "", (TextItem("word " * 30),))
    for width in (40, 20, 40):
        assert_safe(one.draw(entry, width), width)
