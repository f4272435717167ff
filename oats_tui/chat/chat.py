"""Conversations in progress: send, stop, ask again, queue."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from oats_tui.chat.ledger import Folder, Ledger
from oats_tui.chat.outcome import no_model, outcome_of
from oats_tui.chat.pace import Pace
from oats_tui.chat.preparation import Preparation
from oats_tui.chat.state import TURN_CHANGED, TurnState
from oats_tui.chat.turn import Turn
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.errors import OatsError
from oats_tui.provider.names import ModelRef
from oats_tui.provider.registry import Models
from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome
from oats_tui.session.session import Session, SessionInfo

SAVE_AGAIN = 5.0
"""Seconds until an answer that could not be saved is saved again."""

_log = logging.getLogger(__name__)


@dataclass
class _Answering:
    """The running answer of one session, and what waits behind it."""

    turn: Turn
    ref: ModelRef
    session: Session
    answer: asyncio.Task[None] | None = None
    queue: deque[Message] = field(default_factory=deque)
    closing: bool = False


def up_to(messages: Sequence[Message], message_id: str) -> list[Message]:
    """Return the messages up to one and with it; all of them where it is not there."""
    ids = [message.id for message in messages]
    return list(messages[: ids.index(message_id) + 1] if message_id in ids else messages)


class Chat:
    """What a person does in a conversation, and what comes of it.

    The only writer of a running answer. Everything that happens is told on the bus; nothing here knows a
    screen.

    Args:
        ledger: What is written down, and where.
        models: Where answers come from.
        bus: Where everything is told.
        pace: Time and chance.
    """

    def __init__(self, ledger: Ledger, models: Models, bus: EventBus, pace: Pace | None = None) -> None:
        self.ledger = ledger
        self.models = models
        self.preparation = Preparation(models, bus, (pace or Pace()).clock)
        self._bus = bus
        self._pace = pace or Pace()
        self._answering: dict[str, _Answering] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def turn(self, session_id: str) -> Turn | None:
        """Return the session's running answer, or None."""
        running = self._answering.get(session_id)
        return running.turn if running else None

    def model_of(self, info: SessionInfo | None) -> ModelRef | None:
        """Return the model that would answer in this session; None where none is configured.

        A model named on the command line or chosen last beats the one that the session was held with.
        """
        if self.models.chosen is None and info is not None and info.model_id:
            try:
                return self.models.resolve(f"{info.provider_id}/{info.model_id}")
            except OatsError:
                _log.info("the model of session %s is not configured here", info.id)
        return self.models.default()

    async def begin(self, folder: Folder, text: str) -> Session:
        """Start a new conversation; its file is there when this returns. Raises StorageError."""
        ref = self.model_of(None)
        session, asked = await self.ledger.begin(folder, text, ref)
        await self._answer(session, asked, ref)
        return session

    async def send(self, session_id: str, text: str) -> None:
        """Say something in a conversation; it is on disk when this returns.

        While an answer runs, the message waits behind it. Raises OatsError where it could not be saved.
        """
        ref = self.model_of((await self.ledger.load(session_id)).info)
        session, asked = await self.ledger.ask(session_id, text, ref)
        running = self._answering.get(session_id)
        if running is None:
            await self._answer(session, asked, ref)
        else:
            running.queue.append(asked)
            running.turn.show(replace(running.turn.state, queued=len(running.queue)))

    def stop(self, session_id: str) -> bool:
        """Stop the session's running answer; what came of it is kept. Returns whether one was running."""
        running = self._answering.get(session_id)
        if running is None or running.answer is None:
            return False
        return running.answer.cancel()

    async def retry(self, session_id: str) -> None:
        """Ask the newest question again. Raises OatsError where that cannot be done."""
        if session_id in self._answering:
            raise OatsError("An answer is still running.", hint="Stop it first with esc.")
        session, asked = await self.ledger.take_back(session_id)
        await self._answer(session, asked, self.model_of(session.info))

    async def delete(self, session_id: str) -> None:
        """Stop what runs in the session and delete it. Raises StorageError."""
        running = self._answering.get(session_id)
        if running is not None:
            running.queue.clear()
            self.stop(session_id)
            await self._settled(session_id)
        await self.ledger.delete(session_id)

    async def close(self) -> None:
        """Stop all answers, keep what came of them, and end the child processes."""
        for session_id, running in list(self._answering.items()):
            running.closing = True
            running.queue.clear()
            self.stop(session_id)
        await asyncio.gather(self.preparation.close(), *self._tasks, return_exceptions=True)
        await self.models.close()

    async def _settled(self, session_id: str) -> None:
        """Wait until nothing runs in the session any more."""
        while session_id in self._answering:
            await asyncio.wait(self._tasks)

    async def _answer(
        self, session: Session, asked: Message, ref: ModelRef | None, queue: deque[Message] | None = None
    ) -> None:
        """Have a message answered in the background; ``queue`` waits behind it."""
        if ref is None:
            await self.ledger.mark(session.id, asked.id, no_model())
            data = {"session_id": session.id, "message_id": asked.id}
            await self._bus.publish(Event(EventType.MESSAGE_UPDATED, data))
            return
        message = Message(session_id=session.id, role="assistant", model=ref.model_id, provider=ref.provider_id)
        turn = Turn(message, asked.id, self.models.provider(ref), self._bus, self._pace)
        running = _Answering(turn, ref, session, queue=queue or deque())
        self._answering[session.id] = running
        task = asyncio.create_task(self._run(running))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        data = {"session_id": session.id, "message_id": message.id}
        await self._bus.publish(Event(EventType.MESSAGE_CREATED, data))
        turn.show(replace(turn.state, queued=len(running.queue)))

    async def _run(self, running: _Answering) -> None:
        """See one answer through: ask, write down, tell, and go on with what waits."""
        session_id, turn = running.session.id, running.turn
        running.answer = asyncio.create_task(self._ask(running))
        await asyncio.wait({running.answer})
        outcome = outcome_of(running.answer, turn.message)
        await self._write_down(running, outcome)
        del self._answering[session_id]
        data = {"session_id": session_id, "message_id": turn.message.id}
        await self._bus.publish(Event(EventType.MESSAGE_UPDATED, data))
        await self._bus.publish(Event(TURN_CHANGED, {"session_id": session_id, "state": None}))
        if outcome is None and running.queue:
            await self._answer_next(running)

    async def _ask(self, running: _Answering) -> None:
        """Wait for the model to be there, then ask it."""
        async for state in self.preparation.fetched(running.ref):
            running.turn.show(replace(state, queued=len(running.queue)))
        await running.turn.run(up_to(running.session.messages, running.turn.asked_id))

    async def _write_down(self, running: _Answering, outcome: Outcome | None) -> None:
        """Keep what came of an answer; while it cannot be saved, say so and try again."""
        turn, session = running.turn, running.session
        first = not any(message.role == "assistant" for message in session.messages)
        remark = self.models.remark(running.ref) if first and turn.message.parts else ""
        note = "\n".join(filter(None, (turn.note, turn.cut_note(), remark)))
        about = turn.message.id if turn.message.parts else turn.asked_id
        while True:
            try:
                await self.ledger.mark(session.id, about, outcome, note)
                if turn.message.parts:
                    held = [*session.messages, *running.queue]
                    await self.ledger.fold(turn.message, turn.asked_id, held, session.info)
                return
            except OatsError as error:
                _log.warning("an answer of session %s is not saved yet: %s", session.id, error)
                if running.closing:
                    return
                turn.show(TurnState("unsaved", note=f"{error.title} {error.hint}".strip()))
                await self._pace.sleep(SAVE_AGAIN)

    async def _answer_next(self, running: _Answering) -> None:
        """Have the message answered that has waited longest."""
        asked = running.queue.popleft()
        session = await self.ledger.load(running.session.id)
        await self._answer(session, asked, self.model_of(session.info), running.queue)
