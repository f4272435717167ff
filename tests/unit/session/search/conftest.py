from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.session.search.library import Library


@pytest.fixture
def library(data_dir: Path, tmp_path: Path) -> Library:
    """A folder of sessions with an index, both empty."""
    (data_dir / "sessions").mkdir(parents=True)
    return Library(data_dir, tmp_path / "cache")
