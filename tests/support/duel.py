"""The real oats as an opponent: it works on a session while the test does something else to it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.oats_env import oats_python

_SIDE = Path(__file__).with_name("duel_oats.py")


class Duellist:
    """A process in which oats does what it is told; it ends with the block.

    Args:
        data: The data directory that it shares with the test.
        folder: Where it is run, and where its configuration is written.
        switches: Variables that switch features of oats on.
    """

    def __init__(self, data: Path, folder: Path, switches: Mapping[str, str] | None = None) -> None:
        config = folder / "oats.json"
        config.write_text(json.dumps({"data_dir": str(data)}), "utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODER_CONFIG_FILE": str(config)}
        self._process = subprocess.Popen(
            [str(oats_python()), "-P", str(_SIDE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment | dict(switches or {}),
            text=True,
        )

    def start(self, what: str, **arguments: Any) -> None:
        """Have it begin something, see `duel_oats.py`; `wait` gives the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, arguments]) + "\n")
        self._process.stdin.flush()

    def wait(self) -> Any:
        """The answer to what was begun first and has not been waited for.

        Raises:
            RuntimeError: It failed there, or the process has ended.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"oats ended with {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def do(self, what: str, **arguments: Any) -> Any:
        """Have it do something, and wait for it."""
        self.start(what, **arguments)
        return self.wait()

    async def against(self, step: Callable[[], Awaitable[None]], what: str, **arguments: Any) -> Any:
        """Have it do something, repeating a step of our own all the while; returns its answer."""
        self.start(what, **arguments)
        done = asyncio.create_task(asyncio.to_thread(self.wait))
        while not done.done():
            await step()
        return await done

    def close(self) -> None:
        """End it. May be called again."""
        self._process.kill()
        with self._process:
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
