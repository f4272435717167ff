"""Conversations to read: invented from seeds, of the kind that a person has with a model that programs.

What a message is made of follows from its distance to the end and from nothing else, so that the same things
stand on the last screens of a long session and of a short one; the words follow from the session's own seed, so
that no two sessions have a block in common.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.codec import encode

LONG = 5_000
"""How many messages a long session has: about 11 MB."""
SHORT = 50
"""How many a short one has."""

_NEWEST = datetime(2026, 1, 1, 12, tzinfo=UTC)
_VOCABULARY = (
    "answer async await branch buffer cache café caller client commit cursor default deploy edge error "
    "event fetch field folder function größe handle header index journal kernel layer limit lock message "
    "module naïve order parser path payload queue reader record release request result retry schema "
    "server session signal socket state stream table thread timeout token update value version worker "
    "writer the of and in to is that for with from"
)
_WORDS = _VOCABULARY.split()
_LANGUAGES = ("python", "rust", "bash", "json", "typescript", "sql")
_TOOLS = ("read_file", "run_command", "search", "edit_file")


class Author:
    """Writes the parts of messages.

    Args:
        shape: Decides what there is and how long.
        words: Decides which words.
    """

    def __init__(self, shape: random.Random, words: random.Random) -> None:
        self.shape = shape
        self._words = words

    def words(self, least: int, most: int) -> str:
        """Some plain words."""
        return " ".join(self._words.choices(_WORDS, k=self.shape.randint(least, most)))

    def name(self) -> str:
        """A word as programs have them."""
        return "_".join(self._words.choices(_WORDS[:60], k=2))

    def prose(self, least: int = 1, most: int = 4) -> str:
        """A paragraph with emphasis, code and a link here and there."""
        sentences = []
        for _ in range(self.shape.randint(least, most)):
            middle = self.shape.choice(
                ("{}", "{}", "**{}**", "`{}`", "_{}_", "[{}](https://example.org/docs)")
            ).format(self.name())
            sentences.append(f"{self.words(3, 9).capitalize()} {middle} {self.words(3, 12)}.")
        return " ".join(sentences)

    def list(self) -> str:
        """A list, numbered or not, with a level below it here and there."""
        numbered = self.shape.random() < 0.5
        lines = []
        for number in range(1, self.shape.randint(4, 9)):
            lines.append(f"{f'{number}.' if numbered else '-'} {self.words(4, 16)} `{self.name()}`")
            if self.shape.random() < 0.25:
                lines += [f"   - {self.words(3, 9)}" for _ in range(2)]
        return "\n".join(lines)

    def code(self) -> str:
        """A fence with code."""
        language = self.shape.choice(_LANGUAGES)
        return f"```{language}\n{self.lines(6, 24)}\n```"

    def lines(self, least: int, most: int) -> str:
        """Lines of code."""
        forms: Sequence[Callable[[], str]] = (
            lambda: f"def {self.name()}({self.name()}: int, *, limit: float = 0.5) -> str:",
            lambda: f"    # {self.words(4, 10)}",
            lambda: f'    {self.name()} = {self.name()}["{self.name()}"] or "{self.words(1, 4)}"',
            lambda: f"    if {self.name()} is not None and len({self.name()}) > {self.shape.randint(1, 900)}:",
            lambda: f"        return {self.name()}.{self.name()}(*args, timeout={self.shape.randint(1, 60)})",
            lambda: "",
        )
        return "\n".join(self.shape.choice(forms)() for _ in range(self.shape.randint(least, most)))

    def table(self) -> str:
        """A table of three or four columns."""
        columns = self.shape.randint(3, 4)
        rows = [[self.name() for _ in range(columns)], [":---", "---:", "---", ":---:"][:columns]]
        rows += [[self.words(1, 3) for _ in range(columns)] for _ in range(self.shape.randint(3, 10))]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def part(self) -> str:
        """A paragraph, or what stands between paragraphs."""
        kinds: Sequence[Callable[[], str]] = (
            self.prose,
            self.prose,
            self.prose,
            self.list,
            self.list,
            self.code,
            self.code,
            self.table,
            lambda: f"## {self.words(2, 5).capitalize()}",
            lambda: f"> {self.prose(1, 2)}",
        )
        return self.shape.choice(kinds)()

    def question(self) -> str:
        """What a person says: a few sentences, now and then with a piece of a log."""
        text = self.prose(1, 3)
        return f"{text}\n\n```\n{self.lines(6, 20)}\n```" if self.shape.random() < 0.2 else text

    def answer(self, message: Message) -> None:
        """What a model says: text, and in every third answer what it did with tools."""
        message.add_text("\n\n".join(self.part() for _ in range(self.shape.randint(2, 7))))
        if self.shape.random() < 0.35:
            for number in range(self.shape.randint(1, 3)):
                name, key = self.shape.choice(_TOOLS), f"{message.id}-{number}"
                message.add_tool_call(key, name, {"path": f"src/{self.name()}.py", "limit": 200})
                message.add_tool_result(key, name, f"{name} src/{self.name()}.py", self.lines(5, 60))
            message.add_text(self.prose())


def first_mark(seed: int) -> str:
    """The word with which the first message of a session begins."""
    return f"Beginmark{seed:04}q"


def last_mark(seed: int) -> str:
    """The word with which the last message of a session ends."""
    return f"Endmark{seed:04}q"


def session_id(seed: int) -> str:
    """The id of a session."""
    return str(UUID(int=random.Random(seed).getrandbits(128), version=4))


def conversation(seed: int, messages: int) -> Session:
    """A session with so many messages, of about 2.2 KB on disk each in the mean."""
    words = random.Random(f"words {seed}")
    made = empty_session(seed, f"Conversation {seed}")
    for distance in range(messages, 0, -1):
        author = Author(random.Random(f"shape {distance}"), words)
        moment = made.info.time.updated - timedelta(seconds=20 * distance)
        role = "assistant" if distance % 2 else "user"
        message = Message.model_validate(
            {"id": _id(words), "session_id": made.id, "role": role, "created_at": moment}
        )
        begin = f"{first_mark(seed)} " if distance == messages else ""
        if role == "user":
            message.add_text(begin + author.question())
        else:
            author.answer(message)
        if distance == 1:
            message.add_text(f"{author.words(4, 8)} {last_mark(seed)}")
        for number, part in enumerate(message.parts):
            # Ids that are the same in every run.
            message.parts[number] = part.model_copy(update={"id": _id(words)})
        made.messages.append(message)
    made.info.message_count = messages
    return made


def empty_session(seed: int, title: str) -> Session:
    """A session without messages; the larger the seed, the older it is."""
    updated = _NEWEST - timedelta(minutes=seed)
    return Session(
        info=SessionInfo(
            id=session_id(seed),
            title=title,
            project_dir="/projects/reader",
            working_dir="/projects/reader",
            time=SessionTime(created=updated - timedelta(days=3), updated=updated),
            model_id="fake",
            provider_id="fake",
        )
    )


def write(folder: Path, session: Session) -> int:
    """Put a session's file into a data directory; returns its size in bytes.

    The file looks as if it had been changed long ago: what is fresh is read with more care.
    """
    sessions = folder / "sessions"
    sessions.mkdir(parents=True, exist_ok=True)
    path = sessions / f"{session.id}.json"
    data = encode(session)
    path.write_bytes(data)
    path.chmod(0o600)
    stamp = session.info.time.updated.timestamp()
    os.utime(path, (stamp, stamp))
    return len(data)


def write_others(folder: Path, count: int) -> None:
    """Put so many sessions of two messages into a data directory, all older than what is measured."""
    for seed in range(10_000, 10_000 + count):
        write(folder, conversation(seed, 2))


def _id(source: random.Random) -> str:
    """An id that is the same in every run."""
    return str(UUID(int=source.getrandbits(128), version=4))
