"""Oats at work on a session that others change too: `python -P duel_oats.py`, a line of JSON each way per task.

It is run by its path, in the interpreter of oats, and imports the standard library and oats only.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import random
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

_held: dict[str, Any] = {}


def _api() -> Any:
    """The session module of oats."""
    return importlib.import_module("oats.session.session")


async def _read(session_id: str) -> Any:
    """A session as it is on disk."""
    session = await _api().get_session(session_id)
    if session is None:
        raise LookupError(f"oats cannot read session {session_id}")
    return session


async def _write(session: Any) -> None:
    """Save a session the way oats does."""
    await _api().get_session_storage().update(session)


async def hold(session_id: str) -> dict[str, Any]:
    """Load a session, keep it in memory for the tasks that follow, and tell it."""
    _held[session_id] = await _read(session_id)
    return await told(session_id)


async def told(session_id: str) -> dict[str, Any]:
    """The session in memory."""
    dumped: dict[str, Any] = _held[session_id].model_dump(mode="json")
    return dumped


async def save(session_id: str, say: str | None = None, title: str | None = None, tokens: int = 0) -> None:
    """Change the session in memory, and write it back whole."""
    session = _held[session_id]
    if say is not None:
        session.create_user_message(say)
    if title is not None:
        session.update_title(title)
    session.add_usage({"total_tokens": tokens})
    await _write(session)


async def compact(session_id: str, mark: str) -> list[str]:
    """Have the session in memory compacted by oats itself, and tell the texts that have gone; nothing is saved."""
    session = _held[session_id]
    before = _texts(session)
    session.messages = await _compacted(session, mark)
    return [text for text in before if text not in set(_texts(session))]


async def append(session_id: str, count: int, fresh: bool, pause: float, compact_every: int = 0) -> dict[str, Any]:
    """Say `oats 0`, `oats 1`, … and save after each.

    Args:
        session_id: The session.
        count: How many times.
        fresh: Whether to load the session each time, or to work on one copy from beginning to end.
        pause: The longest pause, in seconds, once with the copy in hand and once without.
        compact_every: After how many messages the conversation is compacted; 0: never.

    Returns:
        `said`: the texts that were saved; `dropped`: those that oats itself then gave up; `blind`: how often the
        session could not be read.
    """
    chance = random.Random(f"{session_id} {count}")
    said, dropped, blind = [], [], 0
    await hold(session_id)
    for number in range(count):
        while fresh:
            try:
                await hold(session_id)
                break
            except LookupError:
                blind += 1
        await asyncio.sleep(chance.uniform(0, pause))
        if compact_every and number % compact_every == compact_every - 1:
            dropped += await compact(session_id, str(number))
            said += [text for text in _texts(_held[session_id]) if text.endswith(f"\n\nsummary {number}")]
        await save(session_id, f"oats {number}")
        said.append(f"oats {number}")
        await asyncio.sleep(chance.uniform(0, pause))
    return {"said": said, "dropped": dropped, "blind": blind}


async def rewrite(session_id: str, seconds: float) -> int:
    """Save the session in memory again and again, its title being the number of the save; returns how often."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count += 1
        await save(session_id, title=str(count))
    return count


async def odd(title: str, floats: bool) -> dict[str, Any]:
    """Make a session of rare values, also of floats that writers of JSON spell in different ways, and tell it."""
    session = await _api().create_session("/p", title=title)
    session.info.time.created = session.info.time.created.replace(microsecond=0)
    session.info.time.archived = session.info.time.created.replace(microsecond=120_000)
    session.create_user_message("")
    session.create_user_message('"\\/\b\f\n\r\t\x00\x1f\x7f\x85\u2028\u2029\ufeff\ufffd 🦕 e\u0301')
    answer = session.create_assistant_message()
    answer.add_text("")
    numbers = [0, -1, 2**53 + 1, 2**64 + 1, 2**70, 0.1, 1.0, -0.0]
    numbers += [1e-7, 1e16, 1e22, 1.7976931348623157e308, 5e-324] if floats else []
    answer.add_tool_call(
        "", "", {"": {}, "list": [[], [{}], [None, True, False]], "numbers": numbers, "z": 1, "a": 2}
    )
    answer.add_tool_result("", "", "", "", "", {"ключ": "\x1b[31m", "deep": {"er": {"still": []}}})
    answer.usage = {}
    session.create_assistant_message().usage = {"total_tokens": 2**40, "a": -1}
    await _write(session)
    dumped: dict[str, Any] = session.model_dump(mode="json")
    return dumped


def _texts(session: Any) -> list[str]:
    """What each message says."""
    return [message.get_text_content() for message in session.messages]


async def _compacted(session: Any, mark: str) -> Any:
    """The messages that the compactor of oats leaves; the model that would write its summary is played."""
    compactor = importlib.import_module("oats.session.compaction").ConversationCompactor()

    async def summarize(_: Any) -> str:
        """The summary."""
        return f"summary {mark}"

    compactor._summarize = summarize
    return await compactor.compact(session.messages, session.id)


TASKS: dict[str, Callable[..., Awaitable[Any]]] = {
    "hold": hold, "told": told, "save": save, "compact": compact, "append": append, "rewrite": rewrite, "odd": odd,
}  # fmt: skip


def main() -> None:
    """Do task by task, until standard input ends."""
    # What oats itself prints goes nowhere.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            name, arguments = json.loads(line)
            try:
                answer = {"result": runner.run(_run(TASKS[name], arguments))}
            except Exception:  # noqa: BLE001 - the other side raises it
                answer = {"error": traceback.format_exc()}
            out.write(json.dumps(answer) + "\n")
            out.flush()


async def _run(task: Callable[..., Awaitable[Any]], arguments: dict[str, Any]) -> Any:
    """One task as a coroutine."""
    return await task(**arguments)


if __name__ == "__main__":
    main()
