"""Saves sessions in fresh processes, with faults, and tells what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.disk_state import State
from tests.support.syscalls import Call, Fault

CHECKOUT = Path(__file__).parents[2]
SESSION = "s"
"""The id of the session that plans are about."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fresh process is to do.

    Attributes:
        data_dir: The data directory, an absolute path without links.
        steps: Name and arguments of each step, see the `do_` methods of `disk_steps`.
        fault: What goes wrong, until a step has failed.
        is_recorded: Whether calls of the system are told; needed for a fault.
        is_retried: Whether a step that failed is done again without faults.
        is_quiet: Whether neither calls nor states are told.
        size: Characters of a message.
        counter: A file of 8 bytes for the step `append`.
        umask: That of the process.
        max_file: The most bytes that a file may have; 0 for any number.
        id: The id of the session.
        folder: Below which calls of the system are seen; the data directory if empty.
    """

    data_dir: str
    steps: Sequence[Sequence[Any]]
    fault: Fault | None = None
    is_recorded: bool = False
    is_retried: bool = False
    is_quiet: bool = False
    size: int = 20
    counter: str = ""
    umask: int | None = None
    max_file: int = 0
    id: str = SESSION
    folder: str = ""


@dataclass
class Run:
    """What came of a plan.

    Attributes:
        exit: The exit code; below 0 the number of the signal that ended it.
        records: All that it told, in order.
    """

    exit: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def calls(self) -> list[Call]:
        """The calls of the system."""
        return [Call(**record["call"]) for record in self.records if "call" in record]

    @property
    def returned(self) -> list[str]:
        """The steps that were done."""
        return [record["returned"] for record in self.records if "returned" in record]

    @property
    def values(self) -> list[Any]:
        """What they gave."""
        return [record["value"] for record in self.records if "returned" in record]

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The steps that failed: `failed`, `kind`, `text`, `errno`, `is_told`."""
        return [record for record in self.records if "failed" in record]

    @property
    def states(self) -> list[State]:
        """What lay on the disk after each step."""
        return [State(**record["state"]) for record in self.records if "state" in record]

    @property
    def trouble(self) -> list[Any]:
        """What must never be: errors that are not told, and steps that fail also without a fault."""
        wrong = [record for record in self.records if "crash" in record or "stuck" in record]
        return wrong + [each for each in self.failures if each["kind"] != "StorageError" or not each["is_told"]]


class Side:
    """The program that does plans; it ends with the block.

    Args:
        *before: What the program is started through, such as a tracer.
    """

    def __init__(self, *before: str) -> None:
        # What may be thrown away lies elsewhere, so that it is neither seen nor kept.
        self._cache = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.support.disk_side"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=CHECKOUT,
            env={**os.environ, "XDG_CACHE_HOME": os.path.realpath(self._cache.name)},
            text=True,
        )

    def run(self, plan: Plan) -> Run:
        """Have a plan done."""
        self.start(plan)
        return self.finish()

    def start(self, plan: Plan) -> None:
        """Begin a plan, without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(plan)) + "\n")
        self._process.stdin.flush()

    def finish(self) -> Run:
        """Wait for the plan that was begun."""
        assert self._process.stdout is not None
        run = Run()
        for line in self._process.stdout:
            record = json.loads(line)
            if "exit" in record:
                run.exit = record["exit"]
                return run
            run.records.append(record)
        raise RuntimeError(f"the program ended with {self._process.wait()}")

    def close(self) -> None:
        """End it, and wait until it has."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with self._process:
            self._process.wait(timeout=90)
        self._cache.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
