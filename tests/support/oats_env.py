"""The real oats agent, from the package index, in an environment of its own: built once, then kept."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

REQUIREMENT = "oats-coder==1.0.19"
_CHECKOUT = Path(__file__).parents[2]
_SIDE = _CHECKOUT / "tests" / "contract" / "oats_side.py"
_INSTALL = (
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--only-binary",
    ":all:",
    REQUIREMENT,
)


@functools.cache
def oats_python() -> Path:
    """The interpreter of an environment in which oats is installed.

    It lies in the folder that OATS_TUI_TEST_CACHE names, by default in the checkout. What lies under its final
    name is complete: it is built under another.

    Raises:
        RuntimeError: It could not be built; tells what the package client said.
    """
    cache = Path(os.environ.get("OATS_TUI_TEST_CACHE") or _CHECKOUT / ".cache" / "tests").absolute()
    place = cache / f"{REQUIREMENT.replace('==', '-')}-{sys.implementation.cache_tag}"
    if not place.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=cache) as folder:
            built = Path(folder) / "env"
            _run(sys.executable, "-m", "venv", str(built))
            _run(str(built / "bin" / "python"), *_INSTALL)
            try:
                built.rename(place)
            except OSError:
                # Another run of the tests was faster.
                if not place.is_dir():
                    raise
    return place / "bin" / "python"


def _run(*command: str) -> None:
    """Run a step of the building."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{shutil.which(command[0])} {command[2]}: {done.stdout}{done.stderr}")


class Oats:
    """A process in which oats does what it is told; it ends with the block.

    Args:
        config: The coder.json that names its data directory.
        folder: Where it is run.
    """

    def __init__(self, config: Path, folder: Path) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODER_CONFIG_FILE": str(config)}
        self._process = subprocess.Popen(
            [str(oats_python()), "-P", str(_SIDE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            text=True,
        )

    def do(self, what: str, **arguments: Any) -> Any:
        """Have it do something, see `oats_side.py`; returns its answer.

        Raises:
            RuntimeError: It failed there, or the process has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, arguments]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"oats ended with {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

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
