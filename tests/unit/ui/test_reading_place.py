"""A reader's place in the messages, under many changes one after the other."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from textual.geometry import Region

from oats_tui.ui.widgets.transcript.items import Entry, TextItem
from oats_tui.ui.widgets.transcript.reading import ReadingState
from oats_tui.ui.widgets.transcript.widget import Transcript
from tests.support.app import Rig, play

WORDS = ("plain", "wide 漢字かな交じり文", "한국어 문장", "emoji 🎉🎉", "café naïve", "x" * 30)

STEPS = 40


def text(name: str, count: int, chance: random.Random) -> str:
    """So many paragraphs, each line of which tells whose it is; some are several lines long."""
    return "\n\n".join(
        " ".join(f"{name}-{number}-{part} {chance.choice(WORDS)}" for part in range(chance.choice([1, 1, 2, 9])))
        for number in range(count)
    )


class Conversation:
    """Messages that come, go and grow.

    Args:
        seed: What makes them always the same.
        count: How many there are at first.
    """

    def __init__(self, seed: int, count: int = 300) -> None:
        self.chance = random.Random(seed)
        self._made = 0
        self.entries = self.fresh(count)

    def fresh(self, count: int) -> list[Entry]:
        """Some new messages."""
        made = []
        for _ in range(count):
            self._made += 1
            words = text(f"m{self._made}", self.chance.choice([1, 1, 2, 5, 12, 40]), self.chance)
            made.append(Entry(f"m{self._made}", "user", "You", "", (TextItem(words, plain=True),)))
        return made

    def drop(self, first: int, last: int, share: float) -> None:
        """Drop about so large a share of the messages between two."""
        kept = [each for each in self.entries[first:last] if self.chance.random() >= share]
        self.entries = [*self.entries[:first], *kept, *self.entries[last:]]

    def put_in(self, before: int) -> None:
        """Put in some messages above one."""
        place = self.chance.randint(0, before)
        self.entries = [*self.entries[:place], *self.fresh(self.chance.randint(1, 5)), *self.entries[place:]]

    def grow(self) -> None:
        """Let the last message grow, as an answer does, or begin another."""
        last = self.entries[-1]
        more = text(f"{last.id}+{self.chance.randrange(10**6)}", 3, self.chance)
        item = last.items[0]
        assert isinstance(item, TextItem)
        self.entries[-1:] = [replace(last, items=(TextItem(f"{item.text}\n\n{more}", plain=True),))]
        if self.chance.random() < 0.2:
            self.entries += self.fresh(1)


def chip(pane: Transcript) -> str:
    """What stands over the end of the last line."""
    return f" {pane.reading.news} new ↓" if pane.reading.news else ""


def places(rig: Rig, pane: Transcript) -> dict[tuple[str, int], int]:
    """On which line of the view each line of each message is."""
    document, top = pane.reading.document, pane.scroll_offset.y
    found = {}
    for y in range(pane.size.height):
        if top + y < document.height:
            index = document.at(top + y)
            within = top + y - document.top(index)
            found[document.entries[index].id, within] = y
            drawn = document.line(top + y).plain.rstrip()
            shown = rig.shown[y].removesuffix(chip(pane)) if y == pane.size.height - 1 else rig.shown[y]
            assert shown[2:].rstrip() == drawn or (shown != rig.shown[y] and drawn.startswith(shown[2:].rstrip()))
    return found


def exact(pane: Transcript) -> None:
    """What is in view is as tall as it is thought to be, and the view is within the document."""
    document, top = pane.reading.document, pane.scroll_offset.y
    first, last = document.at(top), document.at(top + pane.size.height - 1)
    for index in range(first, last + 1):
        layout, begun = document.layout(index), document.top(index)
        for number in range(layout.at(max(0, top - begun)), len(layout.pieces)):
            if begun + layout.start(number) < top + pane.size.height:
                assert layout._drawn[number] is not None
    assert pane.virtual_size.height == document.height + pane.reading.viewport.blank
    assert 0 <= top <= max(0, pane.virtual_size.height - pane.size.height)
    assert pane.following == (top >= pane.max_scroll_y)


async def go_to(rig: Rig, pane: Transcript, index: int) -> None:
    """Go into a message, away from the end."""
    for _ in range(3):
        pane.scroll_to(y=pane.reading.document.top(index) + 1, animate=False)
        await rig.settle()
    assert not pane.following


def kept_place(before: dict[tuple[str, int], int], talk: Conversation, old: list[Entry]) -> tuple[str, int]:
    """Which message has to stay, and on which line of the view its first line has to be."""
    (name, within), y = min(before.items(), key=lambda item: item[1])
    order = [each.id for each in old]
    left = {each.id for each in talk.entries}
    top = order.index(name)
    for following in order[top:]:
        starts = [y - line for (one, line), y in before.items() if one == following]
        if following in left and starts:
            return following, starts[0]
    return "", y - within


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("at", [0.02, 0.5, 0.97])
def test_what_is_read_stays(data_dir: Path, at: float, seed: int, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        talk, pane, seen = Conversation(seed), rig.screen.transcript, Counter[str]()
        pane.show(talk.entries, state=ReadingState())
        for _ in range(STEPS):
            if pane.following or talk.chance.random() < 0.2:
                await go_to(rig, pane, int(at * len(talk.entries)))
            before, old = places(rig, pane), list(talk.entries)
            index = pane.reading.document.at(pane.scroll_offset.y)
            for _ in range(talk.chance.randint(1, 3)):
                change(talk, index)
            # An answer grows by itself, anything else is read anew.
            pane.show(talk.entries)
            exact(pane)
            name, first = kept_place(before, talk, old)
            now = {one: y - line for (one, line), y in reversed(places(rig, pane).items())}
            held = pane.scroll_offset.y in {0, pane.max_scroll_y}
            if name and not held:
                assert now[name] == first
                seen["stayed"] += 1
        assert seen["stayed"] > STEPS // 3

    play(scenario, data_dir, size)


def change(talk: Conversation, index: int) -> None:
    """Change a conversation around a message."""
    kind = talk.chance.choice(["above", "around", "below", "put in", "put in", "grow", "grow"])
    if kind == "above":
        talk.drop(max(0, index - 10), index, 0.3)
        talk.put_in(min(index, len(talk.entries) - 1))
    elif kind == "around":
        talk.drop(max(0, index - 3), index + 3, 0.5)
        talk.put_in(min(index, len(talk.entries) - 1))
    elif kind == "below":
        talk.drop(index + 4, index + 9, 0.5)
    elif kind == "put in":
        talk.put_in(min(index, len(talk.entries) - 1))
    if kind == "grow" or not talk.entries:
        talk.grow() if talk.entries else talk.entries.extend(talk.fresh(20))


@pytest.mark.parametrize("seed", range(3))
def test_following_stays_following(data_dir: Path, seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        talk, pane = Conversation(seed), rig.screen.transcript
        pane.show(talk.entries, state=ReadingState())
        for _ in range(STEPS):
            change(talk, talk.chance.randrange(len(talk.entries)))
            if talk.chance.random() < 0.2:
                talk.drop(len(talk.entries) - 4, len(talk.entries), 0.7)
            pane.show(talk.entries)
            exact(pane)
            assert pane.following
            assert pane.scroll_offset.y == pane.max_scroll_y
            last = pane.reading.document.line(pane.reading.document.height - 2).plain.rstrip()
            assert last
            assert last in [line[2:] for line in rig.shown]

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("seed", range(2))
def test_an_answer_that_grows_below_paints_nothing_that_is_read(
    data_dir: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(rig: Rig) -> None:
        talk, pane = Conversation(seed, 30), rig.screen.transcript
        pane.show(talk.entries, state=ReadingState())
        await go_to(rig, pane, 3)
        before, painted = rig.shown, Counter[int]()
        last = pane.size.height - 1

        def paint(*regions: Region, **_: object) -> None:
            painted.update(region.width for region in regions if region.y != last)

        monkeypatch.setattr(pane, "refresh", paint)
        for _ in range(STEPS):
            count = len(talk.entries)
            talk.grow()
            if len(talk.entries) == count:
                assert pane.grow(talk.entries[-1])
            else:
                pane.show(talk.entries)
            assert rig.shown[:-1] == before[:-1]
            assert not pane.following
        # Nothing but the mark of the position, which a longer conversation moves.
        assert set(painted) <= {pane.size.width}

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("left", [3, 30])
def test_who_is_at_the_end_once_the_rest_is_gone_follows_again(data_dir: Path, left: int) -> None:
    async def scenario(rig: Rig) -> None:
        pane = rig.screen.transcript
        shown = [Entry(f"m{number}", "user", "You", "", (TextItem("line", plain=True),)) for number in range(60)]
        pane.show(shown, state=ReadingState())
        # So many are as high as the view, or end where it ends: it does not move.
        top = max(0, left * (pane.reading.document.height // 60) - pane.size.height)
        pane.scroll_to(y=top, animate=False)
        await rig.until(lambda: "more below" in rig.said)
        pane.show(shown[:left])
        assert pane.scroll_offset.y == top
        assert pane.following
        await rig.until(lambda: "more below" not in rig.said)
        pane.show(shown)
        assert pane.following
        assert pane.scroll_offset.y == pane.max_scroll_y > top

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("index", [0, 7, 150, 290])
def test_at_another_size_the_same_message_is_at_the_top(data_dir: Path, index: int) -> None:
    async def scenario(rig: Rig) -> None:
        talk, pane = Conversation(index), rig.screen.transcript
        pane.show(talk.entries, state=ReadingState())
        await go_to(rig, pane, index)
        for width, height in ((80, 24), (40, 12), (33, 9), (120, 40)):
            await rig.pilot.resize_terminal(width, height)
            await rig.until(lambda: rig.screen.size == (width, height))  # noqa: B023 - waited for here
            await rig.settle()
            exact(pane)
            document = pane.reading.document
            assert document.entries[document.at(pane.scroll_offset.y)].id == talk.entries[index].id
            assert places(rig, pane)

    play(scenario, data_dir, (120, 40))
