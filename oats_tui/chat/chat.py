"""Conversations in progress: send, stop, ask again, queue."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from oats_tui.chat.elsewhere import Elsewhere
from oats_tui.chat.floor import Floor
from oats_tui.chat.ledger import Folder, Ledger
from oats_tui.chat.mending import Mender
from oats_tui.chat.outcome import no_model, outcome_of
from oats_tui.chat.pace import Pace
from oats_tui.chat.preparation import Preparation
from oats_tui.chat.state import TURN_CHANGED, TurnState
from oats_tui.chat.titling import Titler
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
    """A session in which something is being answered, and what waits behind it."""

    turn: Turn
    ref: ModelRef
    session: Session
    answer: asyncio.Task[None]
    queue: deque[Message] = field(default_factory=deque)
    closing: bool = False

    def leave(self) -> None:
        """Stop the answer and forget what waits behind it; it is tried once more at most to save it."""
        self.closing = True
        self.queue.clear()
        self.answer.cancel()


def is_answered(messages: Sequence[Message], message_id: str) -> bool:
    """Return whether there is an answer right behind a message."""
    pairs = pairwise(messages)
    return any(first.id == message_id and second.role == "assistant" for first, second in pairs)


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
        titles: Whether the model gives a conversation its title.

    Attributes:
        unsaved: What could not be kept at the end, one sentence each.
        cut: How many answers the end has cut off.
    """

    def __init__(
        self, ledger: Ledger, models: Models, bus: EventBus, pace: Pace | None = None, *, titles: bool = False
    ) -> None:
        self.ledger = ledger
        self.models = models
        self.preparation = Preparation(models, bus, (pace or Pace()).clock)
        self.unsaved: list[str] = []
        self.cut = 0
        self._bus = bus
        self._pace = pace or Pace()
        self._answering: dict[str, _Answering] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._taking_back: set[str] = set()
        self._titler = Titler(ledger, models, is_wanted=titles)
        self._floor = Floor(ledger.answers, self._pace)

        def stop_this(session_id: str, message_id: str) -> bool:
            """Stop the answer that another program wants stopped, and no other one."""
            turn = self.turn(session_id)
            return turn is not None and turn.message.id == message_id and self.stop(session_id)

        self.elsewhere = Elsewhere(ledger.answers, bus, stop_this, self._pace)
        self._mender = Mender(ledger.answers, bus, self._answering.__contains__, self._pace)

    def turn(self, session_id: str) -> Turn | None:
        """Return the session's running answer, or None."""
        running = self._answering.get(session_id)
        return running.turn if running else None

    def model_of(self, info: SessionInfo | None) -> ModelRef | None:
        """Return the model that would answer in this session; None where none is configured.

        A model named on the command line or chosen last beats the one that the session was held with.
        """
        if self.models.chosen is None and info is not None and info.model_id:
            name = f"{info.provider_id}/{info.model_id}" if info.provider_id else info.model_id
            try:
                return self.models.resolve(name)
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
        session, asked, ref = await self.ledger.ask(session_id, text, self.model_of)
        await self._answer(session, asked, ref)
        await self.ledger.settled(session_id)

    def stop(self, session_id: str) -> bool:
        """Stop the session's running answer; what came of it is kept. Returns whether one was running."""
        running = self._answering.get(session_id)
        return running is not None and running.answer.cancel()

    async def retry(self, session_id: str) -> None:
        """Ask the newest question again. Raises OatsError where that cannot be done."""
        is_elsewhere = self.elsewhere.activity(session_id).holder is not None
        if session_id in self._answering or session_id in self._taking_back or is_elsewhere:
            raise OatsError("An answer is still running.", hint="Stop it first with esc.")
        self._taking_back.add(session_id)
        try:
            session, asked = await self.ledger.take_back(session_id)
        finally:
            self._taking_back.discard(session_id)
        await self._answer(session, asked, self.model_of(session.info))

    async def delete(self, session_id: str) -> None:
        """Stop what runs in the session, and in those made from it, and delete it with them.

        Raises OatsError where another program answers in it, or it could not be deleted.
        """
        family = await self.ledger.family(session_id)
        if any(self.elsewhere.activity(each).holder is not None for each in family):
            raise OatsError("Another window is answering in this session.", hint="Stop that first with esc.")
        for each in self._answering.keys() & family:
            self._answering[each].leave()
            await asyncio.wait({self._tasks[each]})
        await self.ledger.delete(session_id)

    async def close(self, patience: float = 0.0, at_once: asyncio.Event | None = None) -> None:
        """Stop all answers, keep what came of them, and end the child processes.

        Args:
            patience: For so many seconds answers, and those that wait behind them, may still come to their end.
            at_once: Set by whoever has no patience left.
        """
        if self._tasks and patience:
            no_more = asyncio.create_task((at_once or asyncio.Event()).wait())
            answers = asyncio.create_task(asyncio.wait(self._tasks.values()))
            ends: set[asyncio.Task[Any]] = {no_more, answers}
            await asyncio.wait(ends, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            no_more.cancel()
        self.cut = len(self._answering)
        for running in self._answering.values():
            running.leave()
        closing = (self.preparation.close(), self.elsewhere.close(), self._mender.close(), self._titler.close())
        await asyncio.gather(*closing, *self._tasks.values(), return_exceptions=True)
        await self.models.close()

    async def _answer(self, session: Session, asked: Message, ref: ModelRef | None) -> None:
        """Have a message answered in the background, behind what is being answered in its session."""
        if ref is None:
            await self.ledger.mark(session.id, asked.id, no_model())
            await self._tell(EventType.MESSAGE_UPDATED, session.id, asked.id)
            return
        if running := self._answering.get(session.id):
            running.queue.append(asked)
            running.turn.show(replace(running.turn.state, queued=len(running.queue)))
            return
        self._titler.begun(session)
        turn, answer = self._ask(session, asked, ref)
        running = self._answering[session.id] = _Answering(turn, ref, session, answer)
        self._tasks[session.id] = asyncio.create_task(self._run(running))
        await self._tell(EventType.MESSAGE_CREATED, session.id, turn.message.id)

    def _ask(self, session: Session, asked: Message, ref: ModelRef) -> tuple[Turn, asyncio.Task[None]]:
        """Ask for the answer to a message; returns the turn and the task that asks."""
        message = Message(session_id=session.id, role="assistant", model=ref.model_id, provider=ref.provider_id)
        turn = Turn(message, asked.id, self.models.provider(ref), self._bus, self._pace)

        async def ask() -> None:
            async for state in self.preparation.fetched(ref):
                turn.show(replace(state, queued=turn.state.queued))
            history = session
            if await self._floor.take(turn):
                history = await self.ledger.load(session.id)
                turn.is_answered_elsewhere = is_answered(history.messages, asked.id)
            if turn.is_answered_elsewhere:
                return
            turn.log = self.ledger.answers.begin(message, asked.id)
            await turn.run(up_to(history.messages, asked.id))

        return turn, asyncio.create_task(ask())

    async def _run(self, running: _Answering) -> None:
        """See the answers of one session through: write down, tell, and go on with what waits."""
        session_id, ending = running.session.id, ""
        try:
            while True:
                await asyncio.wait({running.answer})
                elsewhere = running.turn.is_answered_elsewhere
                answer, message = running.answer, running.turn.message
                outcome = None if elsewhere else outcome_of(answer, message, closing=running.closing)
                await self._write_down(running, outcome)
                ending = "elsewhere" if elsewhere else outcome.state if outcome else "answered"
                if outcome is not None or not await self._next(running):
                    return
        finally:
            self._floor.leave(session_id)
            del self._answering[session_id]
            del self._tasks[session_id]
            self._titler.ended(session_id, running.ref)
            await self._tell(EventType.MESSAGE_UPDATED, session_id, running.turn.message.id)
            told = {"session_id": session_id, "state": None, "outcome": ending}
            await self._bus.publish(Event(TURN_CHANGED, told))

    async def _next(self, running: _Answering) -> bool:
        """Ask the question that has waited longest; returns whether there was one."""
        if not running.queue:
            return False
        try:
            session = await self.ledger.load(running.session.id)
        except OatsError as error:
            _log.warning("what waits in session %s is not asked: %s", running.session.id, error)
            return False
        ref = self.model_of(session.info)
        if ref is None or not running.queue:
            return False
        await self._tell(EventType.MESSAGE_UPDATED, session.id, running.turn.message.id)
        running.session, running.ref = session, ref
        running.turn, running.answer = self._ask(session, running.queue.popleft(), ref)
        await self._tell(EventType.MESSAGE_CREATED, session.id, running.turn.message.id)
        return True

    async def _tell(self, kind: EventType, session_id: str, message_id: str) -> None:
        """Publish an event about a message."""
        await self._bus.publish(Event(kind, {"session_id": session_id, "message_id": message_id}))

    async def _write_down(self, running: _Answering, outcome: Outcome | None) -> None:
        """Keep what came of an answer; while it cannot be saved, say so and try again."""
        turn, session = running.turn, running.session
        first = not any(message.role == "assistant" for message in session.messages)
        remark = self.models.remark(running.ref) if first and turn.message.parts else ""
        note = "\n".join(filter(None, (turn.note, turn.cut_note(), remark)))
        about = turn.message.id if turn.message.parts else turn.asked_id
        is_folded, is_told = not turn.message.parts, False
        while True:
            try:
                # Other windows read it when they see the answer.
                is_told = is_told or await self.ledger.tell_about(session.id, about, turn.thoughts.about())
                # The answer comes before what is to be said of it.
                if not is_folded:
                    held = [*session.messages, *running.queue]
                    await self.ledger.fold(turn.message, turn.asked_id, held, session.info)
                is_folded = True
                await self.ledger.mark(session.id, about, outcome, note)
                if not turn.message.parts and turn.log is not None:
                    await turn.log.give_up()
                return
            except OatsError as error:
                _log.warning("an answer of session %s is not saved yet: %s", session.id, error)
                if running.closing:
                    self.unsaved.append(f"An answer could not be saved. {error}")
                    return
                turn.show(TurnState("unsaved", note=f"{error.title} {error.hint}".strip()))
                await self._pace.sleep(SAVE_AGAIN)
