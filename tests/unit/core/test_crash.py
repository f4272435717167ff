"""Reports of errors that nobody foresaw."""

from __future__ import annotations

import stat
import threading
import weakref
from pathlib import Path

import pytest

from oats_tui.core.crash import KEPT, MOST, Crashes, report

KEY = "sk-secret"
ENVIRON = {
    "TERM": "xterm",
    "LANG": "C.UTF-8",
    "TERM_PROGRAM": "kitty\x1b]0;x\x07",
    "TMUX": f"/tmp/{KEY}",
    "OPENAI_API_KEY": KEY,
    "HOME": "/home/somebody",
}


def failed(words: str = KEY) -> Exception:
    """An error with a way through code, a cause, and words that are nobody's business."""

    def fail() -> None:
        try:
            int(words)
        except ValueError as error:
            raise PermissionError(13, "Permission denied", words) from error

    with pytest.raises(PermissionError) as caught:
        fail()
    return caught.value


def test_what_a_report_says_and_what_not() -> None:
    text = report(failed(), "the thread x", ENVIRON)
    wanted = ("PermissionError (Permission denied)", "from:", "builtins.ValueError", "test_crash.py", "in fail")
    assert [
        each for each in (*wanted, "in: the thread x", "python 3", "TERM=xterm", "set: TMUX") if each not in text
    ] == []
    assert [each for each in (KEY, "somebody", "\x1b", "\x07") if each in text] == []
    assert "TERM_PROGRAM=(something else)" in text


def test_the_homes_name_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    home = str(Path(__file__).parents[1])
    monkeypatch.setenv("HOME", home)
    text = report(failed(), "", {})
    assert 'File "~/core/test_crash.py"' in text
    assert home not in text


def test_reports_are_private_and_the_last_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "crash"
    for _ in range(KEPT + 3):
        crashes = Crashes(folder, ENVIRON)
        crashes.note(failed())
        (path,) = crashes.paths
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert str(path) in crashes.told()
    assert len(list(folder.iterdir())) == KEPT
    assert path.exists()


def test_one_that_comes_again_and_again_is_reported_a_few_times(tmp_path: Path) -> None:
    crashes = Crashes(tmp_path, ENVIRON)
    assert crashes.told() == ""
    for _ in range(MOST + 5):
        crashes.note(failed())
    assert len(list(tmp_path.iterdir())) == len(crashes.paths) == MOST


def test_where_there_is_no_memory_for_a_report_there_is_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("traceback.extract_tb", reading)
    crashes = Crashes(tmp_path, ENVIRON)
    crashes.note(failed(), "the thread x")
    (path,) = crashes.paths
    text = path.read_text("utf-8")
    wanted = (
        "the thread x",
        "PermissionError",
        "builtins.ValueError",
        "test_crash.py",
        "in fail",
        "TERM=xterm",
    )
    assert [each for each in wanted if each not in text] == []
    assert [each for each in (KEY, "somebody", "\x1b", "\x07") if each in text] == []


def test_what_took_the_memory_is_let_go(tmp_path: Path) -> None:
    class Much:
        """What takes memory."""

    held: list[weakref.ref[Much]] = []

    def fail() -> None:
        much = Much()
        held.append(weakref.ref(much))
        raise MemoryError

    with pytest.raises(MemoryError) as caught:
        fail()
    assert held[0]() is not None
    Crashes(tmp_path, ENVIRON).note(caught.value)
    assert held[0]() is None


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    crashes = Crashes(tmp_path / "file", ENVIRON)
    crashes.note(failed())
    assert crashes.told().endswith("No report could be written.")


def test_errors_of_threads_are_reported_and_those_at_the_terminal_end_the_program(tmp_path: Path) -> None:
    crashes, ended = Crashes(tmp_path, ENVIRON), list[str]()
    crashes.end = lambda: ended.append("ended")

    def fail() -> None:
        raise failed()

    before = threading.excepthook
    with crashes.hooks():
        for name in ("any", "textual-input"):
            thread = threading.Thread(target=fail, name=name)
            thread.start()
            thread.join()
    assert threading.excepthook is before
    assert len(crashes.paths) == 2
    assert ended == ["ended"]
