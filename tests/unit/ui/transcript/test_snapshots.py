"""Every kind of message looks as it did when somebody looked at it last."""

from __future__ import annotations

import pytest

from oats_tui.core.sanitize import sanitize
from tests.unit.ui.transcript.kinds import kinds
from tests.unit.ui.transcript.snapshot import FOLDER, picture_of

KINDS = kinds()


@pytest.mark.parametrize("name", KINDS)
def test_it_looks_as_it_should(name: str) -> None:
    assert picture_of(KINDS[name]) == (FOLDER / f"{name}.txt").read_text("utf-8")


def test_every_picture_has_its_kind() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_nothing_in_a_picture_is_for_a_terminal(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    assert sanitize(text) == text
