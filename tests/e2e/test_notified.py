"""Who looks elsewhere is told when an answer has ended."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.driving import ask, ready, start, wait_status
from tests.support.fake_service import FakeService, Reply, answer, chunk, failure
from tests.support.terminal import Terminal

BLURRED, FOCUSED = "\x1b[O", "\x1b[I"
KITTY = {"TERM": "xterm-kitty"}
TOLD = b"\x1b]99;i=oats-tui;oats-tui: "


def asked(tmp_path: Path, service: FakeService, said: str, before: str = "", **env: str) -> Terminal:
    """A program that has been asked, after keys, and has answered."""
    terminal = start(tmp_path, services={"fake": service.url}, env={"CI": "", **KITTY, **env})
    ready(terminal)
    terminal.send(before)
    ask(terminal, "A question; of mine?")
    terminal.wait_for(said)
    wait_status(terminal, "ready")
    terminal.quiet()
    return terminal


def test_a_window_without_focus(tmp_path: Path) -> None:
    # A key means that somebody is there again, so the window loses its focus behind the last.
    service = FakeService(Reply((chunk({"content": "Secret."}, "stop"), b"data: [DONE]\n\n")))
    with service, start(tmp_path, services={"fake": service.url}, env={"CI": "", **KITTY}) as terminal:
        ready(terminal)
        terminal.send("A question; of mine?")
        terminal.wait_for("of mine?")
        terminal.send(f"\r{BLURRED}")
        terminal.wait_for("Secret.")
        terminal.wait_for(lambda _: TOLD in terminal.raw)
        told = terminal.raw.partition(TOLD)[2].partition(b"\x1b\\")[0]
        assert told == b"answered: A question, of mine?"


def test_a_failure(tmp_path: Path) -> None:
    service = FakeService(failure(400, "no"))
    with service, start(tmp_path, services={"fake": service.url}, env={"CI": "", **KITTY}) as terminal:
        ready(terminal)
        terminal.send("A question?")
        terminal.wait_for("A question?")
        terminal.send(f"\r{BLURRED}")
        terminal.wait_for(lambda _: TOLD + b"failed: A question?" in terminal.raw)


def test_who_looks_is_not_told(tmp_path: Path) -> None:
    service = FakeService(answer(["All is well."]))
    with service, asked(tmp_path, service, "All is well.", before=FOCUSED) as terminal:
        assert TOLD not in terminal.raw


def test_in_ci_nobody_is_told_unless_the_configuration_says_so(tmp_path: Path) -> None:
    for configured, told in (("", False), ('notifications = "bell"\n', True)):
        config = tmp_path / "config" / "oats-tui" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(configured)
        env = {"CI": "true", "XDG_CONFIG_HOME": str(tmp_path / "config"), **KITTY}
        service = FakeService(answer(["All is well."]))
        with service, start(tmp_path, services={"fake": service.url}, env=env) as terminal:
            ready(terminal)
            terminal.send("A question?")
            terminal.wait_for("A question?")
            written = len(terminal.raw)
            terminal.send(f"\r{BLURRED}")
            terminal.wait_for("All is well.")
            wait_status(terminal, "ready")
            terminal.quiet()
            assert (b"\x07" in terminal.raw[written:].replace(b"\x1b]22;default\x07", b"")) is told
            assert TOLD not in terminal.raw


def test_a_wrong_word_in_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config" / "oats-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('notifications = "loud"\n')
    with start(tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "config")}) as terminal:
        assert terminal.wait_exit(30).code == 2
        assert b"expected one of auto, bell, off" in terminal.raw
