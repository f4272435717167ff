"""What models write when they are asked for a title, and the title in it."""

from __future__ import annotations

import re

from oats_tui.core.sanitize import sanitize_line

LONGEST = 80
"""Characters that a title from a model may have."""

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?(think|thinking|thought|reasoning)\b|<\|", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:(?:sure|certainly)\b[^:]{0,40}|here(?:['’]s| is| are)[^:]{0,40}"
    r"|(?:suggested |chat |conversation )?title)\s*:\s*",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:i(?:['’]m| am)\s+(?:sorry|unable|not able|afraid|just an?)\b"
    r"|(?:i|we)\s+(?:can(?:no|['’])?t|can not|could not|couldn['’]t|won['’]t"
    r"|do not|don['’]t|apologi[sz]e|need more)\b"
    r"|sorry\b|apologies\b|unfortunately\b|as an? (?:ai|artificial|large|language)\b)",
    re.IGNORECASE,
)
_PAIRS = ("“”", "„“", "„”", "‘’", "«»", "»«", '""', "''", "``", "「」", "『』")


def clean_title(answer: str) -> str | None:
    """Return the title that an answer is, without what models put around it; None where it is none.

    None stands for an answer that is empty, has several lines, is longer than `LONGEST`, refuses, or thinks aloud
    without coming to an end.
    """
    lines = [line for line in _THOUGHT.sub("", answer).splitlines() if line.strip()]
    if len(lines) != 1 or _TAG.search(lines[0]):
        return None
    title, before = sanitize_line(lines[0]), ""
    while title != before:
        before, title = title, _peeled(title)
    if not any(map(str.isalnum, title)) or len(title) > LONGEST or _REFUSAL.match(title):
        return None
    return title


def _peeled(title: str) -> str:
    """Return a title without the outermost thing around it."""
    title = _PREFIX.sub("", title, count=1) if _PREFIX.match(title) else title
    title = title.replace("**", "")
    title = re.sub(r"^(?:#{1,6}|[-*•])\s+", "", title)
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    for pair in _PAIRS:
        first, last = pair[0], pair[1]
        if len(title) > 1 and title[0] == first and title[-1] == last and first not in title[1:-1]:
            title = title[1:-1]
    return title.strip()
