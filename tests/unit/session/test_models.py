from __future__ import annotations

import pytest

import oats_tui.session as package
from oats_tui.session import Message, Session, SessionInfo, SessionTime
from oats_tui.session import message as message_module
from oats_tui.session import session as session_module


def session(**facts: str) -> Session:
    return Session(info=SessionInfo(project_dir="/p", working_dir="/w", **facts))  # type: ignore[arg-type]


def test_a_new_session_has_the_defaults_of_the_specification() -> None:
    made = session()
    info = made.info
    assert (made.id, made.title) == (info.id, "New Session")
    assert len(info.id) == 36
    assert info.time.archived is None
    assert info.time.created.tzinfo is not None
    assert (info.model_id, info.provider_id, info.root_session_id, info.parent_session_id) == (None,) * 4
    assert (info.message_count, info.total_tokens, made.messages) == (0, 0, [])


def test_adding_a_message_brings_count_and_time_up_to_date_and_returns_it() -> None:
    made = session()
    before = made.info.time.updated
    message = Message(session_id=made.id, role="user")
    made.messages.append(Message(session_id=made.id, role="user"))
    assert made.add_message(message) is message
    assert made.messages[-1] is message
    assert made.info.message_count == 2
    assert made.info.time.updated > before
    assert made.info.time.created <= before


def test_a_user_message_is_one_text_and_then_its_images() -> None:
    made = session()
    images = [
        {"media_type": "image/png", "data": "AA=="},
        {"media_type": "image/gif", "url": "u", "detail": "low"},
    ]
    message = made.create_user_message("hello", images=images)
    assert made.messages == [message]
    assert (message.role, message.session_id) == ("user", made.id)
    assert [part.type for part in message.parts] == ["text", "image", "image"]
    first, second = message.get_images()
    assert (first.media_type, first.data, first.url, first.detail) == ("image/png", "AA==", None, "auto")
    assert (second.media_type, second.data, second.url, second.detail) == ("image/gif", None, "u", "low")


def test_an_assistant_message_is_empty_and_names_the_session_s_model() -> None:
    made = session(model_id="m", provider_id="p")
    message = made.create_assistant_message()
    assert made.messages == [message]
    assert (message.role, message.parts, message.model, message.provider) == ("assistant", [], "m", "p")


def test_a_system_message_is_one_text() -> None:
    made = session()
    message = made.create_system_message("rules")
    assert made.messages == [message]
    assert (message.role, message.get_text_content()) == ("system", "rules")


def test_a_new_title_counts_as_a_change() -> None:
    made = session()
    before = made.info.time.updated
    made.update_title("Other")
    assert made.title == made.info.title == "Other"
    assert made.info.time.updated > before


def test_usage_adds_up_if_it_tells_a_total() -> None:
    made = session()
    made.add_usage({"total_tokens": 5})
    made.add_usage({"prompt_tokens": 7})
    made.add_usage({"total_tokens": 2})
    assert made.info.total_tokens == 7


@pytest.mark.parametrize("missing", ["project_dir", "working_dir"])
def test_a_session_needs_its_folders(missing: str) -> None:
    facts = {"project_dir": "/p", "working_dir": "/w"}
    del facts[missing]
    with pytest.raises(ValueError, match=missing):
        SessionInfo.model_validate(facts)


def test_the_package_offers_all_of_its_two_modules() -> None:
    messages = ("TextPart", "ImagePart", "ToolCallPart", "ToolResultPart", "MessagePart", "Message")
    sessions = ("SessionTime", "SessionInfo", "Session", "SessionStorage", "get_session_storage")
    calls = ("create_session", "get_session", "list_sessions")
    for name in messages:
        assert getattr(package, name) is getattr(message_module, name)
    for name in sessions + calls:
        assert getattr(package, name) is getattr(session_module, name)
    assert package.SessionTime is SessionTime
