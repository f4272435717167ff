"""One ssh server for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh.logins import tidied
from tests.support import processes
from tests.support.sshd import Sshd, missing


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    why = missing() or (None if processes.available() else "no /proc, which tells what is left running")
    if why is not None:
        pytest.skip(why)
    with Sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for `login`; what still runs there in the end is killed."""
    with tidied(tmp_path) as folder:
        yield folder
