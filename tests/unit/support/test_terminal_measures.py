"""The server that answers programs in a terminal, and the table their figures end up in."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.benchmarks.embedded import first_shown
from tests.benchmarks.figures import FIGURES, Figure, Limit, Row, median_of, table
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import FIRST, LAST, MARKS, TOKENS, answer_tokens
from tests.support.terminal import Terminal


def _asked(server: AnswerServer, question: str) -> tuple[list[str], str]:
    """The tokens of a streamed answer, and how the stream ended."""
    body = {"stream": True, "messages": [{"role": "user", "content": question}]}
    request = urllib.request.Request(f"{server.base_url}/chat/completions", json.dumps(body).encode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as reply:
        lines = [line.decode().strip() for line in reply if line.strip()]
    parts = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    deltas = [part["choices"][0]["delta"] for part in parts]
    return [delta["content"] for delta in deltas if delta], lines[-1]


def test_the_long_answer_is_what_the_benchmarks_count_on() -> None:
    tokens = answer_tokens()
    text = "".join(tokens)
    assert len(tokens) == TOKENS
    assert 8000 < len(text) < 9000
    assert [text.count(word) for word in (FIRST, *MARKS, LAST)] == [1] * (len(MARKS) + 2)
    assert text.endswith(LAST)
    assert text.count("```") % 2 == 0
    places = [tokens.index(mark) for mark in MARKS]
    assert all(0 <= place - number < 130 for place, number in zip(places, range(250, TOKENS, 250), strict=True))


def test_the_server_streams_and_notes_what_it_has_sent(tmp_path: Path) -> None:
    with AnswerServer(tmp_path / "log") as server:
        assert _asked(server, "Hello") == (["A ", "short ", "reply."], "data: [DONE]")
        tokens, end = _asked(server, "STREAMMAX please")
        assert (tuple(tokens), end) == (answer_tokens(), "data: [DONE]")
        events = server.events()
    assert [event["event"] for event in events] == [
        "request",
        "done",
        "request",
        "first",
        *["mark"] * 7,
        "last",
        "done",
    ]
    times = [event["time"] for event in events]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("limit", "floor", "subject", "verdict"),
    [
        (Limit(), 1.0, 9.0, ""),
        (Limit(most=60), None, 60.0, "pass"),
        (Limit(most=60), None, 60.1, "FAIL"),
        (Limit(times_floor=1.5), 2.0, 3.0, "pass"),
        (Limit(times_floor=1.5), 2.0, 3.1, "FAIL"),
        (Limit(times_floor=1.5), None, 3.0, "?"),
        (Limit(above_floor=100), 300.0, 400.0, "pass"),
        (Limit(most=50, above_floor=100), 300.0, 60.0, "FAIL"),
        (Limit(most=50), 10.0, None, "?"),
    ],
)
def test_a_verdict_follows_from_the_strictest_limit(
    limit: Limit, floor: float | None, subject: float | None, verdict: str
) -> None:
    assert Row(Figure("s", "k", "t", target=limit), floor, subject).verdict == verdict


def test_the_table_is_aligned_and_the_figures_have_names_of_their_own() -> None:
    figure = Figure("keys", "p95", "echo, ms", 1, Limit(times_floor=1.5))
    lines = table([Row(figure, 10.0, 12.0), Row(figure, None, 3.0)], "oats-tui").splitlines()
    assert lines == [
        "          floor  oats-tui  ratio  target",
        "echo, ms   10.0      12.0   1.20  ≤ 1.5 × floor  pass",
        "echo, ms      –       3.0      –  ≤ 1.5 × floor  ?",
    ]
    assert len({(figure.scenario, figure.key) for figure in FIGURES}) == len(FIGURES)


def test_the_median_leaves_out_what_could_not_be_measured() -> None:
    assert median_of([{"a": 3.0}, {"a": None}, {"a": 1.0}], "a") == 2.0
    assert median_of([{}], "a") is None


def test_the_first_word_of_an_unknown_answer_is_found_when_it_came(tmp_path: Path) -> None:
    program = (
        "import tty; tty.setraw(0)\n"
        "def ask(): print(end='', flush=True); input()\n"
        "print('Blue skies every mountaintop\\r\\nBlue status', end=''); ask()\n"
        "print('\\x1b[2J\\x1b[HBlue, every mountaintop\\r\\nBlue status', end=''); ask()\n"
        "print('\\r\\nBlue light', end=''); ask()\n"
        "print('\\r\\nscatters. Blue again', end=''); ask()"
    )
    with Terminal([sys.executable, "-c", program], {}, tmp_path) as terminal:
        terminal.wait_for("Blue status")
        asked = terminal.send("\n")
        terminal.wait_for("Blue, every")
        terminal.send("\n")
        light = terminal.wait_for("Blue light")
        terminal.send("\n")
        terminal.wait_for("again")
        assert first_shown(terminal, asked, "**Blue** light scatters.") == light
        with pytest.raises(AssertionError, match="'Red' never came"):
            first_shown(terminal, asked, "Red")
