"""The child process: alone, quiet, without secrets, and with whole letters."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.provider.base import ProviderError
from oats_tui.provider.embedded import process
from tests.support import weights

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks at the child through /proc")


@pytest.fixture(scope="module")
def model() -> Path:
    return weights.model_file()


def with_child(model: Path, use: Callable[[process.Child], Awaitable[None]]) -> None:
    """Run a test with a child that has loaded the model."""

    async def run() -> None:
        child = await process.start(model, 2048)
        try:
            await child.wait_ready()
            await asyncio.wait_for(use(child), 60)
        finally:
            await child.close()

    asyncio.run(run())


async def ask(child: process.Child, **body: Any) -> list[dict[str, Any]]:
    """Everything the child says to a request."""
    messages = [{"role": "user", "content": "Go on."}]
    request = {"messages": messages, "stream": True, "stream_options": {"include_usage": True}, **body}
    return [message async for message in child.ask(request)]


def sockets(kind: str) -> list[list[str]]:
    """The kernel's table of sockets of a kind, as lines of words."""
    return [line.split() for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]


def test_a_letter_of_several_tokens_comes_whole_or_not_at_all(model: Path) -> None:
    async def use(child: process.Child) -> None:
        seen = set()
        for length in range(1, 7):
            events = await ask(child, grammar='root ::= "🦕🪿" root', max_tokens=length, temperature=0)
            text = "".join(event["text"] for event in events if event["type"] == "text")
            assert "🦕🪿🦕🪿🦕🪿".startswith(text)
            seen.add(text)
        # Some lengths end in the middle of a letter, or there would be a new text for each.
        assert 1 < len(seen) < 6

    with_child(model, use)


def test_a_request_that_makes_no_sense_leaves_the_child_usable(model: Path) -> None:
    async def use(child: process.Child) -> None:
        events = await ask(child, messages="nonsense")
        assert [event["type"] for event in events] == ["error", "end"]
        events = await ask(child, max_tokens=3)
        assert events[-1] == {"id": 2, "type": "end", "reason": "length"}

    with_child(model, use)


@needs_proc
def test_the_child_is_alone_and_holds_no_secret(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sesame")
    monkeypatch.setenv("my_password", "sesame")
    monkeypatch.setenv("HARMLESS", "yes")

    async def use(child: process.Child) -> None:
        proc = Path(f"/proc/{child.pid}")
        environment = (proc / "environ").read_bytes()
        assert b"sesame" not in environment
        assert b"HARMLESS=yes" in environment
        assert b"OMP_WAIT_POLICY=passive" in environment
        assert os.getsid(child.pid) == child.pid
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)
        assert os.readlink(proc / "fd" / "0") == os.devnull
        assert os.readlink(proc / "fd" / "1") == os.devnull
        assert os.readlink(proc / "fd" / "2").startswith(("pipe:", "socket:"))

    with_child(model, use)


@needs_proc
def test_nobody_can_reach_the_library_s_own_server(model: Path) -> None:
    async def use(child: process.Child) -> None:
        own = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{child.pid}/fd")}
        assert not [words for words in sockets("tcp") + sockets("tcp6") if f"socket:[{words[9]}]" in own]
        bound = [words[7] for words in sockets("unix") if len(words) > 7 and f"socket:[{words[6]}]" in own]
        assert [name for name in bound if "oats-tui" in name]
        for name in bound:
            assert not Path(name).parent.exists()
            with socket.socket(socket.AF_UNIX) as client, pytest.raises(OSError, match="No such file"):
                client.connect(name)

    with_child(model, use)


def test_a_child_that_cannot_be_started_is_told_of(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ProviderError) as caught:
        asyncio.run(process.start(model, 2048))
    assert caught.value.kind == "setup"


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    with pytest.raises(ProviderError, match=r"oats-tui\[local\]"):
        process.library()


def test_a_shared_library_s_folder_comes_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/others")
    assert process.environment(Path("/ours"))["LD_LIBRARY_PATH"] == "/ours:/others"
    assert process.environment()["LD_LIBRARY_PATH"] == "/others"


def test_one_core_stays_free(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, expected in [(1, 1), (2, 1), (4, 3), (64, 8)]:
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert process.threads() == expected
