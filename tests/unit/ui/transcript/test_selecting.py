"""Selecting text by keys, and what is copied."""

from __future__ import annotations

from textual import events

from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.widgets.transcript.frame import Frame
from oats_tui.ui.widgets.transcript.pointer import Pointer
from oats_tui.ui.widgets.transcript.reading import Reading
from oats_tui.ui.widgets.transcript.selecting import Selection, press
from tests.unit.ui.transcript.conversations import answer, marked, plain, reading_of, shown

LONG = " ".join(f"word{number}" for number in range(40))


def select(reading: Reading, *keys: str) -> str:
    """Press keys in the selection and return what it then holds."""
    selection = reading.selection
    assert selection is not None
    for key in keys:
        assert press(selection, key, reading.viewport) == "moved"
    return selection.text()


def test_soft_breaks_are_not_copied() -> None:
    reading = reading_of([plain("a", f"first\n{LONG}\nlast")], width=40)
    assert len(shown(reading)) > 10
    assert steps.select(reading)
    rows = [number for number, line in enumerate(shown(reading)) if line == "last"]
    text = select(reading, *["down"], "home", "v", *["down"] * (rows[0] - 1), "end")
    assert text == f"first\n{LONG}\nlast"


def test_nothing_is_selected_before_it_has_begun() -> None:
    reading = reading_of([plain("a", "one two three")])
    steps.select(reading)
    assert select(reading, "down", "right") == ""
    assert len(marked(reading)) == 1
    assert select(reading, "v") == "n"
    assert select(reading, "right", "right") == "ne "
    assert marked(reading) == ["ne "]


def test_the_caret_may_go_before_where_it_began() -> None:
    reading = reading_of([plain("a", "one two three")])
    steps.select(reading)
    assert select(reading, "down", "end", "v", "left", "left") == "ree"


def test_bars_and_code_grounds_are_not_copied() -> None:
    text = "- one\n- two\n\n> said\n\n```python\nx = 1\ny = 2\n```\n"
    reading = reading_of([answer("a", text)])
    steps.select(reading)
    whole = select(reading, "down", "home", "v", *["down"] * 30)
    assert "- one\n- two\n" in whole
    assert "\nsaid\n" in whole
    assert "x = 1\ny = 2" in whole
    assert not any(sign in whole for sign in "▌│•")


def test_over_several_messages() -> None:
    reading = reading_of([plain("a", "first"), plain("b", "second"), plain("c", "third")])
    steps.select(reading)
    text = select(reading, "k", "home", "v", *["down"] * 12)
    assert "first" in text
    assert "second" in text
    assert "third" in text
    assert "▎" not in text


def test_it_stays_at_its_text_while_the_width_changes_and_the_answer_grows() -> None:
    entries = [plain("a", LONG), answer("b", "begun", growing=True)]
    reading = reading_of(entries, width=60)
    document = reading.document
    steps.first(reading)
    steps.select(reading)
    before = select(reading, "down", "right", "v", "down")
    assert before.startswith("ord0 word1")
    reading.resize(33, 20)
    reading.grow(answer("b", "begun\n\nand more", growing=True))
    assert isinstance(reading.selection, Selection)
    assert reading.selection.text() == before
    assert document is reading.document


def test_keys_end_it_or_mean_nothing() -> None:
    reading = reading_of([plain("a", "one")])
    steps.select(reading)
    selection = reading.selection
    assert selection is not None
    assert press(selection, "x", reading.viewport) is None
    assert press(selection, "escape", reading.viewport) == "leave"
    assert press(selection, "y", reading.viewport) == "copy"


def test_the_view_follows_the_caret() -> None:
    reading = reading_of([plain("a", "\n".join(f"line {number}" for number in range(100)))])
    steps.first(reading)
    steps.select(reading)
    text = select(reading, "down", "v", *["pagedown"] * 3, "end")
    assert text.startswith("line 0\nline 1\n")
    assert text.splitlines()[-1] in shown(reading)


def selected(reading: Reading) -> Selection | None:
    """What is selected."""
    return reading.selection


def test_a_selection_ends_when_its_message_goes() -> None:
    reading = reading_of([plain("a", "one"), plain("b", "two")])
    steps.select(reading)
    chosen = selected(reading)
    assert chosen is not None
    reading.show([entry for entry in reading.entries if entry.id != chosen.caret.entry_id])
    assert selected(reading) is None
    steps.select(reading)
    assert selected(reading) is not None
    reading.show([])
    assert selected(reading) is None


def test_the_button_is_let_go_of_also_where_the_messages_have_gone() -> None:
    reading = reading_of([plain("a", "one two")])
    pointer = Pointer(reading, Frame(reading))
    assert pointer.take(_mouse(events.MouseDown)) == "begin"
    reading.show([])
    assert pointer.take(_mouse(events.MouseUp)) == "end"
    reading.show([plain("a", "one two")])
    assert pointer.take(_mouse(events.MouseMove)) is None
    assert selected(reading) is None


def _mouse(kind: type[events.MouseEvent]) -> events.MouseEvent:
    """The mouse at the fourth column of the second line."""
    return kind(None, 4, 1, 0, 0, 1, False, False, False)
