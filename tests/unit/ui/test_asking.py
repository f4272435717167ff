"""What is asked of a terminal, and of which it is not."""

from __future__ import annotations

import pytest

from oats_tui.ui import asking
from oats_tui.ui.answers import GROUND_QUESTION, MARGINS_QUESTION, Answers


class Driver(asking.AskingDriver):
    """A driver that only notes what it would write."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.written = ""
        self._charset = "utf-8"
        self._writer_thread = None

    def write(self, data: str) -> None:
        self.written += data


@pytest.mark.parametrize(
    ("program", "questions"),
    [
        ("", MARGINS_QUESTION + GROUND_QUESTION),
        ("vscode", MARGINS_QUESTION + GROUND_QUESTION),
        ("Apple_Terminal", GROUND_QUESTION),
    ],
)
def test_who_would_print_the_question_is_not_asked_for_margins(
    monkeypatch: pytest.MonkeyPatch, program: str, questions: str
) -> None:
    monkeypatch.setenv("TERM_PROGRAM", program)
    driver = Driver()
    driver._ask()
    assert driver.written == questions
    answer = "\x1b[?69;2$y"
    assert driver.answers.take(answer) == ("" if MARGINS_QUESTION in questions else answer)
