"""What the doctor found, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from oats_tui.core.datadir import errno_name

Severity: TypeAlias = Literal["problem", "warning", "note", "ok"]
"""`problem`: a person has to do something; `warning`: it works, and should be put right; `note`: good to know."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

Area: TypeAlias = Literal[
    "data directory",
    "settings",
    "sessions",
    "permissions",
    "kept",
    "leftovers",
    "locks",
    "disk",
    "cache",
    "state",
    "watching",
    "clock",
    "terminal",
    "clipboard",
    "login",
]
"""What a finding is about. `kept`: what this program keeps beside the sessions; `disk`: the file system;
`cache`: our folder of what can be made again; `state`: our folder of drafts and logs; `login`:
what happens to the program when a line drops."""

Remedy: TypeAlias = Literal["set aside", "tighten", "drop versions", "drop locks"]
"""What --repair can do about it; none of these loses anything."""

FEW = 5
"""How many examples are named where there are many."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Attributes:
        area: What it is about.
        severity: How much it matters.
        what: What was found, in sentences.
        what_to_do: What a person can do about it; empty for nothing.
        path: The file or folder that it is about; None if it is about none.
        examples: The names of those that it is about, each perhaps with a reason.
        count: How many there are; as many as examples unless said otherwise.
        remedy: What --repair can do about it; None for nothing.
        targets: The files and folders that the remedy is for.
    """

    area: Area
    severity: Severity
    what: str
    what_to_do: str = ""
    path: Path | None = None
    examples: tuple[str, ...] = ()
    count: int = 0
    remedy: Remedy | None = None
    targets: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def repairable(self) -> bool:
        """Whether --repair can do something about it."""
        return self.remedy is not None


def named(paths: Sequence[Path], base: Path) -> tuple[str, ...]:
    """The names of the first few files, as seen from the data directory."""
    return tuple(relative(path, base) for path in paths[:FEW])


def relative(path: Path, base: Path) -> str:
    """A file's name as seen from a folder above it, or all of it where it lies elsewhere."""
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def counted(count: int, one: str, many: str = "") -> str:
    """A number and what it counts: "1 file", "2 files"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def amount(size: float) -> str:
    """An amount of bytes in words, in steps of a thousand."""
    if size < 1000:
        return counted(int(size), "byte")
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"


def reason(error: OSError) -> str:
    """What the system said, in its words and with its short name."""
    return f"{error.strerror or 'no reason given'} ({errno_name(error)})"


def worst(findings: Iterable[Finding]) -> Severity:
    """The severity of what matters most."""
    return min((finding.severity for finding in findings), key=SEVERITIES.index, default="ok")
