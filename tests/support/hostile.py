"""Text that attacks a terminal, put wherever foreign text is shown, and a judge of what reaches the terminal.

The judge reads a program's bytes with a grammar of its own, in which only that has a name which this program
means to write. A sequence that is not on its list is reported, whoever wrote it and however harmless it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from oats_tui.session import Session, SessionInfo
from oats_tui.session.about import About, keep_about
from oats_tui.session.message import Message
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.session.store.places import Places

#: What is put into every attack that sets, opens or reports something: no sequence may carry it.
BAIT: Final = "pwned"

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

#: Private modes, and how often each is set in one run; None for as often as it likes.
MODES: Final[dict[int, int | None]] = {
    7: 1,  # line wrap
    25: None,  # the cursor
    1000: 2, 1002: 2, 1006: 2,  # the mouse, twice at the start and twice at the end
    1004: 1,  # focus reports
    1049: 1,  # the alternate screen
    2004: 1,  # bracketed paste
    2026: None,  # synchronized output
}  # fmt: skip

# Lines moved within a region, which is undone at once, as are the margins around it.
_LINES = r"\x1b\[(?P<top>[0-9]+);(?P<bottom>[0-9]+)r\x1b\[(?:(?P=bottom);{0}H{1}+|(?P=top);{0}H(?:\x1bM)+)\x1b\[r"
_MOVE = re.compile(_LINES.format("1", r"\n"))
_PART_MOVE = re.compile(
    r"\x1b\[\?69h\x1b\[(?P<left>[0-9]+);(?P<right>[0-9]+)s"
    + _LINES.format("(?P=left)", r"(?:\x1bD)")
    + r"\x1b\[s\x1b\[\?69l"
)
_TOKEN = re.compile(
    r"\x1b\[\?69h[^?]*\x1b\[\?69l|\x1b\[[0-9]+;[0-9]+r[^r]*\x1b\[r|"  # moves
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC
    r"|\x1b[P_^X].*?\x1b\\"  # DCS, APC, PM, SOS
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[ -/]*.?"
    r"|\r\n"
    r"|[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]",
    re.DOTALL,
)
_POSITION = re.compile(r"\x1b\[([0-9]*)(?:;([0-9]+))?H")
_FORWARD = re.compile(r"\x1b\[([0-9]*)C")
_ERASED = re.compile(r"\x1b\[([0-9]+)X")
_MODE = re.compile(r"\x1b\[\?([0-9]+)([hl])")
_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_LINK = re.compile(r"\x1b\]8;(?:;|id=[0-9]+;(?:https?://|mailto:)[!-~]+)\x1b\\")
_POINTER = re.compile(r"\x1b\]22;(?:default|pointer|text)\x07")
_ASKED = {"\x1b[?2026$p", "\x1b[?2048$p", "\x1b[>25u", "\x1b[<u", "\x1b[<9u", "\x1b[5n", "\x1b]11;?\x1b\\", "\r\n"}
_ASKED |= {"\x1b[?69$p", "\x1b[K"}
# Bold, dim, italic, underlined, reversed, struck through, the sixteen colours and the default ones. Not among
# them: blinking and hidden.
_PLAIN_STYLES = {"", "0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29", "39", "49"} | {
    str(first + offset) for first in (30, 40, 90, 100) for offset in range(8)
}


class Judge:
    """Reads what a program wrote.

    Args:
        columns: Width of its terminal.
        rows: Height of its terminal.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._size = (columns, rows)

    def offences(self, data: bytes) -> list[str]:
        """Return what is not allowed in the bytes of one run, each with what stands around it."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            return [f"not UTF-8: {data[max(0, error.start - 40) : error.end + 40]!r}"]
        found: list[str] = []
        modes: dict[tuple[int, str], int] = {}
        for match in _TOKEN.finditer(text):
            token = match.group()
            if mode := _MODE.fullmatch(token):
                key = (int(mode[1]), mode[2])
                modes[key] = modes.get(key, 0) + 1
            elif not self._allowed(token):
                found.append(f"{token!r} in {text[max(0, match.start() - 30) : match.end() + 30]!r}")
        return found + list(_too_many(modes))

    def _allowed(self, token: str) -> bool:
        """Return whether this program writes such a thing."""
        if style := _STYLE.fullmatch(token):
            return _is_style(style[1].split(";"))
        if position := _POSITION.fullmatch(token):
            columns, rows = self._size
            return 1 <= int(position[1] or 1) <= rows and 1 <= int(position[2] or 1) <= columns
        if move := _MOVE.fullmatch(token) or _PART_MOVE.fullmatch(token):
            return self._is_inside(move.groupdict())
        if erased := _ERASED.fullmatch(token):
            return 1 <= int(erased[1]) <= self._size[0]
        if forward := _FORWARD.fullmatch(token):
            return 1 <= int(forward[1] or 1) < self._size[0]
        if _LINK.fullmatch(token) or _POINTER.fullmatch(token):
            return True
        return token in _ASKED

    def _is_inside(self, move: dict[str, str]) -> bool:
        """Return whether a move is of lines and columns that there are."""
        columns, rows = self._size
        ends = [int(move.get(name, last)) for name, last in (("left", 1), ("right", columns))]
        return 1 <= int(move["top"]) < int(move["bottom"]) <= rows and 1 <= ends[0] < ends[1] <= columns


def _too_many(modes: dict[tuple[int, str], int]) -> Iterator[str]:
    """Yield the modes that are none of ours, or changed more often than at the start and at the end."""
    for (mode, final), times in modes.items():
        most = MODES.get(mode, 0)
        if most is not None and times > most:
            yield f"mode {mode}{final} {times} times"


def _is_style(parameters: Sequence[str]) -> bool:
    """Return whether parameters of SGR are styles and colours that this program uses."""
    left = list(parameters)
    while left:
        first = left.pop(0)
        if first in {"38", "48"}:
            kind = left.pop(0) if left else ""
            colour, left = (left[:3], left[3:]) if kind == "2" else (left[:1], left[1:])
            if len(colour) != {"2": 3, "5": 1}.get(kind) or not all(each.isdigit() for each in colour):
                return False
        elif first not in _PLAIN_STYLES:
            return False
    return True


def attacks() -> list[str]:
    """Return one of each kind of text that a terminal might obey."""
    strings = [
        f"0;{BAIT}", f"2;{BAIT}", f"8;;http://{BAIT}/", "8;;file:///etc/passwd", f"9;{BAIT}", "52;c;cHduZWQ=",
        "52;c;?", f"777;notify;{BAIT};{BAIT}", f"1337;File=inline=1:{BAIT}", "10;?", "11;#ff0000", "4;1;red",
        "104", "133;A", f"7;file://{BAIT}/", "22;wait", f"99;;{BAIT}", "50;fixed", f"l{BAIT}",
    ]  # fmt: skip
    made = [f"{ESC}]{each}{end}" for each in strings for end in (BEL, ST, "", "\x9c")]
    made += [f"\x9d{each}\x9c" for each in strings]
    made += [f"{ESC}{kind}{BAIT}{ST}" for kind in "P_^X"] + [f"{each}{BAIT}\x9c" for each in "\x90\x9f\x9e\x98"]
    made += [f"{ESC}Pq#0;2;0;0;0#0~~{ST}", f"{ESC}P+q544e{ST}", f"{ESC}_Gf=24,s=1,v=1;AAAA{ST}"]
    parameters = ("", "2", "1;1", "?1049", ">4;2", "?25", "99", "8;8;8", "5", "!", "=1", "0;0;0 ", "18")
    made += [f"{ESC}[{parameters[code % len(parameters)]}{chr(code)}" for code in range(0x40, 0x7F)]
    made += [f"\x9b{parameters[code % len(parameters)]}{chr(code)}" for code in range(0x40, 0x7F)]
    made += [f"{ESC}{chr(code)}" for code in range(0x20, 0x7F)] + [chr(code) for code in range(0x80, 0xA0)]
    made += [chr(code) for code in range(0x20) if code != 0x0A] + ["\x7f", ESC * 5, f"{ESC}{ESC}[2J", f"{ESC}["]
    made += ["secret\rshown", "rm\b\b\bls", "a\x0bb\x0cc", "\x0e\x0f", "\u2028\u2029\x85", "\ud800", "\ufffe"]
    made += list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    made += ["&#27;[2J", "&#x1b;]0;pwned&#7;", "&#155;2J", "&#x9b;31m", "&Tab;&NewLine;", "&rlm;&#8238;", "&#0;"]
    return [*made, "%1b[2J", "\\x1b[2J", "\\u001b[2J", "^[[2J", "[red]markup[/]", "[@click=app.quit]x[/]", "[/]"]


class Attacker:
    """Makes hostile text, the same for the same seed.

    Args:
        random: Where its choices come from.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left: list[str] = []

    def text(self, most: int = 3) -> str:
        """Return a few attacks among harmless words; each of them comes once before any comes again."""
        pieces = [self._attack() for _ in range(self._random.randint(1, most))]
        words = ["word", "漢字", "e\u0301", "", " "]
        return "".join(piece for each in pieces for piece in (self._random.choice(words), each))

    def markdown(self) -> str:
        """Return Markdown that holds attacks in each place it has."""
        text, line = self.text, self._line
        return "\n\n".join(
            [
                f"# {line()}\n\n{text()} *{line()}* **{line()}** ~~{line()}~~ `{line()}`",
                f"[{line()}](https://example.org/{line(1)}) <https://example.org/{line(1)}> [x](<{line(1)}>)",
                f'![{line()}](https://example.org/{line(1)} "{line()}") http://example.org/{line(1)}',
                f"[a](javascript:{line(1)}) [b](file:///{line(1)}) [r][{line(1)}] mailto:{line(1)}@example.org",
                f"```{line(1)}\n{text()}\n{text()}\n```\n\n```python\nx = '{line()}'  # {line()}\n```",
                f"```diff\n- {line()}\n+ {line()}\n```\n\n    {line()}",
                f"| {line()} | {line()} |\n|---|:-:|\n| {line()} | `{line()}` |\n| {line()} |",
                f"- {text()}\n- [ ] {line()}\n\n3. {text()}\n\n> {text()}\n> - {line()}",
                f"<b>{line()}</b> <!-- {text()} -->\n\n<div>\n{text()}\n</div>\n\n$x^{line(1)}$ $$\n{text()}\n$$",
                f"Note[^1].\n\n[^1]: {text()}\n\n[{line(1)}]: https://example.org/{line(1)} '{line()}'",
            ]
        )

    def values(self) -> dict[str, Any]:
        """Return arguments of a tool that hold attacks, in their names too."""
        return {self.text(): self.text(), "path": self.text(), "deep": [{self.text(): [self.text(), 1, None]}]}

    def _line(self, most: int = 2) -> str:
        """Return a text without line ends of Markdown's own."""
        return self.text(most).replace("\n", " ")

    def _attack(self) -> str:
        """Return the next attack."""
        if not self._left:
            self._left = attacks()
            self._random.shuffle(self._left)
        return self._left.pop()


