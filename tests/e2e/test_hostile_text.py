"""Text that attacks the terminal, in every place where foreign text is shown, judged by the bytes written."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.e2e.driving import folder, quit_cleanly, ready, start, write_session
from tests.support.hostile import MODES, Judge, attacks, put_odd_files, put_session
from tests.support.terminal import Terminal

SIZE = (100, 30)
FIRST, LAST = "the very first words", "the very last words"
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"
UNFOLD = "\x18t"


def judged(terminal: Terminal) -> list[str]:
    """What the program wrote that it must not write."""
    return Judge(*SIZE).offences(terminal.raw)


def scroll(terminal: Terminal, key: str, until: str, most: int = 400) -> None:
    """Turn pages until a text is in view; each page is drawn before the next is turned."""
    for _ in range(most):
        terminal.send(key)
        terminal.quiet(0.03)
        if until in terminal.screen():
            return
    raise AssertionError(terminal.describe(f"{most} pages without {until!r}"))


def read_whole(tmp_path: Path, seed: int, rounds: int) -> None:
    """Show such a session, folded and unfolded, from its end to its beginning and back."""
    put_session(tmp_path / "data", seed, rounds, FIRST, LAST)
    with start(tmp_path, "-r", "last", without=["engine"], size=SIZE) as terminal:
        ready(terminal)
        terminal.wait_for(LAST)
        scroll(terminal, PAGE_UP, FIRST)
        terminal.send(UNFOLD)
        terminal.quiet(0.1)
        scroll(terminal, PAGE_DOWN, LAST)
        quit_cleanly(terminal)
        assert judged(terminal) == []
        assert all(each.startswith(("\x1b]8;", "\x1b]11;?", "\x1b]22;")) for each in terminal.emulator.strings)
        assert "⟨RLO⟩".encode() in terminal.raw
        assert not {"\u202e", "\u2067"} & set(terminal.raw.decode())


def test_what_is_shown_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    read_whole(tmp_path, 1, 4)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 8))
def test_what_is_shown_gives_the_terminal_no_orders_at_length(tmp_path: Path, seed: int) -> None:
    read_whole(tmp_path, seed, 12)


def test_names_of_files_and_damaged_ones_give_no_orders(tmp_path: Path) -> None:
    write_session(tmp_path, "A good one \x1b]0;pwned\x07\x9b2J\u202e", [("user", FIRST)])
    put_odd_files(folder(tmp_path))
    with start(tmp_path, without=["engine"], size=SIZE) as terminal:
        ready(terminal)
        terminal.wait_for("A good one")
        terminal.wait_for("✗")
        for number in range(1, 5):
            terminal.send(f"\x18{number}")
            terminal.quiet(0.1)
        terminal.send("\x10")
        terminal.quiet(0.1)
        terminal.send("\x1b")
        terminal.quiet(0.2)
        quit_cleanly(terminal)
        assert judged(terminal) == []


def test_harmless_text_is_judged_harmless_and_links_lead_to_the_web_alone(tmp_path: Path) -> None:
    said = f"# Head\n\n[web](https://example.org/x) [home](file:///etc/passwd) me@example.org\n\n{LAST}"
    write_session(tmp_path, "Harmless", [("user", FIRST), ("assistant", said)])
    with start(tmp_path, "-r", "last", without=["engine"], size=SIZE) as terminal:
        ready(terminal)
        terminal.wait_for(LAST)
        quit_cleanly(terminal)
        assert judged(terminal) == []
        assert any(";https://example.org/x\x1b" in each for each in terminal.emulator.strings)
        assert not any("file:" in each for each in terminal.emulator.strings)


def test_the_judge_lets_no_attack_pass() -> None:
    judge = Judge(*SIZE)
    for attack in attacks():
        written = f"\x1b[1;1Hbefore {attack} behind\x1b[0m".encode(errors="surrogatepass")
        orders = any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in attack)
        assert bool(judge.offences(written)) == orders, repr(attack)


def test_the_judge_counts_the_modes() -> None:
    once = b"".join(b"\x1b[?%dh\x1b[?%dl" % (mode, mode) for mode in MODES)
    assert Judge(*SIZE).offences(once) == []
    limited = 2 * sum(1 for most in MODES.values() if most)
    assert len(Judge(*SIZE).offences(once * 3)) == limited
    assert Judge(*SIZE).offences(b"\x1b[?1002h\x1b[31;200H\x1b[5m\x1b[38;2;1;2m") != []
