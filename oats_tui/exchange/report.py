"""What came of an import, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from oats_tui.core.codec import replace_surrogates

_MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """A session that was made, or to which messages were added.

    Attributes:
        session_id: Its id.
        title: Its title.
        messages: How many messages came in.
    """

    session_id: str
    title: str
    messages: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not imported, or not as a whole.

    Attributes:
        what: The file, conversation or lines; foreign text, not made safe for a terminal.
        why: The reason, as a clause without a full stop.
    """

    what: str
    why: str


@dataclass(slots=True)
class Report:
    """What came of an import.

    Attributes:
        format: The formats that were found, such as `ChatGPT`; `unknown` if there was none.
        made: The sessions that were made or got messages, in the order of the source.
        known: How many conversations were here already, with all their messages.
        skipped: What was not imported; after 500 lines one that counts the rest.
    """

    format: str = "unknown"
    made: list[Imported] = field(default_factory=list)
    known: int = 0
    skipped: list[Skipped] = field(default_factory=list)


class Tally:
    """Gathers a report; what is skipped a million times does not become a million lines."""

    def __init__(self) -> None:
        self._report = Report()
        self._formats: dict[str, None] = {}
        self._unsaid = 0

    def found(self, name: str) -> None:
        """Note a format that was found."""
        self._formats[name] = None

    def made(self, imported: Imported) -> None:
        """Note a session that was made or got messages."""
        self._report.made.append(imported)

    def known(self) -> None:
        """Note a conversation that was here already."""
        self._report.known += 1

    def skipped(self, skipped: Skipped) -> None:
        """Note what was not imported."""
        if len(self._report.skipped) < _MOST_LINES:
            told = Skipped(replace_surrogates(skipped.what), replace_surrogates(skipped.why))
            self._report.skipped.append(told)
        else:
            self._unsaid += 1

    def report(self) -> Report:
        """What came of it all."""
        if self._formats:
            self._report.format = ", ".join(self._formats)
        if self._unsaid:
            more = Skipped(f"{self._unsaid:,} more", "they are too many to be listed")
            self._report.skipped.append(more)
            self._unsaid = 0
        return self._report
