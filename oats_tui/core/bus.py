"""One place where parts of the program tell each other what happened, without knowing each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

_log = logging.getLogger(__name__)


class EventType(str, Enum):  # noqa: UP042 - a StrEnum prints differently from what others rely on
    """The kinds of events that are known by name; any other string may be published too."""

    SESSION_CREATED = "session.created"
    SESSION_UPDATED = "session.updated"
    SESSION_DELETED = "session.deleted"
    SESSION_BUDGET = "session.budget"
    SESSION_COMPACTED = "session.compacted"
    SESSION_TASK_BUDGET = "session.task_budget"
    MESSAGE_CREATED = "message.created"
    MESSAGE_UPDATED = "message.updated"
    MESSAGE_PART_CREATED = "message.part.created"
    MESSAGE_PART_UPDATED = "message.part.updated"
    TOOL_START = "tool.start"
    TOOL_COMPLETE = "tool.complete"
    TOOL_ERROR = "tool.error"
    PROVIDER_REQUEST = "provider.request"
    PROVIDER_RESPONSE = "provider.response"
    PROVIDER_ERROR = "provider.error"
    PERMISSION_REQUEST = "permission.request"
    PERMISSION_GRANTED = "permission.granted"
    PERMISSION_DENIED = "permission.denied"
    HOOK_FIRED = "hook.fired"
    HOOK_BLOCKED = "hook.blocked"
    FILE_CHANGED = "file.changed"
    AGENT_STARTED = "agent.started"
    AGENT_COMPLETED = "agent.completed"


@dataclass
class Event:
    """Something that happened.

    Attributes:
        type: What kind of thing; a member of `EventType` and its string value mean the same.
        data: The facts; which ones depends on the type.
        source: Who found out, None for this process itself.
    """

    type: EventType | str
    data: dict[str, Any] = field(default_factory=dict)
    source: str | None = None


EventHandler: TypeAlias = Callable[[Event], Awaitable[None]]
Unsubscribe: TypeAlias = Callable[[], None]


@dataclass(eq=False)
class _Subscription:
    """One handler and what it waits for; None waits for everything."""

    key: str | None
    handler: EventHandler
    once: bool


class EventBus:
    """Hands each event to everybody who asked for its kind, in the order in which they asked."""

    def __init__(self) -> None:
        self._subscriptions: list[_Subscription] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def subscribe(self, event_type: EventType | str, handler: EventHandler) -> Unsubscribe:
        """Call the handler for every event of one type.

        Returns:
            A function that ends the subscription; calling it again does nothing.
        """
        return self._add(_Subscription(_key(event_type), handler, once=False))

    def subscribe_all(self, handler: EventHandler) -> Unsubscribe:
        """Call the handler for every event; returns a function that ends the subscription."""
        return self._add(_Subscription(None, handler, once=False))

    def once(self, event_type: EventType | str, handler: EventHandler) -> Unsubscribe:
        """Call the handler for the next event of one type only; returns a function that ends it earlier."""
        return self._add(_Subscription(_key(event_type), handler, once=True))

    async def publish(self, event: Event) -> None:
        """Hand the event to everybody subscribed at this moment, one after the other.

        A handler that raises is logged and keeps the event from nobody else.
        """
        for subscription in self._take(_key(event.type)):
            await _deliver(subscription.handler, event)

    def publish_sync(self, event: Event) -> None:
        """Publish from code that is not async.

        Without a running event loop the handlers have finished when this returns; with one they run as a
        task of that loop soon after.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self.publish(event))
            return
        task = loop.create_task(self.publish(event))
        # The loop itself holds its tasks only weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def clear(self) -> None:
        """End every subscription."""
        self._subscriptions.clear()

    def _add(self, subscription: _Subscription) -> Unsubscribe:
        """Put a subscription on the list and return what takes it off."""
        self._subscriptions.append(subscription)
        return lambda: self._remove(subscription)

    def _remove(self, subscription: _Subscription) -> None:
        """Take a subscription off the list, if it is still there."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def _take(self, key: str) -> list[_Subscription]:
        """Everybody who is to hear of this key now; those who wanted it once are taken off the list."""
        found = [each for each in self._subscriptions if each.key is None or each.key == key]
        for each in found:
            if each.once:
                self._remove(each)
        return found


def _key(event_type: EventType | str) -> str:
    """The string by which a type is known, for a member of an enum its value."""
    return str(event_type.value) if isinstance(event_type, Enum) else event_type


async def _deliver(handler: EventHandler, event: Event) -> None:
    """Call one handler; its failure is logged."""
    try:
        await handler(event)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        # A handler whose own work was cancelled must not pass for the publisher being cancelled.
        if task is not None and task.cancelling():
            raise
        _log.warning("A handler of %s was cancelled", _key(event.type))
    except Exception:  # noqa: BLE001 - handlers belong to others; none of their errors may stop the rest
        _log.exception("A handler of %s failed", _key(event.type))


bus = EventBus()
