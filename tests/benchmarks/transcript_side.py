"""What is done with the measured package outside its window: `python -P transcript_side.py TASK ARGUMENTS…`.

It is run by its path and imports nothing of the tests, so that it works with any folder that holds the package.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path


def tell(told: object) -> None:
    """Write a line of JSON."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


async def append(data: str) -> None:
    """For each line of JSON, a session's id and a text: get the session, add a message, and save it.

    Tells the monotonic time just after it was saved.
    """
    from oats_tui.core.config import set_data_dir
    from oats_tui.session.message import Message
    from oats_tui.session.session import get_session_storage

    set_data_dir(Path(data))
    storage = get_session_storage()
    for line in sys.stdin:
        session_id, text = json.loads(line)
        session = await storage.get(session_id)
        if session is None:
            raise LookupError(session_id)
        message = Message(session_id=session_id, role="assistant")
        message.add_text(text)
        session.add_message(message)
        await storage.update(session)
        tell(time.monotonic())


async def consume(data: str, question: str) -> None:
    """Ask a question as the window does, with all that stands below the screen; tell its CPU and its end in s.

    That is the chat layer: provider, the growing answer told 20 times a second, its journal, the session's file.
    What has to be loaded for it is loaded before.
    """
    from oats_tui.chat.chat import Chat
    from oats_tui.chat.ledger import Folder, Ledger
    from oats_tui.core.bus import bus
    from oats_tui.core.config import get_cache_dir, set_data_dir
    from oats_tui.core.settings import load_settings
    from oats_tui.provider.registry import Models
    from oats_tui.session.meta import MetaStorage
    from oats_tui.session.session import get_session_storage

    set_data_dir(Path(data))
    models = Models(load_settings("fake/fake"), get_cache_dir())
    chat = Chat(Ledger(get_session_storage(), MetaStorage()), models, bus)
    ref = models.choose("fake/fake")
    await models.provider(ref).warm_up(ref.model_id)
    begun = time.process_time()
    session = await chat.begin(Folder(Path(data), Path(data)), question)
    while chat.turn(session.id) is not None:  # noqa: ASYNC110 - as cheap as listening, and it counts as ours
        await asyncio.sleep(0.01)
    ended = time.monotonic()
    await asyncio.sleep(1.0)
    tell([time.process_time() - begun, ended])
    await chat.close()


if __name__ == "__main__":
    if sys.argv[1] == "append":
        asyncio.run(append(sys.argv[2]))
    else:
        asyncio.run(consume(sys.argv[2], sys.argv[3]))
