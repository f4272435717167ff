"""Searching all sessions from the keyboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Label, OptionList

from oats_tui.core.bus import bus
from oats_tui.session.message import ToolCallPart, ToolResultPart
from oats_tui.session.search import Found, Hit, Progress, SearchIndex
from oats_tui.ui.screens.search import SearchScreen, marked, state_words
from tests.support.app import Rig, play
from tests.unit.ui.sessions import keep, make

LONG = "\n\n".join(f"Paragraph {number} about nothing." for number in range(60))


def searching(data_dir: Path, scenario: Callable[[Rig], Awaitable[None]], **options: Any) -> None:
    """Play a scenario with an index that follows what is written."""
    index = SearchIndex(data_dir.parent / "cache", data_dir, bus)

    async def whole(rig: Rig) -> None:
        await index.start()
        await rig.until(lambda: index.progress.is_whole)
        try:
            await scenario(rig)
        finally:
            await index.stop()

    play(whole, data_dir.parent, search=index, **options)


def listed(rig: Rig) -> list[str]:
    """What the search lists."""
    options = rig.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(place).prompt) for place in range(options.option_count)]


def state(rig: Rig) -> str:
    """What the search says of what it found."""
    return str(rig.app.screen.query_one("#search-state", Label).render())


async def look_for(rig: Rig, words: str, count: int) -> None:
    """Open the search and type words; so many messages have them."""
    await rig.press("ctrl+x", "slash")
    await rig.until(lambda: isinstance(rig.app.screen, SearchScreen))
    await rig.type(words)
    await rig.until(lambda: len(listed(rig)) == count)


def test_what_is_chosen_is_opened_at_its_message_with_the_words_marked(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await look_for(rig, "zebra", 2)
        place = next(place for place, hit in enumerate(listed(rig)) if "the zebra was here" in hit)
        assert listed(rig)[1 - place].startswith("two  You")
        assert state(rig) == "2 messages in 2 sessions"
        await rig.press(*["down"] * place, "enter")
        await rig.until(lambda: rig.open_id == one)
        await rig.until(lambda: any("the zebra was here" in line for line in rig.shown))
        assert rig.screen.findbar.display
        assert rig.app.focused is rig.screen.transcript
        assert rig.screen.transcript.reading.finder is not None
        await rig.press("escape")
        assert not rig.screen.findbar.display

    one = keep(make("one", LONG, "the zebra was here", LONG, age=1))
    keep(make("two", "a striped zebra"))
    searching(data_dir, scenario)


def test_what_was_searched_for_last_stands_there_again(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await look_for(rig, "zebra", 1)
        await rig.press("enter")
        await rig.until(lambda: rig.open_id == one)
        await rig.press("ctrl+x", "slash")
        await rig.until(lambda: isinstance(rig.app.screen, SearchScreen))
        assert rig.app.screen.query_one(Input).value == "zebra"
        await rig.until(lambda: len(listed(rig)) == 1)
        await rig.press("escape")
        await rig.until(lambda: rig.app.screen is rig.screen)

    one = keep(make("one", "zebra"))
    searching(data_dir, scenario)


def test_words_may_stand_behind_the_slash_command(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say("/search zebra")
        await rig.until(lambda: isinstance(rig.app.screen, SearchScreen))
        await rig.until(lambda: len(listed(rig)) == 1)
        await rig.press("escape")

    keep(make("one", "zebra"))
    searching(data_dir, scenario)


def test_nothing_found_says_so_and_enter_does_nothing(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await look_for(rig, "unicorn", 0)
        await rig.until(lambda: state(rig) == "nothing found")
        await rig.press("enter")
        assert isinstance(rig.app.screen, SearchScreen)
        await rig.press("escape")

    keep(make("one", "zebra"))
    searching(data_dir, scenario)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
def test_it_keeps_its_size_while_one_types(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await look_for(rig, "", 0)
        before = rig.app.screen.query_one(".card").region
        assert before.x >= 0
        assert before.right <= size[0]
        await rig.type("zebra")
        await rig.until(lambda: len(listed(rig)) == 6)
        assert rig.app.screen.query_one(".card").region == before
        assert rig.app.screen.query_one(OptionList).region.height >= 1
        await rig.press("escape")

    keep(make("one", *["zebra " * 40] * 6))
    searching(data_dir, scenario, size=size)


def test_a_message_in_a_folded_tool_call_is_gone_to(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await look_for(rig, "sandwich", 1)
        await rig.press("enter")
        await rig.until(lambda: rig.open_id == one)
        await rig.until(lambda: any("sandwich" in line for line in rig.shown))

    session = make("one", LONG, "short", LONG)
    session.messages[1].parts += [
        ToolCallPart(id="c", tool_name="shell", tool_call_id="1", arguments={"command": "make sandwich"}),
        ToolResultPart(id="r", tool_name="shell", tool_call_id="1", title="", output="no rule"),
    ]
    one = keep(session)
    searching(data_dir, scenario)


def test_a_hostile_snippet_is_safe_and_its_match_in_view() -> None:
    snippet = "x" * 100 + "\x1b[31m\u202eneedle\x07 [bold]more"
    begin = snippet.index("needle")
    hit = Hit("s", "m", "t", "/p", "user", None, snippet, ((begin, begin + 6),))
    shown = marked(hit, 40)
    assert "needle" in shown.plain[:40]
    assert shown.plain.startswith("  …")
    assert "[bold]more" in shown.plain
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.plain)
    assert [shown.plain[span.start : span.end] for span in shown.spans] == ["needle"]


def test_an_index_that_is_not_whole_is_told_of() -> None:
    none, some = Found([], ("x",), is_complete=False), Progress(30, 100, is_building=True)
    assert state_words("x", none, some) == "reading the sessions: 30 % · nothing found"
    assert state_words("", none, some).startswith("reading the sessions: 30 % · title:")
    hits = [Hit("s", "m", "t", "/p", "user", datetime(2026, 1, 1, tzinfo=UTC).timestamp(), "x", ())]
    assert state_words("x", Found(hits, ("x",), is_complete=True), Progress()) == "one message in one session"


def test_without_an_index_a_sentence_says_so(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "slash")
        await rig.until(
            lambda: any("nothing to search with" in str(note.title) for note in rig.app._notifications)
        )

    play(scenario, data_dir)
