"""A real ssh server on a loopback port, as an ordinary process with keys of its own, and logins to it."""

from __future__ import annotations

import contextlib
import getpass
import grp
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

#: What the client takes the server for, whatever port it is reached at.
_NAME = "oats-tui-tests"
_SECONDS = 20.0
# Where the server separates its privileges, as root's does.
_EMPTY = Path("/run/sshd")
_SEPARATE_USER = "sshd"
# The group that terminals belong to.
_TERMINALS = "tty"

# Whoever kills the tests is not to be left with a server.
_DIES_ALONG = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()

_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
UseDNS no
MaxStartups 100
ClientAliveInterval {patience}
ClientAliveCountMax 1
"""


def program(name: str) -> str | None:
    """Where a program is, also among those for the system's administrator; None where it is not installed."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")


def missing() -> str | None:
    """Why there can be no ssh server here; None where there can be one."""
    absent = [name for name in ("sshd", "ssh", "ssh-keygen") if program(name) is None]
    return f"not installed: {', '.join(absent)} (Debian: openssh-server)" if absent else None


class Sshd:
    """The server, until the block ends. Who runs the tests can log in, and nobody else.

    Args:
        folder: An empty folder for its keys, its configuration and its log.
        patience: Seconds after which it gives up a client that says nothing; 0 for ever.

    Attributes:
        port: Where it listens, on 127.0.0.1.
    """

    def __init__(self, folder: Path, patience: int = 0) -> None:
        self._folder = folder
        for name in ("host", "user"):
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(folder / name))
        key = (folder / "host.pub").read_text("utf-8")
        (folder / "known").write_text(f"{_NAME} {key}", "utf-8")
        self.port = _free_port()
        config = folder / "config"
        config.write_text(_CONFIG.format(port=self.port, folder=folder, patience=patience), "utf-8")
        argv = [program("sshd") or "sshd", "-D", "-e", "-f", str(config)]
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*_DIES_ALONG, *_with_its_user(folder, argv)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait()

    def client(self, command: Sequence[str], *, port: int | None = None, terminal: bool = True) -> list[str]:
        """The command that logs in and runs another one there.

        Args:
            command: What runs on the other side.
            port: Where to connect to on 127.0.0.1; None for the server itself.
            terminal: Whether the other side gets a terminal.
        """
        options = {
            "IdentityFile": self._folder / "user",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self._folder / "known",
            "HostKeyAlias": _NAME,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
        }
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        how = "-tt" if terminal else "-T"
        place = f"{getpass.getuser()}@127.0.0.1"
        there = shlex.join(command)
        return ["ssh", "-F", "none", *given, "-p", str(port or self.port), how, place, there]

    def log(self) -> str:
        """What the server has to say."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def close(self) -> None:
        """End the server; logins that last go on. May be called again."""
        self._process.terminate()
        self._process.wait(_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self) -> None:
        """Wait until somebody can connect. Raises RuntimeError with the server's words where nobody can."""
        deadline = time.monotonic() + _SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                if connection.recv(4) == b"SSH-":
                    return
            time.sleep(0.02)
        self._process.kill()
        self._process.wait(_SECONDS)
        raise RuntimeError(f"the ssh server does not start: {self.log()}")


def on_other_side(folder: str, environment: Mapping[str, str], *argv: str) -> list[str]:
    """A command that runs a program in a folder, with variables beside those of a login."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    return ["sh", "-c", 'cd -- "$0" && exec env "$@"', folder, *variables, *argv]


def _with_its_user(folder: Path, argv: Sequence[str]) -> list[str]:
    """The command for the server; where it needs a user that this system lacks, with a list of users of its own.

    A server that root starts wants the user of its package and an empty folder. Where the package was only
    unpacked, the user is added for the server and what it starts, and for nobody else.
    """
    if os.geteuid() != 0:
        return list(argv) if _gives_terminals() else _without_group(folder, argv)
    _EMPTY.mkdir(mode=0o755, exist_ok=True)
    try:
        pwd.getpwnam(_SEPARATE_USER)
    except KeyError:
        users = folder / "passwd"
        own = f"{_SEPARATE_USER}:x:64999:65534::{_EMPTY}:/usr/sbin/nologin\n"
        users.write_text(Path("/etc/passwd").read_text("utf-8") + own, "utf-8")
        users.chmod(0o644)
        bind = 'mount --bind "$0" /etc/passwd && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", bind, str(users), *argv]
    return list(argv)


def _gives_terminals() -> bool:
    """Whether an ordinary user's server can give out a terminal, whose group must be the right one at once."""
    ours, theirs = os.openpty()
    try:
        return os.fstat(theirs).st_gid == grp.getgrnam(_TERMINALS).gr_gid
    except KeyError:
        return True
    finally:
        os.close(ours)
        os.close(theirs)


def _without_group(folder: Path, argv: Sequence[str]) -> list[str]:
    """The command for a server that finds no group for terminals, so that it does not try to give them to it."""
    groups = folder / "group"
    known = Path("/etc/group").read_text("utf-8").splitlines(keepends=True)
    groups.write_text("".join(line for line in known if not line.startswith(f"{_TERMINALS}:")), "utf-8")
    own = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-c"]
    bind = 'mount --bind "$0" /etc/group && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"'
    return [*own, bind, str(groups), *argv]


def _free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*argv: str) -> None:
    """Run a command that is to succeed."""
    subprocess.run(argv, check=True, capture_output=True, timeout=_SECONDS)
