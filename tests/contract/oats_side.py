"""What is done in the interpreter of oats: `python -P oats_side.py`, a line of JSON for each task and each answer.

It is run by its path and imports the standard library and oats only; `describe` is used on our side as well.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable
from enum import Enum
from typing import Any

PUBLIC = {
    "date": ["utc"],
    "core.id": ["generate_id", "generate_short_id"],
    "core.bus": ["EventType", "Event", "EventHandler", "EventBus", "bus"],
    "core.storage": ["Storage", "StorageError"],
    "core.config": ["get_data_dir"],
    "session.message": [
        "TextPart", "ImagePart", "ToolCallPart", "ToolResultPart", "MessagePart", "Message",
    ],
    "session.session": [
        "SessionTime", "SessionInfo", "Session", "SessionStorage",
        "get_session_storage", "create_session", "get_session", "list_sessions",
    ],
}  # fmt: skip
"""The names that oats and this program share, by module."""


def describe(root: str) -> dict[str, Any]:
    """What the shared names of a package take and hold, as JSON."""
    found: dict[str, Any] = {}
    for place, names in PUBLIC.items():
        module = importlib.import_module(f"{root}.{place}")
        # `oats.core` puts the object `bus` over the module of that name.
        module = sys.modules[f"{root}.{place}"]
        for name in names:
            _describe(found, f"{place}.{name}", getattr(module, name))
    return found


def _describe(found: dict[str, Any], name: str, thing: Any) -> None:
    """Add what one name stands for."""
    if inspect.isfunction(thing):
        found[name] = _signature(thing)
    elif not inspect.isclass(thing):
        found[name] = "value"
    elif hasattr(thing, "model_fields"):
        found[name] = {
            field: [about.is_required(), repr(about.default)] for field, about in thing.model_fields.items()
        }
    elif issubclass(thing, Enum):
        found[name] = {key: member.value for key, member in thing.__members__.items()}
    else:
        found[name] = _signature(thing)
    if inspect.isclass(thing):
        for attribute, value in vars(thing).items():
            if attribute.startswith("_") or attribute == "model_config":
                continue
            if inspect.isfunction(value):
                found[f"{name}.{attribute}"] = [inspect.iscoroutinefunction(value), *_signature(value)]
            elif isinstance(value, property):
                found[f"{name}.{attribute}"] = "property"


def _signature(thing: Any) -> list[list[str]]:
    """Name, kind and default of each parameter."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except ValueError:
        return []
    empty = inspect.Parameter.empty
    return [
        [each.name, each.kind.name, "" if each.default is empty else repr(each.default)] for each in parameters
    ]


def write(title: str) -> dict[str, Any]:
    """Have a session made with a part of every kind, by the names and arguments that both packages know."""
    return asyncio.run(write_with("oats", title))


async def write_with(root: str, title: str) -> dict[str, Any]:
    """The same with either package; returns the session as JSON has it."""
    api = importlib.import_module(f"{root}.session.session")
    session = await api.create_session(
        "/p", "/p/w", title=title, model_id="chat:latest", provider_id="hosted_vllm"
    )
    session.create_system_message("Be short.")
    session.create_user_message("Hello\nwörld 🦕", images=[{"media_type": "image/png", "data": "AAAA"}])
    answer = session.create_assistant_message()
    answer.add_text("I look.")
    answer.add_tool_call("c1", "bash", {"cmd": "ls", "n": 1, "deep": {"x": [None, True, 0.5]}})
    answer.add_tool_result("c1", "bash", "Listing", "a\nb", None, {"code": 0})
    answer.add_tool_result("c2", "bash", "", "", "no such call", None)
    answer.usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    session.add_usage(answer.usage)
    session.update_title(f"{title}!")
    await api.get_session_storage().update(session)
    dumped: dict[str, Any] = session.model_dump(mode="json")
    return dumped


def read(session_id: str) -> dict[str, Any] | None:
    """What oats understands of a session."""
    api = importlib.import_module("oats.session.session")
    session = asyncio.run(api.get_session(session_id))
    return None if session is None else session.model_dump(mode="json")


def llm(session_id: str) -> Any:
    """The conversation as oats would send it."""
    api = importlib.import_module("oats.session.session")
    return asyncio.run(api.get_session(session_id)).get_messages_for_llm()


def resave(session_id: str) -> None:
    """Have oats read and save a session."""
    api = importlib.import_module("oats.session.session")

    async def run() -> None:
        await api.get_session_storage().update(await api.get_session(session_id))

    asyncio.run(run())


def add(session_id: str, text: str) -> None:
    """Have oats say something in a session."""
    api = importlib.import_module("oats.session.session")

    async def run() -> None:
        session = await api.get_session(session_id)
        session.create_user_message(text)
        await api.get_session_storage().update(session)

    asyncio.run(run())


def listed() -> list[dict[str, Any]]:
    """The facts about all sessions, as oats lists them."""
    api = importlib.import_module("oats.session.session")
    return [info.model_dump(mode="json") for info in asyncio.run(api.list_sessions())]


def delete(session_id: str) -> bool:
    """Have oats delete a session."""
    api = importlib.import_module("oats.session.session")
    return bool(asyncio.run(api.get_session_storage().delete(session_id)))


TASKS: dict[str, Callable[..., Any]] = {
    "describe": describe, "write": write, "read": read, "llm": llm, "resave": resave, "add": add, "listed": listed,
    "delete": delete,
}  # fmt: skip


def main() -> None:
    """Do task by task, until standard input ends."""
    # What oats itself prints goes nowhere.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"result": TASKS[name](**arguments)}
        except Exception:  # noqa: BLE001 - the other side raises it
            answer = {"error": traceback.format_exc()}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
