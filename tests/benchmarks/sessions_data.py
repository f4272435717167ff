"""A folder of generated sessions: in trees, some put away, over some months and ten projects."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORDS = ("refactor", "parser", "index", "cache", "login", "screen", "Rust", "error", "fix", "memory", "leak")
MORE_WORDS = ("Berlin", "bread", "trip", "plan", "weather", "question", "slow", "docker", "network", "test")

MESSAGES = 30
"""How many messages each session has."""

_MINUTES_APART = 7


def make(folder: Path, count: int, kilobytes: int) -> None:
    """Write sessions.

    Args:
        folder: Where a folder named data is made for them.
        count: How many.
        kilobytes: About how large each is.
    """
    sessions = folder / "data" / "sessions"
    sessions.mkdir(parents=True)
    chance, now = random.Random(1), datetime.now(UTC)
    filler = " ".join(chance.choice(WORDS + MORE_WORDS) for _ in range(kilobytes * 1000 // MESSAGES // 6))
    for number in range(count):
        info = _info(number, now, chance)
        messages = list(_messages(str(info["id"]), now - timedelta(minutes=_MINUTES_APART * number), filler))
        text = json.dumps({"info": info, "messages": messages}, indent=2)
        (sessions / f"{info['id']}.json").write_text(text, "utf-8")


def last_words(session_id: str) -> str:
    """Return the last words of a session."""
    return f"The end of {session_id}."


def _info(number: int, now: datetime, chance: random.Random) -> dict[str, object]:
    """Return what a session says of itself."""
    at = (now - timedelta(minutes=_MINUTES_APART * number)).isoformat()
    parent = f"s{number - number % 5:06}" if number % 5 in (1, 2) else None
    return {
        "id": f"s{number:06}",
        "title": " ".join(chance.choice(WORDS + MORE_WORDS) for _ in range(chance.randint(3, 9))),
        "project_dir": f"/code/project{number % 10}",
        "working_dir": "/code",
        "time": {"created": at, "updated": at, "archived": at if number % 10 == 9 else None},
        "parent_session_id": parent,
        "root_session_id": parent,
        "message_count": MESSAGES,
    }


def _messages(session_id: str, at: datetime, filler: str) -> Iterator[dict[str, object]]:
    """Give the messages of a session, a question and an answer in turn."""
    for place in range(MESSAGES):
        words = last_words(session_id) if place == MESSAGES - 1 else f"Number {place}."
        yield {
            "id": f"{session_id}-{place:02}",
            "session_id": session_id,
            "role": "assistant" if place % 2 else "user",
            "parts": [{"id": f"p{place}", "type": "text", "content": f"{filler}\n\n{words}"}],
            "created_at": at.isoformat(),
        }
