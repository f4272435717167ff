"""Code written for oats's session module runs here by changing the first word of the import."""

from __future__ import annotations

from typing import Any

import pytest

from oats_tui.core.storage import StorageError
from tests.contract.oats_side import PUBLIC, describe
from tests.support.oats_env import Oats


@pytest.fixture(scope="module")
def both(oats: Oats) -> tuple[dict[str, Any], dict[str, Any]]:
    """What oats offers, and what we offer."""
    return oats.do("describe", root="oats"), describe("oats_tui")


def test_every_name_of_oats_is_offered(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    theirs, our = both
    assert len(theirs) > sum(map(len, PUBLIC.values()))
    assert sorted(set(theirs) - set(our)) == []


def test_every_call_that_oats_takes_is_taken(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    theirs, our = both
    calls = {name: about for name, about in theirs.items() if isinstance(about, list)}
    # An exception without a constructor of its own has no signature to compare.
    assert calls.pop("core.storage.StorageError") == []
    assert "session.session.create_session" in calls
    assert "core.storage.Storage.update" in calls
    # Ours may take more, behind what theirs takes, if it can be left out.
    different = {name: (about, our[name]) for name, about in calls.items() if our[name][: len(about)] != about}
    assert different == {}
    more = {name: our[name][len(about) :] for name, about in calls.items()}
    assert [name for name, added in more.items() for each in added if each[2] == ""] == []


def test_a_storage_error_is_made_of_words() -> None:
    assert "The words" in str(StorageError("The words"))


def test_every_model_has_the_same_fields_in_the_same_order(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    theirs, our = both
    models = {name: about for name, about in theirs.items() if isinstance(about, dict)}
    assert len(models) == 9
    for name, about in models.items():
        assert our[name] == about, name
        assert list(our[name]) == list(about), name
