"""A message as plain text on the terminal's main screen, and in a file."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.driving import quit_cleanly, ready, start, until, write_session


def test_a_message_is_shown_plain_and_written_to_a_file(tmp_path: Path) -> None:
    text = "A long line " + "of words " * 20 + "\n\n- and an item\x1b[31m\n"
    identifier = write_session(tmp_path, "A session", [("user", "Hello?"), ("assistant", text)])
    with start(tmp_path, "-r", identifier) as window:
        ready(window)
        window.wait_for("and an item")
        window.send("\t")
        window.send("P")
        window.wait_for("-- any key goes back --")
        shown = "".join(line.ljust(120) for line in window.lines)
        assert text.split("\n", 1)[0].strip() in shown
        assert "▎" not in shown
        window.send("x")
        window.wait_gone("-- any key goes back --")
        window.wait_for("and an item")
        window.send("w")
        window.wait_for("Saved")
        until(lambda: bool(list((tmp_path / "home").glob("message-*.md"))), "it is written")
        assert next((tmp_path / "home").glob("message-*.md")).read_text() == text.rstrip("\n")
        quit_cleanly(window)
