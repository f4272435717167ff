from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core import config
from tests.support.launch import program_environment
from tests.support.oats_env import Oats


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose sessions oats, this process and launched programs share."""
    folder = tmp_path_factory.mktemp("contract")
    program_environment(folder)
    return folder


@pytest.fixture(scope="session")
def oats(place: Path) -> Iterator[Oats]:
    """The real oats."""
    settings = place / "oats.json"
    settings.write_text(json.dumps({"data_dir": str(place / "data")}), "utf-8")
    with Oats(settings, place) as running:
        yield running


@pytest.fixture
def ours(place: Path) -> Iterator[None]:
    """This process works on the same folder."""
    config.set_data_dir(place / "data")
    yield
    config.set_data_dir(None)
