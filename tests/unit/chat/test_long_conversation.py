"""In a long conversation a message costs what is new: what is in memory already is not read and made again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from oats_tui.chat.context import build_request
from oats_tui.session.message import Message
from oats_tui.session.session import get_session_storage
from oats_tui.session.store.codec import decode_message
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import ScriptedProvider
from tests.support.sessions import message, session

LENGTH = 600


def counting(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages that are parsed from now on."""
    parsed: list[bytes] = []

    def counted(raw: bytes) -> Message:
        parsed.append(raw)
        return decode_message(raw)

    monkeypatch.setattr("oats_tui.session.store.draft.decode_message", counted)
    return parsed


def test_what_is_shown_is_not_parsed_again_when_something_is_said(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        storage, provider = get_session_storage(), ScriptedProvider()
        await storage.create(session(*(message(f"q{number}") for number in range(LENGTH))))
        shown = await storage.reread("s")
        assert shown is not None
        parsed = counting(monkeypatch)
        chat = make_chat(provider)
        provider.will("answer")
        await chat.send("s", "one more")
        await until(lambda: chat.turn("s") is None)
        now = await storage.reread(shown)
        assert now is not None
        assert [each.get_text_content() for each in now.messages[LENGTH:]] == ["one more", "answer"]
        assert all(one is other for one, other in zip(shown.messages, now.messages, strict=False))
        assert len(parsed) <= 4
        await chat.close()

    run(scenario())


def test_a_long_conversation_is_made_into_a_request_in_a_thread(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def noted(*args: Any, **options: Any) -> Any:
        threads.append(threading.current_thread())
        return build_request(*args, **options)

    monkeypatch.setattr("oats_tui.chat.turn.build_request", noted)

    async def scenario() -> None:
        storage, provider = get_session_storage(), ScriptedProvider()
        await storage.create(session(*(message(f"q{number}") for number in range(LENGTH))))
        chat = make_chat(provider)
        provider.will("answer")
        await chat.send("s", "one more")
        await until(lambda: chat.turn("s") is None)
        assert [each["content"] for each in provider.requests[0]][-2:] == [f"q{LENGTH - 1}", "one more"]
        assert len(provider.requests[0]) == LENGTH + 1
        await chat.close()

    run(scenario())
    assert threading.main_thread() not in threads
    assert len(threads) == 1
