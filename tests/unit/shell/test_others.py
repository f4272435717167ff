"""Search, export and import with parts in the place of those that do the work."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.shell.output import Output
from oats_tui.shell.searching import marked
from tests.unit.shell.house import Done, build, sessions, wrong

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class _Hit:
    session_id: str = "s1"
    message_id: str = "m"
    title: str = "A\x1b title"
    project: str = "/p"
    role: str = "user"
    time: float | None = 1_772_366_400.0
    snippet: str = "a word\nhere\x1b[0m"
    marks: tuple[tuple[int, int], ...] = ((2, 6),)


@dataclass(frozen=True)
class _Found:
    hits: list[_Hit]
    terms: tuple[str, ...]
    is_complete: bool


@dataclass(frozen=True)
class _Progress:
    done: int = 1
    all: int = 2
    is_building: bool = True


class _Index:
    """In the place of the index: finds every text but "nothing"."""

    def __init__(self, cache_dir: Path, data_dir: Path, bus: object) -> None:
        self.calls: list[str] = []
        self.progress = _Progress()

    async def catch_up(self) -> None:
        """Note it."""
        self.calls.append("catch_up")

    async def find(self, text: str, *, limit: int) -> _Found:
        """One place for each word."""
        assert self.calls == ["catch_up"]
        terms = tuple(text.split())
        return _Found([] if text == "nothing" else [_Hit() for _ in terms][:limit], terms, text != "partly")

    async def stop(self) -> None:
        """Note it."""
        self.calls.append("stop")


@dataclass(frozen=True)
class _Made:
    session_id: str
    title: str
    messages: int


@dataclass(frozen=True)
class _Skipped:
    what: str
    why: str


@dataclass(frozen=True)
class _Report:
    format: str
    made: list[_Made]
    known: int
    skipped: list[_Skipped]


async def _import(path: Path, storage: object) -> _Report:
    """In the place of the import: what a file's name says."""
    if path.name == "none":
        raise OatsError("The file is none.", f"{path}\x1b")
    skipped = [_Skipped("a\x1b", "odd")] if path.name == "odd" else []
    return _Report("oats", [_Made("n1", "New\x1b", 2)], 3, skipped)


def _exported(session: Any, meta: object, kind: str) -> str:
    """In the place of the export."""
    return f"{kind}: {session.title} \x1b\n"


async def _write(path: Path, text: str, *, overwrite: bool) -> None:
    """In the place of the writing."""
    _put(path, text, "w" if overwrite else "x")


