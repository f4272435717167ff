"""A session of oats on our screen, and what is said in it there back in oats."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.driving import ask, start, wait_folded, wait_status
from tests.support.fake_service import FakeService, answer
from tests.support.oats_env import Oats


def test_a_session_of_oats_is_shown_continued_and_read_back(oats: Oats, place: Path) -> None:
    written = oats.do("write", title="Over there")
    identifier = written["info"]["id"]
    with FakeService(answer(["An", " answer."], usage=(7, 4))) as service:
        args = ("-r", identifier[:8], "--model", "fake/fake")
        with start(place, *args, services={"fake": service.url}) as terminal:
            terminal.wait_for("Over there!")
            for shown in ("Be short.", "wörld", "image/png", "I look.", "Listing", "chat:latest"):
                wait_folded(terminal, shown)
            ask(terminal, "From the screen")
            terminal.wait_for("An answer.")
            wait_status(terminal, "ready")
            oats.do("add", session_id=identifier, text="From oats, meanwhile")
            terminal.wait_for("From oats, meanwhile")
            oats.do("delete", session_id=identifier)
            terminal.wait_for("deleted elsewhere")


def test_what_oats_reads_back_is_what_was_said_on_the_screen(oats: Oats, place: Path) -> None:
    written = oats.do("write", title="Back again")
    identifier = written["info"]["id"]
    with (
        FakeService(answer(["An", " answer."], usage=(7, 4))) as service,
        start(place, "-r", identifier, services={"fake": service.url}) as terminal,
    ):
        terminal.wait_for("I look.")
        ask(terminal, "From the screen")
        terminal.wait_for("An answer.")
        wait_status(terminal, "ready")
    found = oats.do("read", session_id=identifier)
    assert found["messages"][:3] == written["messages"]
    asked, answered = found["messages"][3:]
    assert [part["content"] for part in asked["parts"]] == ["From the screen"]
    assert [part["content"] for part in answered["parts"]] == ["An answer."]
    assert (answered["provider"], answered["model"]) == ("fake", "fake")
    assert answered["usage"] == {"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11}
    assert (found["info"]["message_count"], found["info"]["total_tokens"]) == (5, 16)
    assert (found["info"]["provider_id"], found["info"]["model_id"]) == ("fake", "fake")