def put_session(data_dir: Path, seed: int, rounds: int, first: str, last: str) -> str:
    """Write a session in which everything that can be text is hostile.

    Args:
        data_dir: Where sessions are kept.
        seed: Chooses the attacks.
        rounds: How many questions and answers.
        first: The first message.
        last: The last one.

    Returns:
        Its id.
    """
    attacker = Attacker(Random(seed))
    made = Session(info=SessionInfo(title=attacker.text(9), project_dir=attacker.text(), working_dir="/w"))
    made.info.model_id, made.info.provider_id = attacker.text(), attacker.text()
    meta = SessionMeta()
    places = Places(data_dir, made.id)
    made.create_user_message(first)
    for _ in range(rounds):
        made.create_user_message(attacker.text(9) + "\n" + attacker.markdown())
        answer = made.create_assistant_message()
        _fill(answer, attacker)
        about = About(thinking=attacker.text(9), thought=1.0, took=2.0)
        keep_about(places.about, answer.id, about)
        meta.outcomes[answer.id] = Outcome(state="failed", title=attacker.text(), detail=attacker.text(9))
        meta.notes[answer.id] = attacker.text(9)
    made.create_user_message(last)
    for path, value in ((data_dir / "sessions" / f"{made.id}.json", made), (places.meta, meta)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value.model_dump(mode="json")), "utf-8")
    return made.id


def _fill(answer: Message, attacker: Attacker) -> None:
    """Put every kind of part into an answer."""
    text = attacker.text
    answer.model, answer.provider = text(), text()
    answer.created_at = datetime(2026, 1, 1, tzinfo=UTC)
    answer.add_text(attacker.markdown())
    answer.add_image(f"image/{text()}", data="iVBORw0KGgo=")
    answer.add_image(text(), url=f"https://example.org/{text()}")
    for number, name in enumerate([text(), "bash", "edit_file"]):
        answer.add_tool_call(f"c{number}", name, attacker.values())
        error = text() if number == 1 else None
        answer.add_tool_result(f"c{number}", name, text(), text(9), error=error, metadata=attacker.values())
    answer.add_text(text(9))


def put_odd_files(folder: Path) -> None:
    """Put files beside the sessions that are none: raw bytes of C1 controls, and names that are attacks."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "raw.json").write_bytes(
        b'{"info": {"id": "raw", "title": "\x9b31m\x9d0;pwned\x9c\xff \x1b]0;pwned\x07"}}'
    )
    (folder / f"{ESC}]0;{BAIT}{BEL}.json").write_bytes(b"{")
    (folder / "\u202egpj.json").write_bytes(b"{")
