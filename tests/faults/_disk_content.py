"""Ids, references and texts that a program must survive, and a look at all files below a folder."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

BAD_IDS = (
    "",
    ".",
    "..",
    ".hidden",
    "../coder",
    "../../other/x",
    "a/../../coder",
    "/etc/passwd",
    "a\\b",
    "a\0b",
    "a\nb",
    "a\rb",
    "\x1b[2J",
    "\x7f",
    "\x9b31m",
    "\ud800",
    "\udcff",
    "x" * 201,
)

GOOD_IDS = ("x" * 200, "é" * 110, "\U0001f600" * 55, "with space", "-rf", "~", "$HOME", "a.b", "*")
"""The longest of them just fit with the name's ending."""

REFERENCES = ("../../coder", "/etc/passwd", "a\0b", "", "..", "\x1b]0;x\x07", "x" * 300, "\n", "good", "bystander")

_ANSI = "\x1b[2J\x1b]0;title\x07\x1bP0;1|17/ab\x1b\\\x9b31m\x85\x90q\x9c\r\n\b\x00\x7f"
_BIDI = "\u202e\u2066\u200d\ufeff\u2028\u2029\ufffe\uffff"
HOSTILE_TEXTS = {
    "controls": (_ANSI, _ANSI),
    "surrogates": ("a\ud800b \udcff \ude00\ud83d", "a\ufffdb \ufffd \ufffd\ufffd"),
    "a pair of surrogates": ("\ud83d\ude00", "\U0001f600"),
    "direction and joiners": (_BIDI, _BIDI),
    "a line of 5 MB": ("x" * 5_000_000, "x" * 5_000_000),
    "a line of 5 MB of controls": ("\x01" * 900_000, "\x01" * 900_000),
    "a record of a journal": ('\n00000000 {"m": {"id": "x"}}\n', '\n00000000 {"m": {"id": "x"}}\n'),
    "json": ('"}]}\n{"info": null}', '"}]}\n{"info": null}'),
    "nothing": ("", ""),
}
"""By name a text, and what is to be found of it on the disk."""


def ascii_name(value: str) -> str:
    """A short name for a test."""
    return f"{value[:12]!a} {len(value)}"


def nested(levels: int) -> list[Any]:
    """A list in a list in a list."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


VALUES: dict[str, tuple[Any, Any]] = {
    "no number": (math.nan, None),
    "without end": ([-math.inf], [None]),
    "more than 64 bits": (2**70, 2**70),
    "negative, more than 64 bits": (-(2**70), -(2**70)),
    "almost an integer": (1e22, 1e22),
    "bytes": (b"\xff", "b'\\xff'"),
    "a key that is none": ({None: 1, (2, 3): 4}, {"None": 1, "(2, 3)": 4}),
    "a key without a form": ({"\ud800": "\udfff"}, {"\ufffd": "\ufffd"}),
}
"""By name a value, and what is to be found of it on the disk."""

DEEP = "[" * 5_000 + "]" * 5_000
FOREIGN = {
    "no number": "NaN",
    "without end": "[Infinity, -Infinity]",
    "more than 64 bits": str(2**70),
    "5,000 digits": "1" * 5_000,
    "an exponent": "1e400",
    "depth 90": "[" * 90 + "]" * 90,
    "depth 5,000": DEEP,
    "lone surrogates": r'"\ud800 \udc00\ud83d"',
    "the end of text": r'"\u0000"',
    "a key twice": '{"a": 1, "a": 2}',
}
"""By name a value as another program may write it, which json.dumps itself does with most of them."""

LOCALE_STEPS = """
import asyncio, json, os, sys
from oats_tui.core.storage import StorageError
from oats_tui.session.session import Session, SessionInfo, SessionStorage

text = "\\u00e9 \\u65e5\\u672c \\U0001f600 \\u2028"
id_ = os.environb[b"THE_ID"].decode("utf-8")

async def steps():
    storage = SessionStorage()
    made = Session(info=SessionInfo(id=id_, title=text, project_dir="/p/" + text, working_dir="/p"))
    made.create_user_message(text)
    await storage.create(made)
    made.create_user_message(text)
    await storage.update(made)
    found = await SessionStorage().get(id_)
    said = [message.get_text_content() for message in found.messages]
    (info,) = await storage.list_infos()
    return [*said, found.title, info.title, await storage.delete(id_)]

try:
    saved = asyncio.run(steps())
except StorageError:
    saved = "StorageError"
print(json.dumps({"encoding": sys.getfilesystemencoding(), "saved": saved}))
"""


def tree(folder: Path, without: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The content of every file below a folder, by its path; but not of paths with these beginnings."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {path: file.read_bytes() for path, file in files.items() if not path.startswith(without)}
