"""Many changes by several processes over a folder of sessions: the real oats, a script, and a process of ours."""

from __future__ import annotations

import collections
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from oats_tui.session import Session, SessionInfo, SessionTime
from tests.support.launch import program_environment
from tests.support.oats_env import oats_python

_SIDE = Path(__file__).with_name("storm_side.py")
_START = datetime(2026, 3, 1, tzinfo=UTC)
#: How much of all changes each author makes: it is what each can do on a slow machine.
SHARES = {"oats": 0.2, "ours": 0.1, "script": 0.7}
_HEAD_START = 0.1
_ALONE_EVERY = 5


@dataclass(frozen=True, slots=True)
class Blown:
    """What came of a storm.

    Attributes:
        done: How many changes of each kind were made.
        missed: How often a session could not be changed and another was taken: it was away, or half-written.
        seconds: How long it took, from the first change to the last.
        ended: The monotonic time of the last change.
    """

    done: dict[str, int]
    missed: int
    seconds: float
    ended: float

    @property
    def changes(self) -> int:
        """How many changes were made."""
        return sum(self.done.values())


def seed(tmp_path: Path, count: int) -> list[str]:
    """Make so many sessions of a few messages in the data folder below a folder; returns their ids."""
    folder = tmp_path / "data" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    ids = []
    for number in range(count):
        at = _START + timedelta(minutes=number)
        info = SessionInfo(
            id=f"storm-{number:04}",
            title=f"Calm {number}",
            project_dir="/p",
            working_dir="/p",
            time=SessionTime(created=at, updated=at),
        )
        session = Session(info=info)
        session.create_user_message(f"question {number}").created_at = at
        session.create_assistant_message().add_text(f"answer {number}")
        session.create_user_message(f"thanks {number}").created_at = at
        session.info.time.updated = at
        (folder / f"{session.id}.json").write_text(session.model_dump_json(indent=2), "utf-8")
        ids.append(session.id)
    return ids


class Storm:
    """Three processes that change sessions; they end with the block.

    Args:
        tmp_path: The folder given to `seed`; the sessions lie in `data/sessions` in it.
        ids: The sessions to be changed.
        favoured: Those among them that somebody is looking at: they are there and whole at the end.
    """

    def __init__(self, tmp_path: Path, ids: Sequence[str], favoured: Sequence[str]) -> None:
        # One who writes in place does not take turns: the script does so only where oats does not write.
        self._alone = [each for each in ids[::_ALONE_EVERY] if each not in favoured]
        self._ids = list(ids)
        self._favoured = list(favoured)
        self._errors = tmp_path / "storm-errors.txt"
        environment = program_environment(tmp_path) | {"PATH": os.environ["PATH"]}
        pythons = {"oats": str(oats_python()), "ours": sys.executable, "script": sys.executable}
        self._sides = {
            name: self._side([python, "-P", str(_SIDE), name, str(tmp_path / "data" / "sessions")], environment)
            for name, python in pythons.items()
        }

    def ready(self) -> None:
        """Wait until all have loaded what they need. Raises RuntimeError if one has ended."""
        for name in self._sides:
            self._answer(name)

    def blow(self, changes: int, seconds: float, favour: float) -> Blown:
        """Make changes, and wait for their end; to be called after `ready`.

        Args:
            changes: How many, by all of them together.
            seconds: How long that is to take. Who is too slow goes on without a pause.
            favour: How many of all changes meet the favoured sessions, from 0 to 1, beside those by chance.

        Raises:
            RuntimeError: One of them has ended.
        """
        begin = time.monotonic() + _HEAD_START
        counts = {name: round(changes * share) for name, share in SHARES.items()}
        for name, side in self._sides.items():
            ids = [each for each in self._ids if each not in self._alone] if name == "oats" else self._ids
            plan = {
                "ids": ids,
                "alone": self._alone,
                "favoured": self._favoured,
                "favour": favour,
                "count": counts[name],
                "seconds": seconds,
                "begin": begin,
                "seed": f"{name} {changes}",
            }
            assert side.stdin is not None
            side.stdin.write(json.dumps(plan) + "\n")
            side.stdin.flush()
        told = [self._answer(name) for name in self._sides]
        done: collections.Counter[str] = collections.Counter()
        for each in told:
            done.update(each["done"])
        ended = max(each["ended"] for each in told)
        return Blown(dict(done), sum(each["missed"] for each in told), ended - begin, ended)

    def _side(self, argv: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
        """Start one author."""
        with self._errors.open("ab") as errors:
            return subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=environment["HOME"],
                env=environment,
                text=True,
            )

    def _answer(self, name: str) -> Any:
        """What one of them tells next."""
        side = self._sides[name]
        assert side.stdout is not None
        line = side.stdout.readline()
        if not line:
            raise RuntimeError(f"{name} ended with {side.wait()}: {self._errors.read_text('utf-8', 'replace')}")
        return json.loads(line)

    def close(self) -> None:
        """End them. May be called again."""
        for side in self._sides.values():
            side.kill()
            with side:
                side.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
