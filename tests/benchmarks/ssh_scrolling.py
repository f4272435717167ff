"""How many bytes come through ssh for a line scrolled beside the list, on terminals that know more and less."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.ssh_bytes import LINES, Sample, cost, make, scrolled
from tests.e2e.driving import quit_cleanly, ready, write_session
from tests.ssh.logins import login, tidied
from tests.support.answer_server import AnswerServer
from tests.support.line import Line
from tests.support.sshd import Sshd

KNOWN: Mapping[str, Sequence[int]] = {"plain": (), "synchronized": (2026,), "margins": (69, 2026)}
"""The private modes of each terminal."""

# In portions, as for a slow line, nothing is moved that has to be put right.
_TARGETS: Mapping[str, dict[str, float]] = {"plain": {}, "synchronized": {"usual": 1.2}, "margins": {"": 1.2}}

_CODE = """# Part {0}

Some `inline` words, **bold** ones.

```python
def grind_{0}(sacks: list[int], *, fine: bool = True) -> float:
    \"\"\"Return flour {0}.\"\"\"
    flour = 0.0
    for each in sacks:
        if each > {0} and fine:  # only the best
            flour += each * 0.75
    return round(flour, 2)
```

- item {0}
- another with `code{0}`
"""
_PROSE = "The {} of the mill turns beside the {} while the miller carries a sack of flour to the barn. "
_PAIRS = [("wheel", "river"), ("stone", "oven"), ("sluice", "horse"), ("cart", "grain")]

TEXTS: Mapping[str, str] = {
    "code": "\n\n".join(_CODE.format(number) for number in range(30)),
    "prose": "\n\n".join(
        f"{number}. day. " + "".join(_PROSE.format(*pair) for pair in _PAIRS[number % 2 :]) for number in range(60)
    ),
}

FIGURES: Sequence[tuple[str, str, int, dict[str, float]]] = [
    (f"{name}_{terminal}_{text}", title.format(text, terminal), digits, targets)
    for text in TEXTS
    for terminal in KNOWN
    for name, title, digits, targets in (
        ("bytes", "{} scrolled beside the list, {}: bytes, median", 0, {}),
        ("cells", "the same, changed cells", 0, {}),
        ("ratio", "the same, bytes for each changed cell", 2, _TARGETS[terminal]),
    )
]


def measure(sshd: Sshd, server: AnswerServer, *options: str) -> Sample:
    """Scroll through each text on each terminal.

    Args:
        sshd: The server to log in to.
        server: Who would answer.
        *options: Of the program.
    """
    found: Sample = {}
    for text in TEXTS:
        for terminal in KNOWN:
            lines = _lines(sshd, server, text, terminal, options)
            found[f"bytes_{terminal}_{text}"] = statistics.median(size for size, _ in lines)
            found[f"cells_{terminal}_{text}"] = statistics.median(cells for _, cells in lines)
            found[f"ratio_{terminal}_{text}"] = statistics.median(size / cells for size, cells in lines)
    return found


def _lines(
    sshd: Sshd, server: AnswerServer, text: str, terminal: str, options: Sequence[str]
) -> Sequence[tuple[int, int]]:
    """The bytes of each scrolled line, and the cells that it changed."""
    with tempfile.TemporaryDirectory() as place, tidied(Path(place)) as folder, Line(sshd.port) as line:
        (folder / "data").mkdir()
        make(folder)
        words = ("-r", write_session(folder, "The day", [("user", "Tell me."), ("assistant", TEXTS[text])]))
        services = {"fake": server.base_url}
        known = KNOWN[terminal]
        with login(sshd, folder, *words, *options, port=line.port, services=services, known=known) as screen:
            ready(screen)
            screen.quiet(2.0, 60.0)
            cost(screen, "\t")
            found = [scrolled(screen)[:2] for _ in range(LINES)]
            quit_cleanly(screen)
    return found
