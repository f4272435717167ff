"""Tool calls and their results, joined within a whole session."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from oats_tui.session.message import Message, ToolCallPart, ToolResultPart

ToolPart = ToolCallPart | ToolResultPart


class Pairing(NamedTuple):
    """What the calls and results of a message are joined with.

    Attributes:
        results: The results of its calls, each behind the identity of its call.
        shown: The identities of its own results that are shown with their calls.
    """

    results: tuple[tuple[int, ToolResultPart], ...] = ()
    shown: frozenset[int] = frozenset()


UNPAIRED = Pairing()
"""A message of which nothing is joined with anything."""


def tools_of(message: Message) -> tuple[ToolPart, ...]:
    """Return the tool calls and results of a message."""
    return tuple(part for part in message.parts if isinstance(part, (ToolCallPart, ToolResultPart)))


def paired(having: Iterable[tuple[Message, Sequence[ToolPart]]]) -> dict[int, Pairing]:
    """Join calls and results by their id; where one is used again, the newest message that calls under it counts.

    Many services number their calls anew in every answer, so a call that was never answered must not take the
    result of a later one.

    Args:
        having: Messages in order, with their calls and results.

    Returns:
        By the identity of a message, what of it is joined.
    """
    open_calls: dict[str, tuple[Message, deque[ToolCallPart]]] = {}
    results: defaultdict[int, list[tuple[int, ToolResultPart]]] = defaultdict(list)
    shown: defaultdict[int, set[int]] = defaultdict(set)
    for message, parts in having:
        for part in parts:
            caller, calls = open_calls.get(part.tool_call_id, (None, deque()))
            if isinstance(part, ToolCallPart):
                if caller is not message:
                    calls = deque()
                    open_calls[part.tool_call_id] = (message, calls)
                calls.append(part)
            elif caller is not None and calls:
                results[id(caller)].append((id(calls.popleft()), part))
                shown[id(message)].add(id(part))
    return {
        key: Pairing(tuple(results.get(key, ())), frozenset(shown.get(key, ())))
        for key in results.keys() | shown.keys()
    }
