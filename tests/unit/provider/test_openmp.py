"""A system without the OpenMP library gets a copy of it, without an administrator."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oats_tui.provider.base import Progress, ProviderError
from oats_tui.provider.embedded import openmp, package
from tests.support import weights

_CHECKOUT = Path(__file__).parents[3]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the library is needed on Linux alone")

_WHERE = """
import ctypes
ctypes.CDLL("libgomp.so.1")
paths = {line.split()[-1] for line in open("/proc/self/maps") if "libgomp" in line}
print(*paths, sep="\\n")
"""
_PROGRAM = """
import asyncio, sys
from pathlib import Path
from oats_tui.provider.base import Options, ProviderError, Text
from oats_tui.provider.embedded import openmp
from oats_tui.provider.embedded.provider import EmbeddedProvider

async def main(cache_dir, clients):
    assert await openmp.is_missing(), "The library is still there."
    provider = EmbeddedProvider(Path(cache_dir), clients)
    messages = [{"role": "user", "content": "What is the capital of Japan?"}]
    try:
        async for event in provider.stream(messages, "smollm2-135m", Options(24, 0)):
            if isinstance(event, Text):
                print(event.text, end="")
    except ProviderError as error:
        print(error.kind, error)
    finally:
        await provider.close()

asyncio.run(main(sys.argv[1], None if sys.argv[2] == "fetch" else []))
"""


def hidden() -> list[str]:
    """A command that runs another without the system's library, or skips the test."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("Only root can hide the system's library from a process.")
    found = subprocess.run([sys.executable, "-c", _WHERE], capture_output=True, text=True, check=False)
    hide = "".join(f"mount --bind /dev/null '{path}' && " for path in found.stdout.splitlines())
    command = ["unshare", "-m", "sh", "-c", hide + 'exec "$@"', "sh"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This machine does not let a process have its own mounts.")
    return command


def cache_without_library(tmp_path: Path) -> Path:
    """A cache folder that has the model and nothing else."""
    (tmp_path / "cache" / "models").mkdir(parents=True)
    model = weights.model_file()
    os.symlink(model, tmp_path / "cache" / "models" / model.name)
    return tmp_path / "cache"


def run_hidden(cache_dir: Path, how: str) -> str:
    """Ask the model in a system without the library, and return what was printed."""
    result = subprocess.run(
        [*hidden(), sys.executable, "-c", _PROGRAM, str(cache_dir), how],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(_CHECKOUT)},
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@linux_only
def test_a_system_without_the_library_fetches_a_copy_and_answers(tmp_path: Path) -> None:
    cache_dir = cache_without_library(tmp_path)
    assert "Tokyo" in run_hidden(cache_dir, "fetch")
    assert openmp.folder(cache_dir) == cache_dir / "lib"
    assert os.listdir(cache_dir / "lib") == ["libgomp.so.1"]
    # The second time it is there.
    assert "Tokyo" in run_hidden(cache_dir, "no client")


@linux_only
def test_where_no_copy_can_be_had_the_error_names_the_system_s_package(tmp_path: Path) -> None:
    printed = run_hidden(cache_without_library(tmp_path), "no client")
    assert printed.startswith("setup")
    for name in ("libgomp.so.1", "libgomp1", "libgomp on Fedora", "gcc-libs"):
        assert name in printed


@linux_only
def test_a_changed_copy_is_not_used(tmp_path: Path) -> None:
    async def fetch() -> list[Progress]:
        return [progress async for progress in openmp.fetch(tmp_path)]

    if platform.machine() not in openmp.LIBRARIES:
        pytest.skip("There is no copy for this processor.")
    assert openmp.folder(tmp_path) is None
    assert asyncio.run(fetch())[0].done == 0
    assert openmp.folder(tmp_path) == tmp_path / "lib"
    with (tmp_path / "lib" / "libgomp.so.1").open("r+b") as file:
        file.seek(5000)
        file.write(b"changed")
    assert openmp.folder(tmp_path) is None


def test_an_unknown_processor_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch() -> None:
        async for _ in openmp.fetch(tmp_path):
            pass

    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    assert openmp.folder(tmp_path) is None
    with pytest.raises(ProviderError, match="pdp11"):
        asyncio.run(fetch())


def test_the_copies_are_known_exactly() -> None:
    for wanted in openmp.LIBRARIES.values():
        assert isinstance(wanted, package.Wanted)
        assert "==" in wanted.requirement
        assert len(wanted.sha256) == 64
