from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.core.errors import OatsError
from oats_tui.shell.naming import SHORT, find, short_ids
from tests.unit.shell.house import build, sessions

Capture = pytest.CaptureFixture[str]


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one() -> None:
    ids = ["abc", "abcd", "abx", "b"]
    assert find("b", ids, "session") == "b"
    assert find("abx", ids, "session") == "abx"
    assert find("abc", ids, "session") == "abc"
    for wanted, said in {
        "ab": "3 ids begin",
        "": "No session’s",
        "c": "No session’s",
        "abcde": "No session’s",
    }.items():
        with pytest.raises(OatsError, match=said):
            find(wanted, ids, "session")


@given(st.lists(st.text("ab", min_size=1, max_size=12), unique=True).map(sorted))
def test_what_a_list_shows_of_an_id_names_it(ids: list[str]) -> None:
    short = short_ids(ids)
    assert list(short) == ids
    for each in ids:
        assert find(short[each], ids, "session") == each
        assert len(short[each]) >= min(SHORT, len(each))


def test_several_ids_at_once_and_what_is_not_found_is_told(data_dir: Path, capsys: Capture) -> None:
    for name in ("aa1", "aa2", "bb"):
        build(name, "hi")
    done = sessions(capsys, "archive", "--json", "aa1", "zz", "aa", "b", "bb")
    assert done.code == 1
    assert [each["id"] for each in done.value["archived"]] == ["aa1", "bb"]
    assert [each["wanted"] for each in done.value["failed"]] == ["zz", "aa"]
    said = done.err.splitlines()
    assert said[0] == "oats-tui: No session’s id begins with “zz”."
    assert said[1] == "oats-tui: 2 ids begin with “aa”: aa1, aa2. Give more of the id."


def test_last_is_the_one_with_the_newest_activity(data_dir: Path, capsys: Capture) -> None:
    assert "There is no session yet." in sessions(capsys, "show", "last").err
    build("a", hours=2)
    build("b", hours=1)
    assert sessions(capsys, "show", "last", "--json").value["sessions"][0]["id"] == "a"
    build("last", hours=0)
    assert sessions(capsys, "show", "last", "--json").value["sessions"][0]["id"] == "last"
