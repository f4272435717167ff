"""Which sequence makes which terminal tell its person something, and when."""

from __future__ import annotations

import asyncio

import pytest

from oats_tui.chat.state import TURN_CHANGED
from oats_tui.core.bus import Event, EventBus
from oats_tui.ui.notifying import BELL, LONGEST, How, kind_of, sequence, wanted, words
from oats_tui.ui.telling import Telling

KINDS = [
    ({"TERM_PROGRAM": "iTerm.app"}, "osc 9"),
    ({"TERM_PROGRAM": "WezTerm"}, "osc 9"),
    ({"TERM_PROGRAM": "ghostty"}, "osc 9"),
    ({"LC_TERMINAL": "iTerm2", "SSH_CONNECTION": "a"}, "osc 9"),
    ({"TERM": "xterm-kitty"}, "osc 99"),
    ({"KITTY_WINDOW_ID": "1", "TERM": "xterm-256color"}, "osc 99"),
    ({"TERM": "foot"}, "osc 777"),
    ({"VTE_VERSION": "7600", "TERM": "xterm-256color"}, "osc 777"),
    ({"TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"}, "bell"),
    ({"TERM_PROGRAM": "Apple_Terminal"}, "bell"),
    ({"TERM_PROGRAM": "tmux", "KITTY_WINDOW_ID": "1"}, "osc 99"),
    ({"TERM": "xterm-256color"}, "bell"),
    ({"TERM": "nobody-knows"}, "bell"),
    ({}, "bell"),
]


@pytest.mark.parametrize(("environ", "kind"), KINDS)
def test_what_terminals_understand(environ: dict[str, str], kind: str) -> None:
    assert kind_of(environ) == kind


def test_sequences() -> None:
    assert sequence("A; B", "answered", "auto", {"TERM": "xterm-kitty"}) == (
        "\x1b]99;i=oats-tui;oats-tui: answered: A, B\x1b\\"
    )
    assert sequence("A", "failed", "auto", {"TERM": "foot"}) == "\x1b]777;notify;oats-tui;failed: A\x1b\\"
    assert sequence("A", "failed", "auto", {"TERM_PROGRAM": "WezTerm"}) == "\x1b]9;oats-tui: failed: A\x1b\\"
    assert sequence("A", "failed", "auto", {"VTE_VERSION": "7600"}).endswith(f"\x1b\\{BELL}")
    assert sequence("A", "failed", "bell", {"TERM": "xterm-kitty"}) == BELL
    assert sequence("A", "failed", "off", {"TERM": "xterm-kitty"}) == ""


def test_through_what_stands_between() -> None:
    inside = sequence("A", "answered", "auto", {"TMUX": "x", "KITTY_WINDOW_ID": "1", "TERM": "tmux-256color"})
    assert inside == "\x1bPtmux;\x1b\x1b]99;i=oats-tui;oats-tui: answered: A\x1b\x1b\\\x1b\\\x07"
    assert sequence("A", "answered", "auto", {"TMUX": "x", "TERM": "tmux-256color"}) == BELL
    assert sequence("A", "answered", "auto", {"STY": "x", "KITTY_WINDOW_ID": "1"}) == BELL


@pytest.mark.parametrize("environ", [{"TERM": "foot"}, {"TERM": "xterm-kitty"}, {"LC_TERMINAL": "iTerm2"}])
def test_a_title_cannot_get_out_of_its_sequence(environ: dict[str, str]) -> None:
    hostile = "x\x1b\\\x07\x9c\x1b]52;c;aGk=\x07\n" + "y" * 500
    sent = sequence(hostile, "answered", "auto", environ)
    assert (sent.count("\x1b"), sent[1:-2].count("\x07"), sent.count("\x9c"), sent.count("\n")) == (2, 0, 0, 0)
    assert len(words(hostile, "answered")) <= LONGEST + len("answered: ")
    assert words(" \n", "answered") == "answered: (no title)"


def test_what_is_wanted() -> None:
    assert wanted(None, {}) == "auto"
    assert wanted(None, {"CI": "true"}) == "off"
    assert wanted("auto", {"CI": "true"}) == "auto"
    assert wanted("off", {}) == "off"


class Window:
    """A screen with what was sent to its terminal."""

    def __init__(self) -> None:
        self.is_there = True
        self.open_id: str | None = "open"
        self.sent: list[str] = []

    def title_of(self, session_id: str) -> str:
        return f"title of {session_id}"

    def send(self, sequence: str) -> None:
        self.sent.append(sequence)


def ends(
    outcome: str = "answered",
    session_id: str = "open",
    how: How = "bell",
    *,
    focus: bool | None = None,
    there: bool = True,
) -> list[str]:
    """What is sent when an answer ends."""
    window, bus = Window(), EventBus()
    window.is_there = there
    telling = Telling(window, how, {})
    telling.has_focus = focus
    telling.listen(bus)
    data = {"session_id": session_id, "state": None, "outcome": outcome}
    asyncio.run(bus.publish(Event(TURN_CHANGED, data)))
    return window.sent


def test_a_window_without_focus_is_told() -> None:
    assert ends(focus=False) == [BELL]
    assert ends("failed", focus=False) == [BELL]
    assert ends(session_id="other", focus=False) == [BELL]


def test_a_window_with_focus_is_not() -> None:
    assert ends(focus=True) == []
    assert ends(session_id="other", focus=True) == []


def test_where_the_focus_is_never_reported_other_sessions_are_told() -> None:
    assert ends() == []
    assert ends(session_id="other") == [BELL]


def test_what_is_known_or_cannot_be_seen_is_not_told() -> None:
    assert ends("stopped", focus=False) == []
    assert ends("elsewhere", focus=False) == []
    assert ends("", focus=False) == []
    assert ends(focus=False, there=False) == []
    assert ends(focus=False, how="off") == []
