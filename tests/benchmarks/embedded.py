"""How long the embedded model lets a person wait for the first word of an answer."""

from __future__ import annotations

import importlib.util
import json
import re
import time
from pathlib import Path

from tests.benchmarks.scenarios import Sample
from tests.support.emulator import Emulator
from tests.support.launch import READY, launch
from tests.support.terminal import Terminal

MODEL = "local/smollm2-135m"
_WARM_UP = "Say hello in one short sentence."
_QUESTION = (
    "Please tell me in one short and simple sentence why the sky above us looks blue from almost every mountaintop"
)
_COLUMNS, _ROWS = 120, 40
_FOLDER = "oats-tui"
# What the embedded model needs of the cache. The rest of it stays untouched by what is measured.
_NEEDED = ("models", "lib")
_LOAD_SECONDS = 120.0
_ANSWER_SECONDS = 120.0
_POLL_SECONDS = 0.1


def missing(cache: Path | None) -> str | None:
    """Why the embedded model cannot be measured here; None if it can."""
    if importlib.util.find_spec("xllamacpp") is None:
        return "xllamacpp is not installed"
    if cache is None:
        return "no --model-cache was given"
    models = cache / _FOLDER / "models"
    return None if models.is_dir() else f"there is no folder {models}"


def embedded(folder: Path, cache: Path) -> Sample:
    """Ask twice, the first time to have the model loaded, and measure the second answer.

    What the model will say is unknown. So the answer is read from the session's file when it is finished, and
    its first word is looked for in a second drawing of all that was written since the question.
    """
    environment = {"XDG_CACHE_HOME": str(_borrowed(cache, folder / "cache"))}
    data = folder / "data"
    arguments = ("--data-dir", str(data), "--model", MODEL)
    with launch(folder, *arguments, columns=_COLUMNS, rows=_ROWS, env=environment, services={}) as terminal:
        terminal.wait_for(READY, _LOAD_SECONDS)
        _ask(terminal, _WARM_UP)
        _finished_answer(terminal, data, 1, _LOAD_SECONDS)
        terminal.pump(time.monotonic() + 1.0)
        asked = _ask(terminal, _QUESTION)
        text = _finished_answer(terminal, data, 2, _ANSWER_SECONDS)
        terminal.pump(time.monotonic() + 1.0)
        shown = first_shown(terminal, asked, text)
    return {"first": (shown - asked) * 1000}


def first_shown(terminal: Terminal, asked: float, text: str) -> float:
    """The time at which the first word of `text` came to a place on the screen below the last question.

    Raises:
        AssertionError: It never did.
    """
    words = re.findall(r"\w+", text)
    if not words:
        raise AssertionError(terminal.describe("the answer holds no word"))
    pattern = re.compile(rf"\b{re.escape(words[0])}")
    last_word = _QUESTION.split()[-1]
    replay = Emulator(_COLUMNS, _ROWS)
    known: int | None = None
    for chunk in terminal.chunks:
        replay.feed(chunk.data)
        if chunk.time < asked or replay.torn:
            continue
        _, found, below = "\n".join(replay.lines()).rpartition(last_word)
        count = len(pattern.findall(below)) if found else 0
        if found and known is None:
            # What stands there at once is the screen's own: labels, keys, the name of the model.
            known = count
        elif known is not None and count > known:
            return chunk.time
    raise AssertionError(terminal.describe(f"{words[0]!r} never came to the screen"))


def _borrowed(cache: Path, own: Path) -> Path:
    """A cache folder of its own, with links to the model in another one."""
    (own / _FOLDER).mkdir(parents=True)
    for name in _NEEDED:
        if (cache / _FOLDER / name).is_dir():
            (own / _FOLDER / name).symlink_to(cache / _FOLDER / name)
    return own


def _ask(terminal: Terminal, question: str) -> float:
    """Type a question and send it; gives the time at which it was sent."""
    terminal.type(question, 0.01)
    terminal.wait_for(question.split()[-1])
    terminal.pump(time.monotonic() + 0.5)
    return terminal.send("\r")


def _finished_answer(terminal: Terminal, data: Path, number: int, seconds: float) -> str:
    """The text of the conversation's answer with this number, counted from 1, once it is finished on disk."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and terminal.process.ended is None:
        terminal.pump(time.monotonic() + _POLL_SECONDS)
        answers = [text for path in sorted((data / "sessions").glob("*.json")) for text in _answers(path)]
        if len(answers) >= number:
            return answers[number - 1]
    raise AssertionError(terminal.describe(f"waited {seconds:g} s for answer {number}"))


def _answers(path: Path) -> list[str]:
    """The texts of the answers in a session's file."""
    messages = json.loads(path.read_text("utf-8"))["messages"]
    return [
        "\n".join(part["content"] for part in message["parts"] if part["type"] == "text")
        for message in messages
        if message["role"] == "assistant"
    ]
