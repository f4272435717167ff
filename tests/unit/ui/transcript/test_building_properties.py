"""Every part of every message is shown once, in order, however it was built."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.session.about import About
from oats_tui.session.message import (
    ImagePart,
    Message,
    MessagePart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
)
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.widgets.transcript.building import EntryBuilder
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, OtherItem, TextItem, ToolItem

NOW = datetime(2026, 3, 12, 14, 36, tzinfo=UTC)
IDS = st.sampled_from(["c", "d", "e"])
NUMBERS = st.integers(0, 10**6).map(str)


def _call(call_id: str, number: str) -> ToolCallPart:
    """A tool call that can be told from others."""
    return ToolCallPart(tool_call_id=call_id, tool_name=f"call {number}", arguments={})


def _result(call_id: str, number: str) -> ToolResultPart:
    """A result that can be told from others."""
    return ToolResultPart(tool_call_id=call_id, tool_name="bash", title="", output=f"result {number}")


PARTS = st.one_of(
    NUMBERS.map(lambda number: TextPart(content=f"text {number}")),
    NUMBERS.map(lambda number: ImagePart(media_type="image/png", url=f"image {number}")),
    NUMBERS.map(lambda number: UnknownPart(type=f"kind {number}")),
    NUMBERS.map(lambda number: UnknownPart.model_validate({"type": "thinking", "text": f"thought {number}"})),
    st.builds(_call, IDS, NUMBERS),
    st.builds(_result, IDS, NUMBERS),
)
MESSAGES = st.builds(
    lambda role, parts, hours, number: Message.model_validate(
        {"id": f"m{number}", "session_id": "s", "role": role, "created_at": NOW + timedelta(hours=hours)}
    ).model_copy(update={"parts": parts}),
    st.sampled_from(["user", "assistant", "system"]),
    st.lists(PARTS, max_size=5),
    st.integers(-60, 60),
    st.integers(0, 9),
)
METAS = st.builds(
    lambda failed, noted, thought: SessionMeta(
        outcomes={f"m{number}": Outcome(state="failed", title="It failed.", at=NOW) for number in failed},
        notes={f"m{number}": "a note" for number in noted},
        about={f"m{number}": About(took=3.0) for number in thought},
    ),
    *[st.frozensets(st.integers(0, 9), max_size=3)] * 3,
)


def _given(part: MessagePart | UnknownPart) -> str:
    """What tells a part from others."""
    match part:
        case TextPart(content=content):
            return content
        case ImagePart(url=url):
            return str(url)
        case ToolCallPart(tool_name=name):
            return name
        case ToolResultPart(output=output):
            return output
        case _:
            return str((part.model_extra or {}).get("text", part.type))


def _shown(entries: list[Entry]) -> Iterator[str]:
    """What tells the parts that are shown from others, from the top; a result behind its call."""
    for item in (item for entry in entries for item in entry.items):
        match item:
            case TextItem(text=text) | FoldItem(text=text) | ImageItem(url=str(text)) | OtherItem(kind=text):
                yield text
            case ToolItem() as tool:
                if tool.arguments is not None:
                    yield tool.name
                if tool.output is not None:
                    yield tool.output


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(MESSAGES, max_size=8))
def test_every_part_is_shown_once_and_in_order(messages: list[Message]) -> None:
    shown = list(_shown(EntryBuilder(lambda: NOW).build(messages, SessionMeta(), None)))
    parts = [_given(part) for message in messages for part in message.parts]
    assert sorted(shown) == sorted(parts)

    def others(texts: list[str]) -> list[str]:
        """All but the results, which move to their calls."""
        return [text for text in texts if not text.startswith("result ")]

    assert others(shown) == others(parts)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(MESSAGES, max_size=8), st.lists(st.tuples(st.integers(0, 7), MESSAGES, METAS), max_size=4))
def test_building_again_gives_what_building_anew_does(
    messages: list[Message], changes: list[tuple[int, Message, SessionMeta]]
) -> None:
    builder = EntryBuilder(lambda: NOW)
    builder.build(messages, SessionMeta(), None)
    for at, message, meta in changes:
        messages = [*messages[:at], message, *messages[at + 1 :]]
        waiting = {message.id} if at % 2 else set()
        again = builder.build(messages, meta, None, "", waiting)
        assert again == EntryBuilder(lambda: NOW).build(messages, meta, None, "", waiting)
        assert len({entry.id for entry in again}) == len(again)
        same = builder.build(messages, meta, None, "", waiting)
        assert all(one is other for one, other in zip(again, same, strict=True))
