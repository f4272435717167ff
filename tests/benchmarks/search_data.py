"""A folder of sessions with texts like those that people write: few words often, most of them seldom, and code."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

MESSAGES = 30
"""How many messages each session has."""

_SYLLABLES = [consonant + vowel for consonant in "bdfklmnprst" for vowel in "aeio"]
_WORDS = 30_000
_MINUTES_APART = 7
_CODE = "def {0}({1}):\n    for {2} in {1}:\n        if {2}.{3} is None:\n            return {0}({2})\n"


class Texts:
    """Makes texts; the same each time.

    Attributes:
        words: All words, the most frequent first.
        size: The bytes of all texts made so far.
    """

    def __init__(self) -> None:
        self._chance = random.Random(7)
        made = {"".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 4))) for _ in range(2 * _WORDS)}
        self.words = sorted(made)[:_WORDS]
        self._chance.shuffle(self.words)
        # Zipf's law: the n-th word is as frequent as 1 / n.
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self.words))))
        self.size = 0

    def text(self, length: int) -> str:
        """Return a text of about so many characters."""
        words = self._chance.choices(self.words, cum_weights=self._weights, k=length // 7)
        text = " ".join(words)
        if self._chance.random() < 0.3:
            text += "\n\n```python\n" + _CODE.format(*self._chance.sample(self.words, 4)) + "```\n"
        self.size += len(text)
        return text


def make(folder: Path, count: int, kilobytes: int) -> Texts:
    """Write sessions.

    Args:
        folder: Where a folder named data is made for them.
        count: How many.
        kilobytes: About how large each is.

    Returns:
        What has made their texts.
    """
    sessions, texts, now = folder / "data" / "sessions", Texts(), datetime.now(UTC)
    sessions.mkdir(parents=True)
    for number in range(count):
        name, at = f"s{number:06}", now - timedelta(minutes=_MINUTES_APART * number)
        moment = at.isoformat()
        info = {
            "id": name,
            "title": texts.text(40),
            "project_dir": f"/code/project{number % 10}",
            "working_dir": "/code",
            "time": {"created": moment, "updated": moment, "archived": None},
            "message_count": MESSAGES,
        }
        content = {"info": info, "messages": list(_messages(name, at, texts, kilobytes * 1000 // MESSAGES - 300))}
        (sessions / f"{name}.json").write_text(json.dumps(content, indent=2), "utf-8")
    return texts


def _messages(name: str, at: datetime, texts: Texts, length: int) -> Iterator[dict[str, object]]:
    """Give the messages of a session, a question and an answer in turn."""
    for place in range(MESSAGES):
        yield {
            "id": f"{name}-{place:02}",
            "session_id": name,
            "role": "assistant" if place % 2 else "user",
            "parts": [{"id": f"p{place}", "type": "text", "content": texts.text(length)}],
            "created_at": (at - timedelta(seconds=10 * (MESSAGES - place))).isoformat(),
        }
