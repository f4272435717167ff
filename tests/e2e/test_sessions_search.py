"""Search from the command line, as a real process with the real index."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.test_sessions_exchange import home, oats
from tests.unit.shell.house import build

__all__ = ["home"]


def test_words_are_found_in_all_sessions_and_again_after_a_change(home: Path) -> None:
    build("s1", "where is the zebra", "in the zoo", title="Animals", hours=1)
    build("s2", "nothing here", "自然言語処理", title="Others", hours=2)
    done = oats(home, "search", "zebra", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    (hit,) = json.loads(done.stdout)["hits"]
    assert (hit["session_id"], hit["role"], hit["title"]) == ("s1", "user", "Animals")
    assert [hit["snippet"][start:end].lower() for start, end in hit["marks"]] == ["zebra"]
    build("s3", "a second zebra", hours=3)
    lines = oats(home, "search", "zebra").stdout.decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["s3", "s1"]
    assert oats(home, "search", "言語").stdout.decode().startswith("s2\t")
    assert len(oats(home, "search", "zebra", "--limit", "1").stdout.splitlines()) == 1


def test_nothing_found_is_1_and_odd_words_are_words(home: Path) -> None:
    build("s1", "where is the zebra")
    done = oats(home, "search", "unicorn")
    assert (done.returncode, done.stdout) == (1, b"")
    for words in ('"zebra', "zebra AND (", "title:", "*", "--"):
        odd = oats(home, "search", "--", words)
        assert odd.returncode in (0, 1)
        assert b"Traceback" not in odd.stderr
        assert len(odd.stderr.splitlines()) <= 1