def _put(path: Path, text: str, mode: str) -> None:
    """Write a file."""
    try:
        with open(path, mode) as file:
            file.write(text)
    except FileExistsError:
        raise OatsError("There is such a file.", str(path)) from None


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the parts in their places."""
    made: dict[str, dict[str, object]] = {
        "oats_tui.session.search": {"SearchIndex": _Index},
        "oats_tui.exchange": {"__path__": []},
        "oats_tui.exchange.export": {
            "exported": _exported,
            "suffix": lambda kind: f".{kind}",
            "write_export": _write,
        },
        "oats_tui.exchange.importing": {"import_file": _import},
    }
    for name, members in made.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)


def test_what_is_found_is_one_safe_line_each(data_dir: Path, capsys: Capture) -> None:
    done = sessions(capsys, "search", "one", "two three")
    assert (done.code, done.err) == (0, "")
    line = "s1\tm\t2026-03-01T12:00:00Z\tuser\tA␛ title\ta word here␛[0m\n"
    assert done.out == line * 3
    assert len(sessions(capsys, "search", "--limit", "2", "--", "one", "-two", "x").out.splitlines()) == 2


def test_what_is_found_as_json(data_dir: Path, capsys: Capture) -> None:
    value = sessions(capsys, "search", "one", "--json").value
    assert (value["terms"], value["complete"]) == (["one"], True)
    assert value["hits"] == [
        {
            "session_id": "s1",
            "message_id": "m",
            "title": "A\x1b title",
            "project": "/p",
            "role": "user",
            "time": "2026-03-01T12:00:00Z",
            "snippet": "a word\nhere\x1b[0m",
            "marks": [[2, 6]],
        }
    ]


def test_nothing_found_is_1(data_dir: Path, capsys: Capture) -> None:
    assert sessions(capsys, "search", "nothing") == Done(1, "", "oats-tui: Nothing was found.\n")
    assert sessions(capsys, "search", "nothing", "--json").value["hits"] == []
    assert "there may be more" in sessions(capsys, "search", "partly").err


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ([(0, 3)], "<abc> ␛d e"),
        ([(3, 5), (4, 6)], "abc< ␛>d e"),
        ([(9, 99)], "abc ␛d e"),
        ([(6, 9)], "abc ␛d< e>"),
        ([], "abc ␛d e"),
    ],
)
def test_marks_stand_where_they_belong(
    marks: list[tuple[int, int]], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Output()
    monkeypatch.setattr(out, "styled", lambda text, _: f"<{text}>" if text else "")
    assert marked("abc\n\x1bd \te", marks, out) == said


def test_one_session_goes_to_the_output(data_dir: Path, capsys: Capture) -> None:
    build("s1", title="One é")
    done = sessions(capsys, "export", "s1", "--format", "html")
    assert (done.code, done.out, done.err) == (0, "html: One é \x1b\n", "")
    assert sessions(capsys, "export", "s1", "--output", "-").out == "markdown: One é \x1b\n"


def test_sessions_go_to_files(data_dir: Path, tmp_path: Path, capsys: Capture) -> None:
    build("0123456789", title="One/../ é\x1b")
    build("b", title="")
    target = tmp_path / "x.md"
    assert sessions(capsys, "export", "b", "--output", str(target)).out == f"exported b to {target}\n"
    again = sessions(capsys, "export", "b", "--output", str(target))
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("oats-tui: There is such a file.")
    assert sessions(capsys, "export", "b", "--output", str(target), "--force").code == 0
    done = sessions(capsys, "export", "b", "0", "zz", "--output", str(tmp_path), "--format", "json", "--json")
    assert done.code == 1
    assert [Path(each["path"]).name for each in done.value["exported"]] == ["b.json", "One-é-01234567.json"]
    assert [each["wanted"] for each in done.value["failed"]] == ["zz"]
    nowhere = sessions(capsys, "export", "b", "0", "--output", str(tmp_path / "none"))
    assert (nowhere.code, nowhere.out) == (1, "")
    assert sessions(capsys, "export", "b", "0", "--output", str(tmp_path / "none"), "--json").out == ""
    assert "There is no folder" in nowhere.err


@pytest.mark.parametrize(
    "words", [["a", "b"], ["a", "--json"], ["a", "--format", "pdf"], ["a", "b", "--output", "-"]]
)
def test_exports_that_cannot_be(words: list[str], capsys: Capture) -> None:
    assert "export" in wrong(capsys, "export", *words)


def test_imports_say_what_came_of_each_file(data_dir: Path, capsys: Capture) -> None:
    done = sessions(capsys, "import", "good", "odd", "none")
    assert done.code == 1
    assert done.out.splitlines() == [
        "good (oats): 1 made, 3 known already, 0 skipped",
        "  made n1 “New␛”, 2 messages",
        "odd (oats): 1 made, 3 known already, 1 skipped",
        "  made n1 “New␛”, 2 messages",
        "  skipped a␛: odd",
    ]
    assert done.err == "oats-tui: The file is none. none␛.\n"
    good = sessions(capsys, "import", "good", "--json")
    assert good.code == 0
    assert good.value == {
        "files": [
            {
                "path": "good",
                "format": "oats",
                "known": 3,
                "made": [{"id": "n1", "title": "New\x1b", "messages": 2}],
                "skipped": [],
            }
        ],
        "failed": [],
    }
