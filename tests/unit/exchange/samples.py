"""One short export of each program, made up here in the form that the program writes."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def node(name: str, parent: str | None, role: str, content: Any, at: float = 1.0, **more: Any) -> dict[str, Any]:
    """A node of a conversation of ChatGPT."""
    body = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    fields = {"metadata": {}, "recipient": "all", **more}
    author = {"role": role, "name": fields.pop("tool", None)}
    message = {"id": name, "author": author, "create_time": 1_700_000_000 + at, "content": body, **fields}
    return {"id": name, "parent": parent, "children": [], "message": message}


def chatgpt() -> dict[str, Any]:
    """A conversation with a hidden message, thoughts, a tool, a picture, and a branch that was left."""
    hidden = {"is_visually_hidden_from_conversation": True}
    pointer = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-abc"}
    nodes = [
        {"id": "root", "parent": None, "children": ["sys"], "message": None},
        node("sys", "root", "system", "hidden words", 1, metadata=hidden),
        node("q1", "sys", "user", {"content_type": "multimodal_text", "parts": [pointer, "What is this?"]}, 2),
        node("left", "q1", "assistant", "an answer that was not kept", 3),
        node("t1", "q1", "assistant", {"content_type": "thoughts", "thoughts": [{"content": "Let me see."}]}, 4),
        node("c1", "t1", "assistant", {"content_type": "code", "text": "1 + 1"}, 5, recipient="python"),
        node("r1", "c1", "tool", {"content_type": "execution_output", "text": "2"}, 6, tool="python"),
        node("a1", "r1", "assistant", "It is **two**.", 7, metadata={"model_slug": "gpt-x"}),
        node("q2", "a1", "user", "Thanks", 8),
    ]
    return {
        "title": "A picture",
        "create_time": 1_700_000_000.0,
        "update_time": 1_700_000_100.5,
        "mapping": {each["id"]: each for each in nodes},
        "current_node": "q2",
        "conversation_id": "conv-1",
        "default_model_slug": "gpt-y",
    }


def claude() -> dict[str, Any]:
    """A conversation with an attachment, thoughts and a tool."""
    call = {"type": "tool_use", "name": "search", "input": {"query": "x"}}
    result = {"type": "tool_result", "name": "search", "content": [{"type": "text", "text": "found"}]}
    thought = {"type": "thinking", "thinking": "Hm."}
    blocks = [thought, {"type": "text", "text": "I look."}, call, result, {"type": "text", "text": "Here."}]
    asked = {
        "uuid": "m1",
        "text": "Read this",
        "content": [{"type": "text", "text": "Read this"}],
        "sender": "human",
        "created_at": "2025-02-03T04:05:06.000001Z",
        "attachments": [{"file_name": "a.txt", "extracted_content": "the text"}],
        "files": [{"file_name": "b.png"}],
    }
    said = {
        "uuid": "m2",
        "text": "",
        "content": blocks,
        "sender": "assistant",
        "created_at": "2025-02-03T04:05:10Z",
    }
    return {
        "uuid": "conv-2",
        "name": "Reading",
        "created_at": "2025-02-03T04:05:00Z",
        "updated_at": "2025-02-03T04:06:00Z",
        "chat_messages": [asked, said],
    }


def _line(kind: str, name: str, content: Any, second: int, **more: Any) -> dict[str, Any]:
    """A line of Claude Code in which somebody speaks."""
    message = {"role": kind, "content": content, **more.pop("message", {})}
    at = f"2025-06-01T10:00:{second:02}.000Z"
    where = {"sessionId": "sess-1", "cwd": "/srv/project", "version": "2.0"}
    return {"type": kind, "uuid": name, "timestamp": at, "isSidechain": False, "message": message, **where, **more}


def claude_code() -> list[dict[str, Any]]:
    """A session in which an answer is told in pieces, with a tool, an agent's side chain, and titles."""
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 7}
    first = {"message": {"id": "msg_1", "model": "claude-x", "usage": usage}}
    call = {"type": "tool_use", "id": "tu_1", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "tool_use_id": "tu_1", "content": "a\nb", "is_error": False}
    side = {"isSidechain": True, "agentId": "ag1"}
    return [
        {"type": "summary", "summary": "Of another session", "leafUuid": "elsewhere"},
        {"type": "file-history-snapshot", "messageId": "u1", "snapshot": {}},
        _line("user", "u0", "a caveat", 0, isMeta=True),
        _line("user", "u1", "List the files", 1),
        _line("assistant", "a1", [{"type": "thinking", "thinking": "ls will do", "signature": "s"}], 2, **first),
        _line("assistant", "a2", [{"type": "text", "text": "I look."}], 3, **first),
        _line("assistant", "a3", [call], 4, **first),
        _line("user", "u2", [result], 5),
        _line("user", "s1", "Look deeper", 6, **side),
        _line("assistant", "s2", [{"type": "text", "text": "Deep."}], 7, message={"id": "msg_s"}, **side),
        _line("assistant", "a4", [{"type": "text", "text": "Two files."}], 8, message={"id": "msg_2"}),
        {"type": "ai-title", "aiTitle": "Listing files", "sessionId": "sess-1"},
    ]


def _item(second: int, kind: str, **payload: Any) -> dict[str, Any]:
    """A line of Codex."""
    return {"timestamp": f"2025-10-01T10:00:{second:02}.000Z", "type": kind, "payload": payload}


def codex() -> list[dict[str, Any]]:
    """A session with what the program says by itself, thoughts and a tool."""
    text = {"type": "input_text", "text": "<environment_context>\n</environment_context>"}
    asked = {"type": "input_text", "text": "What time is it?"}
    said = {"type": "output_text", "text": "It is noon."}
    return [
        _item(
            0,
            "session_meta",
            id="cx-1",
            timestamp="2025-10-01T09:59:00Z",
            cwd="/srv/clock",
            model_provider="openai",
        ),
        _item(1, "response_item", type="message", role="user", content=[text]),
        _item(2, "response_item", type="message", role="user", content=[asked]),
        _item(2, "event_msg", type="user_message", message="What time is it?"),
        _item(3, "turn_context", cwd="/srv/clock", model="gpt-codex"),
        _item(4, "response_item", type="reasoning", summary=[{"type": "summary_text", "text": "Ask the clock"}]),
        _item(
            5, "response_item", type="function_call", name="shell", arguments='{"command": ["date"]}', call_id="c1"
        ),
        _item(6, "response_item", type="function_call_output", call_id="c1", output='{"output": "12:00"}'),
        _item(7, "response_item", type="message", role="assistant", content=[said]),
        _item(7, "event_msg", type="agent_message", message="It is noon."),
    ]


def listed(*values: Any) -> bytes:
    """Values as a JSON list."""
    return json.dumps(list(values)).encode()


def lined(values: list[dict[str, Any]]) -> bytes:
    """Values as lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def zipped(**named: bytes) -> bytes:
    """Files in an archive; an underscore stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in named.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()
