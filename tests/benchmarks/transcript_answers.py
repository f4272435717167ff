"""Answers that are large in one piece: a fence, a table, a line, a list."""

from __future__ import annotations

import random
from collections.abc import Callable

from oats_tui.session.message import Message
from oats_tui.session.models import Session
from tests.benchmarks import transcript_data as data
from tests.benchmarks.transcript_figures import KINDS

CODE_BYTES = 200_000
ROWS = 500
LINE_BYTES = 1_000_000
ITEMS = 10_000


def end_mark(kind: str) -> str:
    """The word with which an answer of this kind ends."""
    return f"Endof{kind}q"


def question(kind: str) -> str:
    """What is asked for such an answer."""
    return f"Give me the {kind} that was asked for"


def answer(asked: str) -> str:
    """The answer to a question."""
    kind = next(kind for kind in KINDS if question(kind) in asked)
    source = random.Random(f"large {kind}")
    author = data.Author(source, source)
    mark = end_mark(kind)
    if kind == "code":
        lines = _filled(author.lines, CODE_BYTES, "\n")
        return f"```python\n{lines}\n# {mark}\n```"
    if kind == "table":
        rows = [" | ".join(author.words(1, 3) for _ in range(4)) for _ in range(ROWS - 1)]
        rows = ["name | value | reason | more", ":--- | ---: | --- | :---:", *rows, f"the | last | row | {mark}"]
        return "\n".join(f"| {row} |" for row in rows)
    if kind == "line":
        return f"{_filled(author.words, LINE_BYTES, ' ')} {mark}"
    items = [f"- {author.words(3, 12)} `{author.name()}`" for _ in range(ITEMS - 1)]
    return "\n".join([*items, f"- the last item {mark}"])


def session(seed: int, kind: str) -> Session:
    """A question and its large answer."""
    made = data.empty_session(seed, f"Large {kind}")
    for role, text in (("user", question(kind)), ("assistant", answer(question(kind)))):
        message = Message.model_validate(
            {"session_id": made.id, "role": role, "created_at": made.info.time.updated}
        )
        message.add_text(text)
        made.messages.append(message)
    made.info.message_count = len(made.messages)
    return made


def _filled(write: Callable[[int, int], str], size: int, between: str) -> str:
    """Pieces of text, until there are so many characters."""
    pieces: list[str] = []
    length = 0
    while length < size:
        pieces.append(write(20, 40))
        length += len(pieces[-1]) + len(between)
    return between.join(pieces)
