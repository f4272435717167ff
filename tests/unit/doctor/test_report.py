from __future__ import annotations

import json
from pathlib import Path

import pytest

from oats_tui.doctor.finding import Finding, amount, counted, worst
from oats_tui.doctor.report import Report, as_json, as_text, cells

LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen. " * 3
FINDINGS = (
    Finding("disk", "ok", "Plenty of room."),
    Finding("clock", "note", LONG, LONG, Path("/d/x")),
    Finding(
        "sessions",
        "problem",
        "Bad\x1b]0;title\x07 things.",
        "Do it.",
        examples=("a\x1b[2Jb", "\u202eevil", *"cdefg"),
        count=9,
    ),
    Finding("permissions", "warning", "漢字" * 3 + " 漢字" * 60, remedy="tighten", targets=(Path("/d/y"),)),
)
REPORT = Report(Path("/d"), "the default", FINDINGS, {"sessions": 3})


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal_and_none_is_obeyed(width: int) -> None:
    text = as_text(REPORT, width)
    assert max(cells(line) for line in text.splitlines()) <= width
    assert not any(character in text for character in "\x1b\x07\u202e")
    assert text.endswith("\n")


def test_no_width_is_too_small_or_too_large() -> None:
    assert as_text(REPORT, 0) == as_text(REPORT, 40)
    assert as_text(REPORT, 1000) == as_text(REPORT, 100)


def test_what_matters_most_comes_first() -> None:
    lines = as_text(REPORT).splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:4] == ["Needs you", "Better put right", "Good to know", "In order"]
    assert lines[0].split() == ["data", "directory", "/d"]
    assert lines[1].split() == ["chosen", "by", "the", "default"]


def test_of_many_the_first_few_are_named_and_the_rest_is_counted() -> None:
    text = as_text(REPORT)
    assert "and 4 more" in text
    assert text.count("more\n") == 1
    assert "f\n" not in text


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (FINDINGS, "1 thing to be done by you. 1 thing better put right. oats-tui doctor --repair does"),
        (FINDINGS[3:], "Nothing is broken. 1 thing better put right."),
        (FINDINGS[:2], "All is well.\n"),
        ((), "All is well.\n"),
    ],
)
def test_the_last_sentence_sums_it_up(kept: tuple[Finding, ...], said: str) -> None:
    assert said in as_text(Report(Path("/d"), "x", kept), 100)


def test_a_file_of_sixty_thousand_words_is_cut() -> None:
    report = Report(None, None, (Finding("sessions", "problem", "word " * 60_000),))
    text = as_text(report)
    assert "not known" in text
    assert len(text) < 1500


def test_the_json_has_the_keys_that_are_promised_and_only_ascii() -> None:
    text = as_json(REPORT)
    assert text.isascii()
    assert "\x1b" not in text
    value = json.loads(text)
    assert list(value) == ["data_dir", "chosen_by", "findings", "counts"]
    assert (value["data_dir"], value["chosen_by"]) == ("/d", "the default")
    assert value["counts"] == {"problem": 1, "warning": 1, "note": 1, "ok": 1, "sessions": 3}
    first = value["findings"][0]
    assert list(first) == ["area", "severity", "path", "what", "what_to_do", "repairable", "count", "examples"]
    assert (first["severity"], first["path"], first["count"], len(first["examples"])) == ("problem", None, 9, 7)
    assert [finding["repairable"] for finding in value["findings"]] == [False, True, False, False]


def test_names_that_are_no_text_can_be_told_as_json() -> None:
    report = Report(Path("/d/\udcff"), "x", (Finding("sessions", "note", "\udcfe"),))
    assert json.loads(as_json(report))["data_dir"] == "/d/\udcff"
    as_text(report).encode()


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (123_456_789, "123.5 MB"),
        (5e15, "5000.0 TB"),
    ],
)
def test_amounts_are_said_in_words(size: float, said: str) -> None:
    assert amount(size) == said


def test_numbers_and_severities() -> None:
    assert (counted(1, "file"), counted(20_000, "file")) == ("1 file", "20,000 files")
    assert worst(FINDINGS) == "problem"
    assert worst(()) == "ok"
    assert [REPORT.code, Report(None, None, FINDINGS[3:]).code] == [1, 0]
