"""What the embedded model does when something goes wrong: with the child, with the program, with a file."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.provider.base import Options, ProviderError, Text
from oats_tui.provider.embedded import DEFAULT_MODEL
from oats_tui.provider.embedded.provider import EmbeddedProvider
from tests.support import weights
from tests.support.embedded import QUESTION, STORY, collect, text_of, until, with_provider
from tests.support.processes import available, read_process

_CHECKOUT = Path(__file__).parents[3]
_PROGRAM = """
import asyncio, sys
from pathlib import Path
from oats_tui.provider.base import Options
from oats_tui.provider.embedded.provider import EmbeddedProvider

async def main(cache_dir):
    provider = EmbeddedProvider(Path(cache_dir))
    messages = [{"role": "user", "content": "Tell a long story."}]
    async for event in provider.stream(messages, "smollm2-135m", Options()):
        if type(event).__name__ == sys.argv[2]:
            print(provider.pids[-1], flush=True)

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def cache_dir() -> Path:
    return weights.cache_dir()


def is_gone(pid: int) -> bool:
    """Whether a process has ended. Somebody else's may still wait to be collected."""
    if available():
        return read_process(pid) is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this test alone, with a short name: it becomes part of a socket's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_a_child_that_dies_ends_the_answer_and_the_next_request_starts_another(
    cache_dir: Path, number: signal.Signals
) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        async def read() -> None:
            async for event in provider.stream(STORY, DEFAULT_MODEL, Options()):
                if isinstance(event, Text):
                    os.kill(provider.pids[-1], number)

        with pytest.raises(ProviderError) as caught:
            await read()
        assert caught.value.kind == "server"
        assert caught.value.retryable
        assert number.name in caught.value.detail
        assert "Tokyo" in text_of(await collect(provider, QUESTION))

    with_provider(cache_dir, use)


def test_a_child_that_dies_while_it_loads_is_told_of(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        async def read() -> None:
            async for _ in provider.stream(QUESTION, DEFAULT_MODEL, Options()):
                os.kill(provider.pids[-1], signal.SIGKILL)

        with pytest.raises(ProviderError) as caught:
            await read()
        assert caught.value.kind == "server"

    with_provider(cache_dir, use)


@pytest.mark.parametrize("event", ["Progress", "Text"])
def test_a_killed_program_leaves_no_child_and_no_folder(cache_dir: Path, temporary: Path, event: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(cache_dir), event],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(_CHECKOUT)},
    ) as program:
        assert program.stdout
        child = int(program.stdout.readline())
        assert not is_gone(child)
        program.kill()
    asyncio.run(until(lambda: is_gone(child)))
    assert os.listdir(temporary) == []


def test_closing_ends_the_child_and_the_answers_on_their_way(cache_dir: Path, temporary: Path) -> None:
    async def run() -> None:
        provider = EmbeddedProvider(cache_dir)
        got = asyncio.Event()

        async def read() -> None:
            async for event in provider.stream(STORY, DEFAULT_MODEL, Options()):
                if isinstance(event, Text):
                    got.set()

        reading = asyncio.create_task(read())
        await got.wait()
        pid = provider.pids[-1]
        await asyncio.wait_for(provider.close(), 2)
        assert is_gone(pid)
        with pytest.raises(ProviderError, match="closed"):
            await reading
        with pytest.raises(ProviderError, match="closed"):
            await collect(provider, QUESTION)
        assert os.listdir(temporary) == []

    asyncio.run(run())


def test_closing_while_the_model_loads_does_not_wait_for_it(cache_dir: Path, temporary: Path) -> None:
    async def run() -> None:
        provider = EmbeddedProvider(cache_dir)
        warming = asyncio.create_task(provider.warm_up(DEFAULT_MODEL))
        await until(lambda: bool(provider.pids))
        pid = provider.pids[-1]
        await asyncio.wait_for(provider.close(), 2)
        assert is_gone(pid)
        await warming
        assert os.listdir(temporary) == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("content", "part"),
    [(None, "No such file"), (b"not a model", "not a GGUF file"), (b"GGUF" + bytes(5000), "Failed")],
)
def test_a_file_that_is_no_model_is_refused(
    cache_dir: Path, tmp_path: Path, content: bytes | None, part: str
) -> None:
    path = tmp_path / "some model.gguf"
    if content is not None:
        path.write_bytes(content)

    async def use(provider: EmbeddedProvider) -> None:
        await provider.warm_up(f"gguf:{path}")
        with pytest.raises(ProviderError) as caught:
            async for _ in provider.stream(QUESTION, f"gguf:{path}", Options()):
                pass
        assert caught.value.kind == "setup"
        assert part in caught.value.detail
        assert caught.value.hint

    with_provider(cache_dir, use)


def test_a_pipe_in_the_place_of_a_model_holds_nothing_up(cache_dir: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")

    async def use(provider: EmbeddedProvider) -> None:
        assert provider.context(f"gguf:{tmp_path}/pipe.gguf") is None
        with pytest.raises(ProviderError, match="cannot be used"):
            async for _ in provider.stream(QUESTION, f"gguf:{tmp_path}/pipe.gguf", Options()):
                pass

    with_provider(cache_dir, use)


def test_a_name_that_nobody_knows_is_refused(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        with pytest.raises(ProviderError) as caught:
            async for _ in provider.stream(QUESTION, "enormous", Options()):
                pass
        assert caught.value.kind == "not_found"
        assert DEFAULT_MODEL in caught.value.hint

    with_provider(cache_dir, use)
