"""One message of every kind, as the snapshots show them."""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import UTC, datetime

from oats_tui.session.meta import Outcome
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, Item, OtherItem, TextItem, ToolItem

_AT = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)

TEXTS = {
    "prose": """# Size first

Two files are *alike* when they have the **same bytes**; `stat` tells the size ~~for free~~. A hard\\
break, and a [link](https://example.org/a?b=c), <https://example.org>, https://example.org/bare,
a footnote[^1], [no link](javascript:alert(1)) and <b>raw html</b>.

[^1]: Which stands where it was written, and is long enough to be wrapped at every width but the widest.

---

## What follows

Formulas: $E = mc^2$, $\\alpha \\le \\beta$, and $$\\frac{a + b}{c}$$ as well.
""",
    "lists": """- one
- two with a rather long text that has to be wrapped when there is not much room for it
  - nested
    - deeper

    with a paragraph
- [x] done
- [ ] not done

9. nine
10. ten

   and its second paragraph
""",
    "quote": """> Said by somebody, at such a length that it takes more than one line on most screens.
>
> > And before.
""",
    "code": '''```python
def alike(paths, key):
    """Group."""
    return {key(path): path for path in paths}  # a comment that is long
```

    indented

```
no language
```
''',
    "diff": "```diff\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n```\n",
    "open-code": "Here it is:\n\n```sh\necho one\necho tw",
    "table": """| Name | Size | What it is for, in a few words |
|:-----|-----:|:------------------------------:|
| `a.txt` | 12 | notes |
| b | 1,048,576 | **much** that has to be wrapped where the screen is narrow |
""",
    "many-columns": "\n".join(
        f"|{'|'.join(cells)}|"
        for cells in ([f" column {n} " for n in range(9)], ["-"] * 9, [f" {n} " for n in range(9)])
    ),
    "scripts": "漢字かな交じり文 한국어 العربية עברית हिन्दी ไทย 🎉 👨‍👩‍👧 👍🏽 ❤️ 🇩🇪 é Z̸̧̢̛͎a\u0300\n\n"
    "| 漢字 | b |\n|---|---|\n| 🎉 | c |\n",
    "hostile": "\x1b]0;title\x07 \x1b[2J \u202eevil\u202c \x9b31m &#27;[1m <\x1b[0m> "
    "[a](https://example.org/\x1b]52;c;eA==\x07)\n",
}


def picture() -> str:
    """A PNG of four by four pixels, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"".join(bytes((60 * x, 60 * y, 128)) for x in range(4)) for y in range(4))
    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    made = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return base64.b64encode(made).decode()


def _answer(name: str, *items: Item, **more: object) -> Entry:
    """An answer of these parts."""
    entry = Entry(name, "assistant", "gpt-oss", "14:32 · 12 s · 863 tokens · 71 tokens/s", items)
    return Entry(**{**{field: getattr(entry, field) for field in entry.__slots__}, **more})


def _tools() -> dict[str, Item]:
    """Tool calls of every kind."""
    arguments = '{\n  "command": "pytest -q tests/test_days.py"\n}'
    long = "\n".join(f"row {number} of what the tool has to say" for number in range(12))
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n"
    return {
        "tool": ToolItem("1", "bash", arguments, "Run the tests of days", "1 failed, 4 passed"),
        "tool-long": ToolItem("2", "bash", arguments, "", long),
        "tool-failed": ToolItem("3", "read", '{\n  "path": "x"\n}', "x", "", "The file is not there."),
        "tool-waiting": ToolItem("4", "bash", arguments),
        "tool-orphan": ToolItem("5", "grep", None, "fromtimestamp in src", "src/days.py:3"),
        "tool-diff": ToolItem("6", "edit", '{\n  "path": "x"\n}', "x", diff),
        "tool-session": ToolItem("7", "agent", '{\n  "prompt": "look"\n}', "Agent done", "done", None, "child"),
    }


def kinds() -> dict[str, Entry]:
    """A message of every kind, by name."""
    made = {name: _answer(name, TextItem(text)) for name, text in TEXTS.items()}
    made |= {name: _answer(name, item) for name, item in _tools().items()}
    thinking = FoldItem("thinking", "thought for 12 s", "First the sizes.\n\nThen the bytes.")
    made |= {
        "question": Entry(
            "question", "user", "You", "14:31", (TextItem("Which files are alike?\n\tall", plain=True),)
        ),
        "thinking": _answer("thinking", thinking, TextItem("Size first.")),
        "thinking-grows": _answer(
            "thinking-grows", FoldItem("thinking", "thinking", "Hm", growing=True), growing=True
        ),
        "system": Entry(
            "system",
            "system",
            "System",
            "14:30",
            (FoldItem("system", "System prompt", "One.\nTwo.\nThree.\nFour."),),
        ),
        "summary": Entry(
            "summary",
            "user",
            "Summary",
            "",
            (FoldItem("summary", "Summary of 12 earlier messages", "All of it."),),
        ),
        "image": _answer("image", ImageItem("image/png", picture())),
        "image-elsewhere": _answer("image-elsewhere", ImageItem("image/png", None, "https://example.org/x.png")),
        "image-broken": _answer("image-broken", ImageItem("image/png", "bm90IGEgcGljdHVyZQ==")),
        "unknown": _answer("unknown", OtherItem("hologram")),
        "growing": _answer("growing", TextItem("So far"), about="", growing=True),
        "gap": _answer("gap", TextItem("Back again."), gap="2 days later · Tue 10 Mar"),
        "note": _answer("note", TextItem("An answer."), note="The answer reached the longest length allowed."),
    }
    for state in ("failed", "stopped", "interrupted"):
        outcome = Outcome(state=state, title="The service did not answer.", detail="Connection refused.", at=_AT)
        made[state] = _answer(state, TextItem("Half of it"), outcome=outcome)
    return made
