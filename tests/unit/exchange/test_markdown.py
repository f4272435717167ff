from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from oats_tui.exchange.export import exported
from oats_tui.session.about import About
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.session.models import Session, SessionInfo
from tests.support.sessions import message, sessions
from tests.support.sessions import session as session_of
from tests.unit.exchange.samples import PNG


def headings(text: str) -> list[str]:
    """The headings of the second level that stand for themselves."""
    tokens = MarkdownIt("commonmark").parse(text)
    opens = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    return [tokens[n + 1].content for n in opens if tokens[n].tag == "h2" and tokens[n].level == 0]


def fences(text: str) -> list[str]:
    """The contents of the blocks of code that stand for themselves."""
    return [
        each.content for each in MarkdownIt("commonmark").parse(text) if each.type == "fence" and not each.level
    ]


def test_a_session_is_told_message_by_message() -> None:
    made = session_of("q1", message("a1", "The *answer*", at=61, model="model-7"), title="A [title]")
    made.messages[1].add_image("image/png", data=PNG)
    made.messages[1].add_image("image/png", url="https://e.example/a.png")
    made.messages[1].add_tool_call("c", "bash", {"command": "ls"})
    made.messages[1].add_tool_result("c", "bash", "ls", "a ```` b", error="it broke")
    outcome = Outcome(state="stopped", title="Stopped by you.")
    meta = SessionMeta(outcomes={"a1": outcome}, notes={"a1": "A note."}, about={"a1": About(thinking="Hm.")})
    text = exported(made, meta, "markdown")
    assert text.startswith("# A \\[title\\]\n\n- Session: `s`\n- Project: `/p`\n- Working directory: `/w`\n")
    assert headings(text) == ["You · 2026-03-01 00:00:00 UTC", "model-7 · 2026-03-01 00:01:01 UTC"]
    assert fences(text) == ["Hm.\n", '{\n  "command": "ls"\n}\n', "it broke\n", "a ```` b\n"]
    assert "\nThe *answer*\n" in text
    for told in (
        "Result of** `bash` (failed)",
        "not in this file",
        "https://e.example/a.png",
        "was stopped",
        "A note",
    ):
        assert told in text
    assert PNG not in text


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(",
        "~~~~\nopen",
        "```\na\n```\n\n`````x\nb\n```",
        "- item\n  ```\n  in a list",
        "> ```\n> in a quote",
        "<!-- open",
        "<script>\nopen",
        "<pre>\nopen",
        "<?php open",
        "<![CDATA[ open",
        "<!DOCTYPE",
        "<textarea>\n```\nboth",
        "```\n<!-- in code",
        "<div>\n",
        "a\n---\n",
        "[x]: <open",
        "    code",
        "text\n===",
    ],
)
def test_a_text_that_is_not_closed_swallows_nothing(text: str) -> None:
    made = session_of(message("q1", text), message("q2", "## mine"), message("q3", "end"))
    told = headings(exported(made, SessionMeta(), "markdown"))
    assert len([each for each in told if each.startswith("You · ")]) == 3


@given(texts=st.lists(st.text(st.sampled_from("`~<>!-?/a\n #*[]:\\"), max_size=30), min_size=1, max_size=4))
def test_each_message_has_its_heading_whatever_is_said(texts: list[str]) -> None:
    made = session_of(*(message(f"q{n}", text) for n, text in enumerate(texts)))
    told = headings(exported(made, SessionMeta(), "markdown"))
    assert len([each for each in told if each.startswith("You · ")]) == len(texts)


@given(output=st.text(st.sampled_from("`~a\n"), max_size=30))
def test_what_a_tool_said_is_all_in_its_fence(output: str) -> None:
    made = session_of(message("a1", "x"))
    made.messages[0].add_tool_result("c", "bash", "", output)
    (found,) = fences(exported(made, SessionMeta(), "markdown"))
    assert found == (output if output.endswith("\n") or not output else output + "\n")


@given(made=sessions())
def test_any_session_has_all_its_headings(made: Session) -> None:
    assert len(headings(exported(made, SessionMeta(), "markdown"))) >= len(made.messages)


def test_a_moment_at_the_edge_of_the_calendar_is_told() -> None:
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    made = session_of(message("q1", "x", created_at=edge))
    assert headings(exported(made, SessionMeta(), "markdown")) == ["You · 0001-01-01 00:00:00+14:00"]
    assert "0001-01-01 00:00:00+14:00" in exported(made, SessionMeta(), "html")


def test_a_session_without_a_title_is_named_by_its_id() -> None:
    made = Session(info=SessionInfo(id="abc", title=" \n", project_dir="/p", working_dir="/p"))
    assert exported(made, SessionMeta(), "markdown").startswith("# abc\n")
