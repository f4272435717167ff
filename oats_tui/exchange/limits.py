"""How much of a foreign file is taken in."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an import, all in bytes except where they count.

    Attributes:
        conversation: The most that one conversation may have, and one line.
        unpacked: The most that is read out of one archive.
        ratio: How many times its own size an archive may be unpacked.
        slack: How much any archive may be unpacked, whatever its own size.
        directory: The most that an archive's table of contents may have.
        entries: How many files of a folder or an archive are looked at.
    """

    conversation: int = 200 * MEBIBYTE
    unpacked: int = 4096 * MEBIBYTE
    ratio: int = 100
    slack: int = 50 * MEBIBYTE
    directory: int = 8 * MEBIBYTE
    entries: int = 50_000


USUAL = Limits()
