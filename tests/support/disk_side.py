"""A program of its own that saves sessions as it is told, each time in a fresh process. See `disk.py`.

It has everything imported already and forks for each plan, so that a fresh process takes milliseconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import resource
import signal
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from oats_tui.core.config import set_data_dir
from oats_tui.core.errors import OatsError
from tests.support.disk_state import state_of
from tests.support.disk_steps import Asking
from tests.support.syscalls import Call, Fault, Recorder, as_record, recorded

_DEADLINE_S = 60
_OUT = 1
_write = os.write


def _emit(record: dict[str, Any]) -> None:
    """Tell the test something, at once."""
    data = json.dumps(record).encode() + b"\n"
    while data:
        data = data[_write(_OUT, data) :]


class Player:
    """Does the steps of a plan.

    Args:
        plan: See `disk.Plan`.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._folder = Path(plan["data_dir"])
        folder = Path(plan["folder"] or plan["data_dir"])
        fault = Fault(**plan["fault"]) if plan["fault"] else None
        self._recorder = Recorder(folder, self._tell, self._refused, fault, os.environ["XDG_CACHE_HOME"])
        self._steps = Asking(plan, self._recorder)

    async def play(self) -> None:
        """Do all steps; one that fails is told, and done again without faults."""
        with recorded(self._recorder) if self._plan["is_recorded"] else contextlib.nullcontext():
            for name, *arguments in self._plan["steps"]:
                await self._step(name, arguments)

    async def _step(self, name: str, arguments: list[Any]) -> None:
        """Do one step, a second time if it fails."""
        if await self._tried(name, arguments) or not self._plan["is_retried"]:
            return
        self._recorder.fault = None
        # What was to be saved is in the session already; and a save that failed may have made the file.
        is_save = name in ("create", "update")
        if not await self._tried("update" if is_save else name, [] if is_save else arguments):
            _emit({"stuck": name})

    async def _tried(self, name: str, arguments: list[Any]) -> bool:
        """Do one step and tell how it went; returns whether it did."""
        try:
            value = await getattr(self._steps, f"do_{name}")(*arguments)
        except Exception as error:  # noqa: BLE001 - which error it was is what the test asks
            _emit({"failed": name, "kind": type(error).__name__, "text": str(error), **_causes(error)})
        else:
            _emit({"returned": name, "value": value})
            return True
        finally:
            if not self._plan["is_quiet"]:
                with self._recorder.unseen():
                    _emit({"state": asdict(state_of(self._folder))})
        return False

    def _refused(self, number: int) -> None:
        """Tell that a call of the system failed."""
        if not self._plan["is_quiet"]:
            _emit({"refused": number})

    def _tell(self, call: Call) -> None:
        """Tell about a call of the system; those before the fault are known from a run without it."""
        if not self._plan["is_quiet"] and call.number >= (self._plan["fault"] or {"at": 0})["at"]:
            _emit({"call": as_record(call)})


def _causes(error: BaseException) -> dict[str, Any]:
    """Whether an error is one for people, with a hint, and the number of the system's behind it."""
    number = None
    below: BaseException | None = error
    while below is not None and number is None:
        number = below.errno if isinstance(below, OSError) else None
        below = below.__cause__
    return {"errno": number, "is_told": isinstance(error, OatsError) and bool(error.title and error.hint)}


def _play(plan: dict[str, Any]) -> int:
    """Do a plan in this process; returns the exit code."""
    signal.alarm(_DEADLINE_S)
    try:
        if plan["umask"] is not None:
            os.umask(plan["umask"])
        if plan["max_file"]:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (plan["max_file"], resource.RLIM_INFINITY))
        set_data_dir(plan["data_dir"])
        asyncio.run(Player(plan).play())
    except BaseException:  # noqa: BLE001 - it is told to the test
        _emit({"crash": traceback.format_exc()})
        return 1
    return 0


def main() -> None:
    """Do the plan in each line of the input, in a process of its own."""
    # What is there already need not be looked at, and so copied, by every child.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        plan = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_play(plan))
        _emit({"exit": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])})


if __name__ == "__main__":
    main()
