"""The doctor's report: as text for a person, or as JSON for a program.

The JSON is one object:

- `data_dir`: the data directory, or null where the settings that choose it cannot be read;
- `chosen_by`: the setting that chose it, or null likewise;
- `findings`: a list of objects, what matters most first:
  - `area`: what it is about, see `finding.Area`;
  - `severity`: "problem" (a person has to do something), "warning", "note" or "ok";
  - `path`: the file or folder, or null;
  - `what`, `what_to_do`: sentences; the second may be empty;
  - `repairable`: whether --repair can do something about it;
  - `count`: how many files or folders it is about; `examples`: the names of some of them, or of all;
- `counts`: an object of numbers:
  - `problem`, `warning`, `note`, `ok`: the findings of each severity;
  - `sessions`: the files that are taken for sessions; `sessions_ok`, `sessions_damaged`, `sessions_foreign`,
    `sessions_unreadable`: how many of them are what;
  - `trash`, `quarantine`, `prev`, `journals`: how many deleted sessions, copies of what was damaged, earlier
    versions and journals there are;
  - `session_bytes`, `trash_bytes`, `quarantine_bytes`, `prev_bytes`: how much room the files take.

  They are those before a repair; those behind `severity` are always there, the others only with a data directory.

Keys are never removed or given another meaning; new ones may come.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args
from unicodedata import combining, east_asian_width

from oats_tui.core.sanitize import sanitize_line
from oats_tui.doctor.finding import FEW, SEVERITIES, Area, Finding, Severity, counted, worst

_HEADINGS: dict[Severity, str] = {
    "problem": "Needs you",
    "warning": "Better put right",
    "note": "Good to know",
    "ok": "In order",
}
_AREAS: tuple[Area, ...] = get_args(Area)
_COLUMN = max(map(len, _AREAS)) + 4
_LONGEST = 400
_NARROWEST, _WIDEST = 40, 100


@dataclass(frozen=True)
class Report:
    """What came of an examination.

    Attributes:
        data_dir: The data directory; None where the settings that choose it cannot be read.
        chosen_by: The setting that chose it.
        findings: What was found.
        counts: How many there are of what.
    """

    data_dir: Path | None
    chosen_by: str | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code: 1 where something needs a person, else 0."""
        return int(worst(self.findings) == "problem")

    @property
    def ordered(self) -> list[Finding]:
        """The findings, what matters most first."""
        return sorted(self.findings, key=lambda each: (SEVERITIES.index(each.severity), _AREAS.index(each.area)))


def as_json(report: Report) -> str:
    """The report as one JSON object, in ASCII, with a line end; see the module's docstring."""
    severities = Counter(finding.severity for finding in report.findings)
    value = {
        "data_dir": None if report.data_dir is None else str(report.data_dir),
        "chosen_by": report.chosen_by,
        "findings": [_plain(finding) for finding in report.ordered],
        "counts": {name: severities[name] for name in SEVERITIES} | dict(report.counts),
    }
    return json.dumps(value, indent=2) + "\n"


def as_text(report: Report, width: int = 80) -> str:
    """The report for a person.

    Args:
        report: The report.
        width: How many columns there are.
    """
    width = max(_NARROWEST, min(width, _WIDEST))
    lines = [
        _row("data directory", str(report.data_dir or "not known")),
        _row("chosen by", report.chosen_by or "not known"),
    ]
    for severity in SEVERITIES:
        found = [finding for finding in report.ordered if finding.severity == severity]
        if found:
            lines += ["", _HEADINGS[severity]]
            for finding in found:
                lines += _told(finding, width, report.data_dir)
    lines += ["", *_wrapped(_summary(report.findings), width, "", "")]
    return "\n".join(lines) + "\n"


def _plain(finding: Finding) -> dict[str, Any]:
    """A finding as JSON can hold it."""
    return {
        "area": finding.area,
        "severity": finding.severity,
        "path": None if finding.path is None else str(finding.path),
        "what": finding.what,
        "what_to_do": finding.what_to_do,
        "repairable": finding.repairable,
        "count": max(finding.count, len(finding.examples)),
        "examples": list(finding.examples),
    }


def _row(name: str, text: str) -> str:
    """One line with a name in front."""
    return f"{'  ' + name:<{_COLUMN}}{_safe(text)}"


def _told(finding: Finding, width: int, data_dir: Path | None) -> list[str]:
    """The lines about one finding."""
    column = " " * _COLUMN
    lines = _wrapped(finding.what, width, f"{'  ' + finding.area:<{_COLUMN}}", column)
    if finding.path is not None and str(finding.path) not in finding.what and finding.path != data_dir:
        lines.append(column + _safe(str(finding.path)))
    examples = list(finding.examples[:FEW])
    more = max(finding.count, len(finding.examples)) - len(examples)
    if examples and more:
        examples.append(f"and {more:,} more")
    for example in examples:
        lines += _wrapped(example, width, f"{column}  ", f"{column}    ")
    if finding.what_to_do:
        lines += _wrapped(f"→ {finding.what_to_do}", width, column, f"{column}  ")
    return lines


def _wrapped(text: str, width: int, begin: str, follow: str) -> list[str]:
    """A text in lines of so many columns; a word that is longer gets a longer line.

    Args:
        text: The text.
        width: How many columns there are.
        begin: What the first line begins with.
        follow: What every other line begins with.
    """
    lines: list[str] = []
    first, *words = _safe(text).split(" ")
    line = begin + first
    for word in words:
        if cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = follow + word
        else:
            line += f" {word}"
    return [*lines, line]


def cells(text: str) -> int:
    """How many columns of a terminal a text takes; East Asian characters take two, and marks on others none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 1 + (east_asian_width(each) in "WF") for each in text)


def _safe(text: str) -> str:
    """A text that a terminal does not obey, of a length that can be read."""
    line = sanitize_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _summary(findings: Iterable[Finding]) -> str:
    """The last sentence."""
    counts = Counter(finding.severity for finding in findings)
    repairable = sum(finding.repairable for finding in findings)
    said = []
    if counts["problem"]:
        said.append(f"{counted(counts['problem'], 'thing')} to be done by you.")
    elif counts["warning"]:
        said.append("Nothing is broken.")
    else:
        said.append("All is well.")
    if counts["warning"]:
        said.append(f"{counted(counts['warning'], 'thing')} better put right.")
    if repairable:
        said.append("oats-tui doctor --repair does what can be done without losing anything.")
    return " ".join(said)
