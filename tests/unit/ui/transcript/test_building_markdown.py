from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.itemizing import markdown_of
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, Item, OtherItem, TextItem, ToolItem


def markdown(*items: Item) -> str:
    """A message of these parts as it is copied."""
    return markdown_of(Entry("m", "assistant", "gpt-oss", "14:31", items))


def test_one_text_is_copied_as_it_is() -> None:
    text = "  # Title\n\n- a\n    code  \n\n```\nx\n```"
    assert markdown(TextItem(text)) == text


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (FoldItem("thinking", "thinking", "hm"), ""),
        (FoldItem("summary", "Summary of 2 earlier messages", "They spoke."), "They spoke."),
        (FoldItem("system", "System prompt", "Be kind."), "Be kind."),
        (ImageItem("image/png", "aGk="), "![image](image/png)"),
        (ImageItem("image/png", None, "http://x/y.png"), "![image](http://x/y.png)"),
        (OtherItem("hologram"), ""),
        (ToolItem("c", "bash", "{}"), "**bash**\n\n```json\n{}\n```"),
        (ToolItem("c", "bash", "{}", "List", "a\n"), "**bash** List\n\n```json\n{}\n```\n\n```\na\n```"),
        (ToolItem("c", "bash", None, "List", "a"), "**bash** List\n\n```\na\n```"),
        (ToolItem("c", "bash", "{}", "", "", "denied"), "**bash**\n\n```json\n{}\n```\n\n```\ndenied\n```"),
        (ToolItem("c", "cat", None, "", "```\nx\n````\n"), "**cat**\n\n`````\n```\nx\n````\n`````"),
    ],
)
def test_each_kind_of_part_has_its_markdown(item: Item, expected: str) -> None:
    assert markdown(item) == expected


def test_parts_are_paragraphs() -> None:
    items = (FoldItem("thinking", "thinking", "hm"), TextItem("a\n"), OtherItem("x"), TextItem("b"))
    assert markdown(*items) == "a\n\nb"
