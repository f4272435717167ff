"""Whatever is done in whatever order: nothing fails, and the picture is whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from oats_tui.core.sanitize import sanitize
from oats_tui.session.meta import Outcome
from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, FoldKind, ImageItem, Item, OtherItem, TextItem
from oats_tui.ui.widgets.transcript.reading import Reading, ReadingState
from oats_tui.ui.widgets.transcript.selecting import press
from tests.unit.ui.transcript.conversations import PALETTE, tool
from tests.unit.ui.transcript.kinds import TEXTS, picture

FRAGMENTS = [
    *TEXTS.values(),
    "plain words\n\n",
    "needle ",
    "- a\n",
    "1. b\n",
    "```\ncode\n",
    "```\n",
    "| a | b |\n|-|-|\n",
]
KEYS = ["j", "k", "h", "l", "v", "0", "dollar_sign", "pagedown", "pageup", "w", "b", "home", "end"]
STEPS = 120


def item(chance: random.Random) -> Item:
    """Some part of a message."""
    text = "".join(chance.choice(FRAGMENTS) for _ in range(chance.randrange(4)))
    kinds: tuple[FoldKind, ...] = ("thinking", "summary", "system")
    made: list[Item] = [
        TextItem(text),
        TextItem(text, plain=True),
        FoldItem(chance.choice(kinds), "title", text),
        tool(str(chance.randrange(9)), text, chance.choice([None, "failed"])),
        ImageItem("image/png", picture()),
        ImageItem("image/png", None, "https://example.org/x.png"),
        OtherItem(text[:20]),
    ]
    return chance.choice(made)


def entry(chance: random.Random, number: int) -> Entry:
    """Some message."""
    items = tuple(item(chance) for _ in range(chance.choice([0, 1, 1, 2, 5])))
    outcome = Outcome(state="failed", title="It failed.") if chance.random() < 0.1 else None
    gap = "3 hours later" if chance.random() < 0.2 else ""
    role = chance.choice(["user", "assistant", "system"])
    return Entry(f"m{number}", role, "name", "14:31", items, outcome, chance.choice(["", "a note"]), gap=gap)


class Reader:
    """Does this and that in a conversation.

    Args:
        seed: What makes it always the same.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 12
        self.entries = [entry(self.chance, number) for number in range(self.count)]
        self.reading = Reading(PALETTE)
        self.frame = Frame(self.reading)
        self.reading.resize(60, 20)
        self.reading.show(self.entries, (), ReadingState())

    def step(self) -> None:
        """Do something."""
        chance, reading = self.chance, self.reading
        actions: list[Callable[[], object]] = [
            self.change,
            self.grow,
            self.select,
            lambda: reading.resize(chance.choice([1, 3, 9, 30, 60, 120]), chance.choice([1, 2, 5, 20, 50])),
            lambda: reading.scroll(chance.randrange(-5, reading.document.height + 5)),
            lambda: steps.message(reading, chance.choice([1, -1])),
            lambda: steps.part(reading, chance.choice([1, -1])),
            lambda: reading.turn(reading.cursor),
            lambda: steps.turn_all(reading),
            lambda: steps.find(reading, chance.choice(["needle", "a", "漢", "| ", ""])),
            lambda: steps.find_next(reading, chance.choice([1, -1])),
            lambda: steps.first(reading),
            lambda: steps.last(reading),
            lambda: reading.viewport.go_on(),
            lambda: reading.show(self.entries, (), reading.state),
        ]
        chance.choice(actions)()

    def change(self) -> None:
        """Let messages come, go, change and trade places."""
        chance = self.chance
        kind = chance.randrange(4)
        if kind == 0 and self.entries:
            del self.entries[chance.randrange(len(self.entries))]
        elif kind == 1:
            self.count += 1
            self.entries.insert(chance.randint(0, len(self.entries)), entry(chance, self.count))
        elif kind == 2 and self.entries:
            number = chance.randrange(len(self.entries))
            self.entries[number] = replace(self.entries[number], items=(item(chance), item(chance)))
        else:
            chance.shuffle(self.entries)
        self.reading.show(list(self.entries))

    def grow(self) -> None:
        """Let the last message grow."""
        if self.entries:
            last = self.entries[-1]
            text = next((each.text for each in last.items if isinstance(each, TextItem)), "")
            longer = text + self.chance.choice(FRAGMENTS)[: self.chance.randrange(1, 200)]
            self.entries[-1] = replace(last, items=(TextItem(longer),), growing=True)
            assert self.reading.grow(self.entries[-1])

    def select(self) -> None:
        """Select, move and copy."""
        reading = self.reading
        if reading.selection is None and not steps.select(reading):
            return
        assert reading.selection is not None
        for key in self.chance.choices(KEYS, k=3):
            press(reading.selection, key, reading.viewport)
        assert "▎" not in reading.selection.text()
        if self.chance.random() < 0.5:
            reading.selection = None


def check(reader: Reader) -> None:
    """The view is within the conversation, and drawn whole; drawn again it is the same."""
    reading, viewport = reader.reading, reader.reading.viewport
    strips = reader.frame.strips(focused=True)
    assert 0 <= viewport.top <= viewport.last_top
    assert len(strips) == viewport.page
    assert all(strip.cell_length == reading.width for strip in strips)
    texts = [strip.text for strip in strips]
    assert all(sanitize(text) == text and "\n" not in text and "\t" not in text for text in texts)
    assert [strip.text for strip in reader.frame.strips(focused=True)] == texts


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_a_reader_does_fails(seed: int) -> None:
    reader = Reader(seed)
    for _ in range(STEPS):
        reader.step()
        check(reader)


@pytest.mark.parametrize("seed", range(6))
def test_an_answer_that_has_grown_looks_like_one_that_was_there(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(FRAGMENTS) for _ in range(60))
    grown, whole = Reading(PALETTE), Reading(PALETTE)
    for reading in (grown, whole):
        reading.resize(70, 400)
    grown.show([Entry("a", "assistant", "name", "14:31", (TextItem(text[:3]),))], (), ReadingState())
    end = 3
    while end < len(text):
        end = min(len(text), end + chance.randrange(1, 60))
        grown.grow(Entry("a", "assistant", "name", "14:31", (TextItem(text[:end]),)))
    whole.show([Entry("a", "assistant", "name", "14:31", (TextItem(text),))], (), ReadingState())
    pictures = [[strip.text for strip in Frame(each).strips(focused=False)] for each in (grown, whole)]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("seed", range(6))
def test_while_an_answer_grows_nothing_above_moves(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(FRAGMENTS) for _ in range(40))
    before = [entry(chance, number) for number in range(8)]
    reading = Reading(PALETTE)
    reading.resize(70, 12)
    half = text.find("\n\n", len(text) // 2) + 2
    reading.show([*before, Entry("a", "assistant", "name", "", (TextItem(text[:half]),))], (), ReadingState())
    while reading.viewport.go_on():
        pass
    reading.scroll(reading.viewport.top - 14)
    seen = [strip.text[:-1] for strip in Frame(reading).strips(focused=False)]
    for end in range(half, len(text), 37):
        reading.grow(Entry("a", "assistant", "name", "", (TextItem(text[:end]),)))
        now = [strip.text[:-1] for strip in Frame(reading).strips(focused=False)]
        assert now[:-1] == seen[:-1]
