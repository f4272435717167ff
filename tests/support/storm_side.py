"""One author of a storm of changes: `python -P storm_side.py oats|ours|script FOLDER`, a line of JSON each way.

It is given plans, see `storm.py`, and tells what came of each. It is run by its path and imports the standard
library and the program that writes only: oats, oats-tui, or none.
"""

from __future__ import annotations

import asyncio
import collections
import importlib
import json
import os
import random
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

_MOST_AWAY = 3
_GONE_SECONDS = 0.003
_TRIES = 20
_WORDS = ["wind", "rain", "hail", "snow", "gust", "cloud", "front", "squall", "thunder", "drizzle"]


class Author(Protocol):
    """Somebody who changes sessions."""

    async def change(self, session_id: str, chance: random.Random) -> str | None:
        """Change a session; returns in which way, or None if it cannot be changed just now."""

    def leave(self) -> None:
        """Put in order what must not stay."""


class Oats:
    """The real oats: it loads a session, changes it and saves it whole, in place."""

    def __init__(self) -> None:
        self._api: Any = importlib.import_module("oats.session.session")
        self._count = 0

    async def change(self, session_id: str, chance: random.Random) -> str | None:
        """Say something, or give another title."""
        session = await self._api.get_session(session_id)
        if session is None:
            return None
        self._count += 1
        if chance.random() < 0.3:
            session.update_title(_title("oats", self._count, chance))
        else:
            session.create_user_message(f"oats {self._count}")
        await self._api.get_session_storage().update(session)
        return "oats saves"

    def leave(self) -> None:
        """Nothing stays."""


class Ours:
    """A process of oats-tui that shows no screen: it loads a session, says something and saves it."""

    def __init__(self) -> None:
        from oats_tui.core.storage_errors import StorageError
        from oats_tui.session import SessionStorage

        self._storage = SessionStorage()
        self._refusal = StorageError
        self._count = 0

    async def change(self, session_id: str, chance: random.Random) -> str | None:
        """Say something."""
        session = await self._storage.get(session_id)
        if session is None:
            return None
        self._count += 1
        session.create_user_message(f"ours {self._count}")
        try:
            await self._storage.update(session)
        except self._refusal:
            return None
        return "ours appends"

    def leave(self) -> None:
        """Nothing stays."""


class Script:
    """A script that knows nothing of sessions but their form, and does to their files what scripts do.

    Args:
        folder: The folder of the sessions.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Whose files nobody else writes in place: two who do so at once leave a file that is neither's.
        self.alone: set[str] = set()
        self.favoured: set[str] = set()
        self._away: collections.deque[str] = collections.deque()
        self._count = 0

    async def change(self, session_id: str, chance: random.Random) -> str | None:
        """Replace a file, write it in place, remove and make it again, or rename it."""
        path = self._path(session_id)
        try:
            value = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        self._edit(value, chance)
        data = json.dumps(value, indent=2, ensure_ascii=False).encode()
        if session_id in self.alone and chance.random() < 0.7:
            _write_in_place(path, data)
            return "script in place"
        kind = chance.random()
        try:
            if kind < 0.2:
                path.unlink()
                time.sleep(_GONE_SECONDS)  # noqa: ASYNC251 - nothing else runs in this process
                self._replace(path, data)
                return "script makes again"
            if kind < 0.4:
                self._rename(session_id)
                return "script renames"
        except FileNotFoundError:
            return None
        self._replace(path, data)
        return "script replaces"

    def leave(self) -> None:
        """Bring back what has been renamed, but for one, which stays for everybody to wonder at."""
        while len(self._away) > 1:
            self._bring_back()

    def _edit(self, value: Any, chance: random.Random) -> None:
        """Say something, reword what was said last, or give another title."""
        self._count += 1
        info, messages = value["info"], value["messages"]
        info["time"]["updated"] = now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        kind = chance.random()
        if kind < 0.4:
            info["title"] = _title("script", self._count, chance)
        elif kind < 0.7:
            messages[-1]["parts"][0]["content"] = f"script rewords {self._count}"
        else:
            part = {"type": "text", "id": str(uuid.uuid4()), "content": f"script {self._count}"}
            said = {"id": str(uuid.uuid4()), "created_at": now, "parts": [part], "role": "user"}
            messages.append({**messages[-1], **said})
            info["message_count"] = len(messages)

    def _replace(self, path: Path, data: bytes) -> None:
        """Put a new file in the place of the old one."""
        temporary = self.folder / f".script-{self._count}.tmp"
        temporary.write_bytes(data)
        temporary.rename(path)

    def _rename(self, session_id: str) -> None:
        """Give a file another name; that of a session somebody is looking at comes back at once."""
        self._path(session_id).rename(self._path(f"{session_id}-away"))
        self._away.append(session_id)
        if session_id in self.favoured:
            time.sleep(_GONE_SECONDS)
            self._away.rotate(1)
            self._bring_back()
        elif len(self._away) > _MOST_AWAY:
            self._bring_back()

    def _bring_back(self) -> None:
        """Give the first file that was renamed its own name again."""
        session_id = self._away.popleft()
        self._path(f"{session_id}-away").rename(self._path(session_id))

    def _path(self, name: str) -> Path:
        """The file of a session."""
        return self.folder / f"{name}.json"


def _write_in_place(path: Path, data: bytes) -> None:
    """Write a file anew in two pieces: between them it is half of itself."""
    with path.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        file.write(data[len(data) // 2 :])


def _title(author: str, count: int, chance: random.Random) -> str:
    """A title that no other session has."""
    return f"{chance.choice(_WORDS)} {author} {count}"


async def blow(author: Author, plan: dict[str, Any]) -> dict[str, Any]:
    """Do what a plan says; returns how often each was done, how often it could not be, and when it was over."""
    chance = random.Random(plan["seed"])
    done: collections.Counter[str] = collections.Counter()
    missed = 0
    for number in range(plan["count"]):
        await asyncio.sleep(max(0.0, plan["begin"] + number * plan["seconds"] / plan["count"] - time.monotonic()))
        for _ in range(_TRIES):
            ids = plan["favoured"] if chance.random() < plan["favour"] else plan["ids"]
            kind = await author.change(chance.choice(ids), chance)
            if kind is not None:
                done[kind] += 1
                break
            missed += 1
    author.leave()
    return {"done": dict(done), "missed": missed, "ended": time.monotonic()}


def main() -> None:
    """Carry out plan by plan, until standard input ends."""
    # What the programs print goes nowhere.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    name, folder = sys.argv[1:]
    script = Script(Path(folder))
    author: Author = Oats() if name == "oats" else Ours() if name == "ours" else script
    out.write("[]\n")
    out.flush()
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            plan = json.loads(line)
            script.alone, script.favoured = set(plan["alone"]), set(plan["favoured"])
            out.write(json.dumps(runner.run(blow(author, plan))) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
