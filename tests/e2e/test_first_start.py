"""The first minute: nothing configured, small windows, and a folder in which odd things lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.driving import (
    Session,
    ask,
    folder,
    quit_cleanly,
    ready,
    saved,
    start,
    texts,
    wait_folded,
    wait_status,
    write_session,
)
from tests.support.launch import READY

STEPS = (
    "No model is configured yet.",
    "-m pip install xllamacpp",
    "OPENAI_BASE_URL=http://HOST/v1 OPENAI_API_KEY=KEY and --model openai/NAME.",
)


def test_without_any_model_three_lines_tell_what_to_do_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    with start(tmp_path, without=["engine"]) as terminal:
        ready(terminal)
        for step in STEPS:
            wait_folded(terminal, step)
        ask(terminal, "Is anybody there?")
        terminal.wait_for("No model is configured, so nobody could answer.")
        ask(terminal, "Still nobody?")
        terminal.wait_for(lambda screen: screen.count("nobody could answer") == 2)
        quit_cleanly(terminal)
    (session,) = saved(tmp_path)
    assert texts(session) == [("user", "Is anybody there?"), ("user", "Still nobody?")]
    with start(tmp_path, "-r", "last", without=["engine"]) as terminal:
        terminal.wait_for(lambda screen: screen.count("nobody could answer") == 2)
        wait_status(terminal, "failed")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
def test_it_starts_in_a_window_of_this_size(tmp_path: Path, size: tuple[int, int]) -> None:
    with start(tmp_path, without=["engine"], size=size) as terminal:
        terminal.wait_for(READY)
        assert max(len(line) for line in terminal.lines) <= size[0]
        ask(terminal, "Does it fit?")
        wait_folded(terminal, "nobody could answer")
        quit_cleanly(terminal)


def test_a_window_that_is_too_small_says_so(tmp_path: Path) -> None:
    with start(tmp_path, without=["engine"], size=(20, 5)) as terminal:
        wait_folded(terminal, "too small")
        assert READY not in terminal.screen()
        terminal.resize(120, 40)
        ready(terminal)
        ask(terminal, "Now it fits")
        wait_folded(terminal, "nobody could answer")
    assert texts(saved(tmp_path)[0]) == [("user", "Now it fits")]


def test_typing_goes_on_through_all_sizes(tmp_path: Path) -> None:
    with start(tmp_path, without=["engine"]) as terminal:
        ready(terminal)
        typed = "Kept"
        terminal.send(typed)
        terminal.wait_for(typed)
        for size in [(40, 12), (20, 5), (80, 24), (31, 8), (1, 1), (200, 60)]:
            terminal.resize(*size)
            if size in {(20, 5), (1, 1)}:
                terminal.wait_gone(typed)
                terminal.quiet(0.1)
                continue
            wait_status(terminal, "no model")
            assert "too small" not in terminal.screen()
            terminal.send("!")
            typed += "!"
            terminal.wait_for(typed, 5)
        terminal.send("\r")
        wait_folded(terminal, "nobody could answer")
    assert texts(saved(tmp_path)[0]) == [("user", typed)]


def test_odd_files_hide_no_good_ones_and_stay_as_they_are(tmp_path: Path) -> None:
    good = write_session(tmp_path, "A good one", [("user", "Readable")])
    damaged = folder(tmp_path) / "11111111-damaged.json"
    damaged.write_bytes(b'{"info": {"id": "11111111-damaged", "title": "Torn')
    os.utime(damaged, (1, 1))
    os.mkfifo(folder(tmp_path) / "22222222-pipe.json")
    (folder(tmp_path) / "33333333-link.json").symlink_to(tmp_path / "nowhere")
    (folder(tmp_path) / "44444444-folder.json").mkdir()
    (folder(tmp_path) / "note.txt").write_text("no session")
    before = damaged.read_bytes()
    with start(tmp_path, without=["engine"]) as terminal:
        ready(terminal)
        terminal.wait_for("A good one")
        terminal.wait_for("✗ 11111111-damaged")
        assert "note.txt" not in terminal.screen()
        terminal.send("\x181")
        terminal.wait_for("Readable")
        rows = [line[2:17] for line in terminal.lines if line.startswith("✗")]
        terminal.send(f"\x18{rows.index('11111111-damage') + 2}")
        terminal.wait_for("it was cut off")
        ask(terminal, "Into the damaged one?")
        terminal.wait_for("This session cannot be read.")
        assert "Into the damaged one?" in terminal.lines[-2]
        quit_cleanly(terminal)
    assert damaged.read_bytes() == before
    assert texts(next(s for s in saved_good(tmp_path) if s["info"]["id"] == good)) == [("user", "Readable")]


def saved_good(tmp_path: Path) -> list[Session]:
    """What `saved` finds once the odd files are away."""
    for path in folder(tmp_path).iterdir():
        if path.name[:8] in {"11111111", "22222222", "33333333", "44444444"}:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    return saved(tmp_path)
