"""The answer the tests' server streams: 2,000 tokens of Markdown, the same every time."""

from __future__ import annotations

import re
from functools import cache

TOKENS = 2000
FIRST = "Wheatsheaf"
LAST = "Threshold"
#: Words that stand alone in a paragraph, at the first end of a paragraph after every 250th token.
MARKS = tuple(f"Milestone{number}" for number in range(250, TOKENS, 250))

_SECTION = """\
## {n}. What the mill does on day {n}

Water turns the wheel, the wheel turns the stone, and the **stone does the work**. Between them stands
a row of _wooden cogs_, each `cog_{n}` as wide as a hand, which the miller oils [once a week](https://example.org/{n}).

1. Open the sluice by a third.
2. Wait until the stone hums:
   - too deep a tone means too much grain,
   - too high a tone means none at all.
3. Fill the hopper and keep it filled.

```python
def grind(sacks: list[float], loss: float = 0.0{n}) -> float:
    # The bran stays behind in the sieve.
    flour = 0.0
    for index, weight in enumerate(sacks):
        if weight <= 0:
            raise ValueError(f"sack {{index}} is empty")
        flour += weight * (1 - loss)
    return round(flour, {n})
```

| stage | sacks | who |
|:------|------:|-----|
| drying | {n}4 | the wind |
| milling | {n}0 | the stone |
| sifting | 1{n} | two children |

> A miller who sleeps while the water runs has paid for the water, and will pay for the stone as well
> before the year is over.
"""
_CLOSING = ("and", "so", "the", "flour", "is", "weighed", "and", "carried", "to", "the", "oven")
_TOKEN = re.compile(r"\s*\S{1,5}|\s+")


@cache
def answer_tokens() -> tuple[str, ...]:
    """The answer in the pieces in which it is streamed, exactly `TOKENS` of them."""
    tokens = _pieces(f"# {FIRST}\n\n")
    marks = iter(MARKS)
    due = 250
    for section in range(1, 100):
        for block in _SECTION.format(n=section).split("\n\n"):
            pieces = _pieces(block.rstrip() + "\n\n")
            if len(tokens) + len(pieces) > TOKENS - len(_CLOSING):
                return tuple(tokens + _closing(TOKENS - len(tokens)))
            tokens += pieces
            if len(tokens) >= due:
                tokens += [next(marks), "\n\n"]
                due += 250
    raise AssertionError("the sections are too short")


def _pieces(text: str) -> list[str]:
    """Cut a text the way a tokenizer would: short pieces, blanks in front. The first word stays whole."""
    if FIRST in text:
        return ["#", f" {FIRST}", "\n\n"]
    return _TOKEN.findall(text)


def _closing(count: int) -> list[str]:
    """A paragraph of so many tokens that ends with the last word."""
    words = [f" {_CLOSING[index % len(_CLOSING)]}" for index in range(count - 2)]
    return ["Now", *words, f" {LAST}"]
