"""Processes of ours that write: `python -P _author.py`, a line of JSON for each task and answer.

The process loads the program once and then forks an author for each task, so that hundreds can be killed
in a short time. It is run by its path and imports the standard library and the program only. Tests use
`Tally` as well.
"""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any

_SLOTS = 16
_NUMBER = struct.Struct("=q")


class Tally:
    """Numbers that several processes see, and that outlive each of them.

    Args:
        path: The file that holds them; made, all numbers 0, if it is missing.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SLOTS * _NUMBER.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def __getitem__(self, slot: int) -> int:
        (number,) = _NUMBER.unpack_from(self._memory, slot * _NUMBER.size)
        return int(number)

    def __setitem__(self, slot: int, number: int) -> None:
        _NUMBER.pack_into(self._memory, slot * _NUMBER.size, number)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()


def texts_of(session: Any) -> list[str]:
    """What each message of a session says."""
    return [message.get_text_content() for message in session.messages]


async def append(session_id: str, author: str, count: int, mode: str, tally: Path, slot: int) -> None:
    """Say `author 0`, `author 1`, … from where it ended last time, counting in the tally what has been saved.

    Args:
        session_id: The session.
        author: The name.
        count: How many times.
        mode: `fresh`: load, add, save each time; `stale`: one object from beginning to end; `follow`: go on with
            what each save returns.
        tally: Number 0 is how many may begin, `slot` how many texts of the author have been saved, the one after
            it how often an author of that slot was ready.
        slot: Where to count.
    """
    from oats_tui.session.session import SessionStorage

    storage, numbers = SessionStorage(), Tally(tally)
    session = await storage.get(session_id)
    assert session is not None
    first = sum(text.startswith(f"{author} ") for text in texts_of(session))
    numbers[slot + 1] += 1
    while numbers[0] == 0:
        time.sleep(0.0005)  # noqa: ASYNC251 - nothing else runs in this process
    for number in range(first, first + count):
        if mode == "fresh":
            session = await storage.get(session_id)
            assert session is not None
        session.create_user_message(f"{author} {number}")
        saved = await storage.update(session)
        numbers[slot] = number + 1
        if mode == "follow":
            session = saved


async def read(session_id: str, target: str) -> None:
    """Write what each message of a session says to a file, as JSON."""
    from oats_tui.session.session import SessionStorage

    session = await SessionStorage().get(session_id)
    text = json.dumps(None if session is None else texts_of(session))
    Path(target).write_text(text, "utf-8")  # noqa: ASYNC240 - nothing else runs in this process


def fork(task: str, arguments: dict[str, Any]) -> int:
    """Do a task in a process of its own; returns its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        if "tally" in arguments:
            arguments["tally"] = Path(arguments["tally"])
        asyncio.run(append(**arguments) if task == "append" else read(**arguments))
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it is told and the process ends
        traceback.print_exc()
    finally:
        # The threads that write are idle: each save has been waited for.
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Do task by task, until standard input ends."""
    import oats_tui.session.session  # noqa: F401 - so that those who are forked have it

    for line in sys.stdin:
        name, arguments = json.loads(line)
        if name == "wait":
            answer = os.waitstatus_to_exitcode(os.waitpid(arguments["pid"], 0)[1])
        else:
            answer = fork(name, arguments)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
