"""The values of a settings file, each with its place, so that a mistake can be named by line and key."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oats_tui.core.config import ConfigError
from oats_tui.core.files import read_regular

_TYPE_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
    type(None): "null",
}
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\s\"']+)")

KeyPath = tuple[str | int, ...]


class SettingsFile:
    """A settings file that was read: its values and where they stand.

    Args:
        path: The file.
        values: What it holds.
        text: Its text, or None to read it when a line number is wanted.
    """

    def __init__(self, path: Path, values: dict[str, Any], text: str | None = None) -> None:
        self.path = path
        self._values = values
        self._text = text

    def top(self) -> Table:
        """Return the outermost table."""
        return Table(self, (), self._values)

    def place(self, path: KeyPath) -> str:
        """Return where a value stands: the file, and the line where it can be found."""
        line = self.line(path)
        return f"{self.path}, line {line}" if line else str(self.path)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a value, counted from 1, or None where it cannot be found."""
        if self._text is None:
            try:
                self._text = self.path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                return None
        find = _toml_line if self.path.suffix == ".toml" else _json_line
        return find(self._text, path)


class Table:
    """One table of a settings file.

    Args:
        file: The file it stands in.
        path: The names that lead to it.
        values: What it holds.
    """

    def __init__(self, file: SettingsFile, path: KeyPath, values: dict[str, Any]) -> None:
        self._file = file
        self._path = path
        self._values = values

    def names(self) -> list[str]:
        """Return the names of the table's values."""
        return list(self._values)

    def wrong(self, name: str | int, expected: str) -> ConfigError:
        """Return the error for a value that cannot be used. The value is never shown: it may be a key."""
        path = (*self._path, name)
        return ConfigError(self._file.path, f"expected {expected}.", self._file.line(path), _dotted(path))

    def report_unknown(self, known: Sequence[str], notices: list[str]) -> None:
        """Add a notice for each name that means nothing here."""
        for name in self._values:
            if name in known:
                continue
            path = (*self._path, name)
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            notices.append(f"{self._file.place(path)}: {_dotted(path)} is not a known setting.{hint}")

    def text(self, name: str) -> str | None:
        """Return a text, or None where it is absent or empty."""
        value = self._typed(name, str)
        return value or None

    def required_text(self, name: str) -> str:
        """Return a text that has to be there."""
        value = self.text(name)
        if value is None:
            raise self.wrong(name, "a text that is not empty")
        return value

    def one_of(self, name: str, known: Sequence[str]) -> str | None:
        """Return one of some texts, or None where it is absent or empty."""
        value = self.text(name)
        if value is not None and value not in known:
            raise self.wrong(name, f"one of {', '.join(known)}")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a truth value, or None where it is absent."""
        value: bool | None = self._typed(name, bool)
        return value

    def positive(self, name: str) -> int | None:
        """Return a whole number above 0, or None where it is absent."""
        value: int | None = self._typed(name, int)
        if isinstance(value, bool) or (value is not None and value < 1):
            raise self.wrong(name, "a whole number above 0")
        return value

    def above_zero(self, name: str) -> float | None:
        """Return a number above 0, whole or not, or None where it is absent."""
        is_whole = isinstance(self._values.get(name), int)
        value = self._typed(name, int if is_whole else float)
        if value is None:
            return None
        if isinstance(value, bool) or not (value > 0 and math.isfinite(value)):
            raise self.wrong(name, "a number above 0")
        return float(value)

    def table(self, name: str) -> Table | None:
        """Return a table inside this one, or None where it is absent."""
        value = self._typed(name, dict)
        return None if value is None else Table(self._file, (*self._path, name), value)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yield the tables that this one consists of, by name."""
        for name in self._values:
            table = self.table(name)
            if table is not None:
                yield name, table

    def list_of_tables(self, name: str) -> Iterator[Table]:
        """Yield the tables of a list; none where it is absent."""
        entries = Table(self._file, (*self._path, name), {})
        for index, value in enumerate(self._typed(name, list) or ()):
            if not isinstance(value, dict):
                raise entries.wrong(index, f"a table, not {_said(value)}")
            yield Table(self._file, (*entries._path, index), value)

    def _typed(self, name: str, kind: type) -> Any:
        """Return a value of the right type, or None where it is absent or null."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, kind):
            raise self.wrong(name, f"{_TYPE_NAMES[kind]}, not {_said(value)}")
        return value


def read_toml(path: Path) -> SettingsFile | None:
    """Read a TOML file; None where there is none.

    Raises:
        ConfigError: It cannot be read, is not UTF-8, or is not TOML.
    """
    import tomllib  # only those who have such a file pay for the parser

    try:
        data = read_regular(path, follow=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(path, f"expected a file that can be read ({error.strerror}).") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(path, "expected UTF-8 text.", data.count(b"\n", 0, error.start) + 1) from None
    try:
        return SettingsFile(path, tomllib.loads(text), text)
    except (ValueError, RecursionError) as error:
        raise _syntax_error(path, text, str(error)) from None


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    """Return the error for what the parser complains about; it puts the place at the end of its message."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if found and found[2]:
        return ConfigError(path, f"column {found[3]}: expected TOML; {found[1]}.", int(found[2]))
    if found:
        return ConfigError(path, f"expected TOML; {found[1]}.", max(1, len(text.splitlines())))
    return ConfigError(path, "expected TOML that can be parsed.")


def _said(value: object) -> str:
    """Return what type a value has, in words."""
    return _TYPE_NAMES.get(type(value), "a date or a time")


def _dotted(path: KeyPath) -> str:
    """Return a value's name as one would write it."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _toml_line(text: str, path: KeyPath) -> int | None:
    """Return the line of the longest beginning of the path that is written as a header or a key."""
    best: tuple[int, int] | None = None
    counts: dict[tuple[str, ...], int] = {}
    here: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            names = _key_parts(header[2])
            here = _numbered(names, counts, header[1] == "[[")
            reached = here
        elif "=" in line and not line.lstrip().startswith("#"):
            reached = (*here, *_key_parts(line.split("=", 1)[0]))
        else:
            continue
        if reached and path[: len(reached)] == reached and (best is None or len(reached) > best[0]):
            best = (len(reached), number)
    return best[1] if best else None


def _numbered(names: tuple[str, ...], counts: dict[tuple[str, ...], int], is_list: bool) -> KeyPath:
    """Return the path of a header, with the index of each list that it goes through; counts a new entry."""
    if is_list:
        counts[names] = counts.get(names, -1) + 1
    path: list[str | int] = []
    for end in range(1, len(names) + 1):
        path.append(names[end - 1])
        if names[:end] in counts:
            path.append(counts[names[:end]])
    return tuple(path)


def _key_parts(dotted: str) -> tuple[str, ...]:
    """Return the names of a dotted key."""
    return tuple(a or b or c for a, b, c in _KEY_PART.findall(dotted))


def _json_line(text: str, path: KeyPath) -> int | None:
    """Return the line of a key: each name of the path is looked for behind the one before it."""
    position, skip, found = 0, 0, None
    for part in path:
        if isinstance(part, int):
            skip = part
            continue
        matches = list(re.finditer(rf'"{re.escape(part)}"\s*:', text[position:]))
        if not matches:
            break
        match = matches[min(skip, len(matches) - 1)]
        found, skip = position + match.start(), 0
        position += match.end()
    return None if found is None else text.count("\n", 0, found) + 1
