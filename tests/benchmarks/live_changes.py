"""How long what another program does to a session's file takes to the screen, and whether typing suffers."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from oats_tui.session.message import Message
from oats_tui.session.models import Session
from tests.benchmarks import storage_data
from tests.benchmarks.live_floor import marker
from tests.benchmarks.live_place import Measured, Place, bare_watcher, read, settle, text_of, window
from tests.benchmarks.live_reading import Awaited, lags, lost, percentile
from tests.support.terminal import Terminal
from tests.unit.watch import foreign

_SESSIONS = 2_000
_CHANGES, _QUICK_CHANGES = 100, 8
_SEED = 20_260_103
_PAUSE_SECONDS = (0.2, 0.6)
_AFTER_SECONDS = 2.0
# Sessions whose titles change: so many of the newest, all of them in view.
_IN_VIEW = 20
_KEY_SECONDS = 0.1
_QUIET_SECONDS, _QUICK_QUIET_SECONDS = 20.0, 4.0
_KEYS_A_LINE = 30
_CLEAR = "\x15"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Changes:
    """Another process that replaces sessions' files as it is told.

    Args:
        sessions: The folder of the sessions.
        seed: What chance begins with.

    Attributes:
        opened: The id of the session that gets messages.
        messages: The messages it has got, by their markers.
        titles: The titles other sessions have got, by their markers.
    """

    def __init__(self, sessions: Path, seed: int) -> None:
        self.messages: list[Awaited] = []
        self.titles: list[Awaited] = []
        self._folder = sessions
        self._source = random.Random(seed)
        newest = sorted(map(read, sessions.glob("*.json")), key=lambda each: each.info.time.updated)[-_IN_VIEW:]
        self._open = newest.pop()
        self._others = newest
        self.opened = self._open.info.id
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(foreign.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def make(self, count: int, first: int) -> None:
        """Make so many changes of each kind, in turns, and pause after each; markers count from `first`."""
        for number in range(first, first + 2 * count, 2):
            self.messages.append(self._message(marker(number)))
            self._pause()
            self.titles.append(self._title(marker(number + 1)))
            self._pause()
        time.sleep(_AFTER_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The context closes its input, which ends it.
        with self._process:
            pass

    def _message(self, name: str) -> Awaited:
        """Give the open session one message more, which ends with the marker."""
        count = len(self._open.messages)
        message = Message(session_id=self.opened, role="assistant" if count % 2 else "user")
        message.add_text(f"{storage_data.text_of(self._source, 1_500)}\n\n{name}")
        self._open.messages.append(message)
        self._open.info.message_count = count + 1
        return self._replace(self._open, name)

    def _title(self, name: str) -> Awaited:
        """Give a session in view a title that begins with the marker."""
        session = self._source.choice(self._others)
        session.info.title = f"{name} {storage_data.text_of(self._source, 20)}"
        return self._replace(session, name)

    def _replace(self, session: Session, name: str) -> Awaited:
        """Have a session's file replaced; returns the marker and the moment just before the rename."""
        session.info.time.updated = datetime.now(UTC)
        path = self._folder / f"{session.info.id}.json"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(["replace", str(path), text_of(session)]) + "\n")
        self._process.stdin.flush()
        return Awaited(name, int(self._process.stdout.readline()) / 1e9)

    def _pause(self) -> None:
        """Wait as long as chance wants."""
        time.sleep(self._source.uniform(*_PAUSE_SECONDS))


class Typist:
    """Presses a key every 100 ms, in a thread of its own, while the block lasts.

    Args:
        terminal: Whose keys; its input box has the focus and is empty.

    Attributes:
        typed: What stands in the box after each key.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.typed: list[Awaited] = []
        self._terminal = terminal
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._type)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _type(self) -> None:
        """Type line after line; each begins with a number, so that what stands in it stood nowhere before."""
        source = random.Random(_SEED)
        number = 0
        while not self._end.is_set():
            number += 1
            line = f"k{number:03}"
            self._press(line)
            for letter in source.choices(_LETTERS, k=_KEYS_A_LINE):
                line += letter
                self.typed.append(Awaited(line, self._press(letter)))
            # A late echo of the last key is still an echo.
            self._end.wait(5 * _KEY_SECONDS)
            self._press(_CLEAR)

    def _press(self, keys: str) -> float:
        """Press and pause; returns the moment of the press."""
        moment = self._terminal.send(keys)
        self._end.wait(moment + _KEY_SECONDS - time.monotonic())
        return moment


def changes(place: Place) -> Measured:
    """Replace sessions' files under the eyes of a window in which somebody types, then of the bare watcher."""
    count = _QUICK_CHANGES if place.quick else _CHANGES
    data = place.folder / "changes"
    storage_data.fill(data / "sessions", _SESSIONS)
    with Changes(data / "sessions", _SEED) as other:
        with window(place.home(), data, other.opened) as terminal:
            settle(terminal, read(data / "sessions" / f"{other.opened}.json"))
            with Typist(terminal) as typist:
                time.sleep(_QUICK_QUIET_SECONDS if place.quick else _QUIET_SECONDS)
                began = time.monotonic()
                other.make(count, 0)
            time.sleep(_AFTER_SECONDS)
        raw = dict(_seen(terminal, other, typist.typed, began))
        troubles = [sentence for name, values in raw.items() for sentence in lost(f"changes, {name}", values)]
        other.messages, other.titles = [], []
        with bare_watcher(place.home(), data / "sessions") as watcher:
            other.make(count, 2 * count)
        floor = {"message": lags(watcher.chunks, other.messages), "title": lags(watcher.chunks, other.titles)}
        troubles += [line for name, values in floor.items() for line in lost(f"changes, floor, {name}", values)]
    floor |= {"keys": raw.pop("quiet keys")}
    return Measured(_figures(raw), _figures(floor), troubles, raw | {f"floor {key}": floor[key] for key in floor})


def _seen(
    terminal: Terminal, other: Changes, typed: Sequence[Awaited], began: float
) -> Iterator[tuple[str, list[float]]]:
    """The lags of everything that was to be seen in the window; keys before the changes apart."""
    yield "message", lags(terminal.chunks, other.messages)
    yield "title", lags(terminal.chunks, other.titles)
    yield "quiet keys", lags(terminal.chunks, [key for key in typed if key.moment < began])
    yield "keys", lags(terminal.chunks, [key for key in typed if key.moment >= began])


def _figures(raw: dict[str, list[float]]) -> dict[str, float | None]:
    """The percentiles of each list, under the names of the table."""
    pairs = itertools.product(raw.items(), (50, 95, 99))
    return {f"{name}_p{percent}": percentile(values, percent) for (name, values), percent in pairs}
