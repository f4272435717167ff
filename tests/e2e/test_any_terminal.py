"""Any terminal: few colours or none, light or dark, letters of ASCII alone, small, and pulled at."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, start, texts, until, wait_status, write_session
from tests.support import replies
from tests.support.fake_service import FakeService, answer
from tests.support.terminal import Terminal

MARKDOWN = (
    "Fine “Größe” of **bold** `code`\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1 # yes\n```\n"
)
LEADER = "\x18"
LIST = f"{LEADER}b"
TO_LIST = "\x1b[Z"
LIGHT_ANSWER = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
STORM_BYTES = 250_000

_SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def shown(tmp_path: Path, env: dict[str, str] | None = None, size: tuple[int, int] = (100, 30)) -> Terminal:
    """The program with a session of all kinds of text on the screen."""
    if not list(tmp_path.glob("data/sessions/*")):
        write_session(tmp_path, "Größe…", [("user", "Hello?"), ("assistant", MARKDOWN)])
    return start(tmp_path, "-r", "last", env=env, size=size)


def numbers(terminal: Terminal) -> set[str]:
    """The kinds of colours that were used: "16", "256" and "truecolor"."""
    kinds = set()
    for match in _SGR.finditer(terminal.raw):
        codes = match[1].decode()
        plain, found = re.subn(r"[34]8;(2(;\d+){3}|5;\d+)", "", codes), re.findall(r"[34]8;([25]);", codes)
        kinds |= {{"2": "truecolor", "5": "256"}[each] for each in found}
        kinds |= {"16" for code in plain[0].split(";") if re.fullmatch(r"3[0-7]|4[0-7]|9[0-7]|10[0-7]", code)}
    return kinds


def ground(terminal: Terminal) -> str:
    """The colour behind the last cell of the messages."""
    terminal.screen()
    return str(terminal.emulator._grid.buffer[10][95].bg)


COLOURS = [
    ({"COLORTERM": "truecolor"}, {"truecolor"}),
    ({"COLORTERM": ""}, {"256"}),
    ({"COLORTERM": "", "TERM": "alacritty"}, {"truecolor"}),
    ({"COLORTERM": "", "TERM": "linux"}, {"16"}),
    ({"COLORTERM": "", "TERM": "nobody-knows-it"}, {"16"}),
    ({"NO_COLOR": "1"}, set()),
    ({"COLORTERM": "", "TERM": "vt220"}, set()),
]


@pytest.mark.parametrize(("env", "used"), COLOURS)
def test_colours_are_those_that_the_terminal_has(tmp_path: Path, env: dict[str, str], used: set[str]) -> None:
    with shown(tmp_path, env) as terminal:
        terminal.wait_for("yes")
        terminal.send(TO_LIST)
        terminal.quiet()
        assert numbers(terminal) == used
        assert "Hello?" in terminal.screen()
        quit_cleanly(terminal)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "linux", "COLORTERM": ""}])
def test_where_the_cursor_is_can_be_seen_without_colours(tmp_path: Path, env: dict[str, str]) -> None:
    with shown(tmp_path, env) as terminal:
        terminal.wait_for("yes")
        terminal.quiet()
        cells = terminal.emulator._grid.buffer
        assert not any(cells[y][x].reverse for y in range(30) for x in range(25))
        terminal.send(f"{LEADER}l")
        terminal.quiet()
        rows = [y for y in range(30) if cells[y][3].reverse]
        assert len(rows) == 1
        assert "Größe" in terminal.lines[rows[0]]


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "linux", "COLORTERM": ""}, {"COLORTERM": ""}])
def test_no_letter_has_the_colour_of_its_ground(tmp_path: Path, env: dict[str, str]) -> None:
    with shown(tmp_path, env) as terminal:
        terminal.wait_for("yes")
        terminal.quiet()
        cells = (terminal.emulator._grid.buffer[y][x] for y in range(30) for x in range(100))
        written = [cell for cell in cells if cell.data.strip()]
        assert len(written) > 100
        assert [cell for cell in written if cell.fg == cell.bg != "default"] == []


def theme_kept(tmp_path: Path) -> object:
    """The theme that is remembered."""
    path = tmp_path / "home" / ".local" / "state" / "oats-tui" / "memory.json"
    return json.loads(path.read_text())["theme"]


def test_a_light_ground_gets_a_light_theme_and_nobody_is_held_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(replies._COLOURS, b"11", b"fdfd/f6f6/e3e3")
    with shown(tmp_path) as terminal:
        terminal.wait_for("yes")
        terminal.wait_for(lambda _: ground(terminal) > "c")
        quit_cleanly(terminal)
    assert theme_kept(tmp_path) is None
    monkeypatch.setitem(replies._COLOURS, b"11", b"0000/2b2b/3636")
    with shown(tmp_path) as terminal:
        terminal.wait_for("yes")
        terminal.quiet()
        assert ground(terminal) < "4"
        quit_cleanly(terminal)


def test_what_the_person_chose_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(replies._COLOURS, b"11", b"ffff/ffff/ffff")
    config = tmp_path / "config" / "oats-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "textual-dark"\n')
    with shown(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "config")}) as terminal:
        terminal.wait_for("yes")
        terminal.quiet()
        assert ground(terminal) < "4"


def test_a_late_answer_is_never_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_QUESTION", re.compile(rb"\x1b\[(?P<device>0?c)"))
    with shown(tmp_path) as terminal:
        terminal.wait_for("yes")
        terminal.send(b"be" + LIGHT_ANSWER[:1])
        terminal.send(LIGHT_ANSWER[1:12])
        terminal.pump(time.monotonic() + 0.4)
        terminal.send(LIGHT_ANSWER[12:] + b"fore")
        terminal.wait_for("before")
        terminal.wait_for(lambda _: ground(terminal) > "c")
        assert not re.search("rgb|ffff", terminal.screen())


def test_an_answer_that_comes_after_the_end_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_QUESTION", re.compile(rb"\x1b\[(?P<device>0?c)"))
    with start(tmp_path) as terminal:
        terminal.wait_for(lambda _: b"\x1b]11;?" in terminal.raw)
        terminal.send("\x11")
        terminal.pump(time.monotonic() + 0.05)
        terminal.send(LIGHT_ANSWER)
        assert terminal.wait_exit(30).code == 0
        assert terminal.restored() == []


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LANG": "POSIX"}, {"LC_CTYPE": "de_DE.ISO-8859-1"}])
def test_where_letters_are_not_of_utf_8_all_is_ascii(tmp_path: Path, env: dict[str, str]) -> None:
    with shown(tmp_path, env) as terminal:
        terminal.wait_for("yes")
        terminal.wait_for("-+-")
        terminal.wait_for("Grose~")
        terminal.send("\x10")
        terminal.wait_for("Search for commands~")
        assert terminal.raw.isascii()
        terminal.send("\x1b")
        quit_cleanly(terminal)


def test_where_no_locale_is_set_the_terminal_is_asked(tmp_path: Path) -> None:
    with shown(tmp_path, {"LANG": ""}) as terminal:
        terminal.wait_for("─┼─")
        terminal.wait_for("Größe…")
        assert terminal.lines[0][0] == " "
        quit_cleanly(terminal)


def test_a_small_terminal_can_be_worked_with(tmp_path: Path) -> None:
    with (
        FakeService(answer(["All", " is well."])) as service,
        start(tmp_path, size=(40, 12), services={"fake": service.url}) as terminal,
    ):
        ready(terminal)
        ask(terminal, "How is it?")
        terminal.wait_for("All is well.")
        wait_status(terminal, "ready")
        terminal.send(LIST)
        terminal.wait_gone("All is well.")
        terminal.wait_for("How is it?")
        terminal.send(LIST)
        terminal.wait_for("All is well.")
        quit_cleanly(terminal)


def test_a_storm_of_sizes_ends_right_and_costs_little(tmp_path: Path) -> None:
    with shown(tmp_path, size=(120, 40)) as terminal:
        terminal.wait_for("yes")
        terminal.quiet()
        before = terminal.bytes_written
        for step in range(50):
            terminal.resize(80 + step, 24 + step % 10)
            terminal.pump(time.monotonic() + 0.02)
        terminal.resize(100, 30)
        terminal.quiet()
        assert terminal.bytes_written - before < STORM_BYTES
        after = terminal.screen()
        terminal.send("\x0c")
        terminal.quiet()
        assert terminal.screen() == after
        assert "ctrl+p commands" in terminal.lines[29]


def test_a_long_paste_does_not_stall(tmp_path: Path) -> None:
    pasted = "\n".join(f"line {number} of what was pasted, and it is long" for number in range(21_000))
    assert len(pasted) > 1_000_000 - 100_000
    with FakeService(answer(["Read."])) as service, start(tmp_path, services={"fake": service.url}) as terminal:
        ready(terminal)
        terminal.process.write(b"\x1b[200~" + pasted.encode() + b"\x1b[201~", seconds=30)
        sent = terminal.send("!")
        assert terminal.wait_for("pasted, and it is long!") - sent < 10
        pressed = terminal.send("?")
        assert terminal.wait_for("it is long!?") - pressed < 2
        terminal.send("\r")
        terminal.wait_for("Read.", 60)
        until(lambda: bool(saved(tmp_path)), "it is saved")
        assert texts(saved(tmp_path)[0])[0] == ("user", pasted + "!?")
