"""What a command has to say: text or one JSON document, and problems on the other stream."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TextIO, TypeAlias

from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize_line, sentences

Style: TypeAlias = Literal["head", "mark", "dim"]

PIPED = 80
"""Columns where there is no terminal to ask."""

NARROWEST = 40

_STYLES: Mapping[Style, str] = {"head": "\x1b[1m", "mark": "\x1b[1;33m", "dim": "\x1b[2m"}
_PLAIN = "\x1b[0m"


class Output:
    """Takes what is to be written, and writes it at the end, so that the exit code never hangs on the reader.

    Args:
        as_json: Whether a program reads it.

    Attributes:
        as_json: Likewise.
        is_terminal: Whether a person reads the output as it comes.
        columns: How many columns there are.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.is_terminal = _is_terminal(sys.stdout)
        columns = shutil.get_terminal_size((PIPED, 24)).columns if self.is_terminal else PIPED
        self.columns = max(columns, NARROWEST)
        self._has_colour = (
            self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
        )
        self._failed: list[dict[str, str]] = []
        self._written: list[str] = []
        self._file = b""

    @property
    def code(self) -> int:
        """The exit code, as far as problems tell: 1 where there was one."""
        return int(bool(self._failed))

    def styled(self, text: str, style: Style) -> str:
        """Return a safe text as it is shown on a terminal with colours, elsewhere as it is."""
        return f"{_STYLES[style]}{text}{_PLAIN}" if self._has_colour and text else text

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines for a person; they must be safe already. With JSON nothing is written."""
        if not self.as_json:
            self._written.extend(f"{each}\n" for each in lines)

    def file(self, text: str) -> None:
        """Write what is a file's content: as UTF-8, whatever the terminal's encoding is."""
        self._file += text.encode("utf-8", "replace")

    def document(self, **values: Any) -> None:
        """Write the JSON document, each item of a list on a line of its own. Without JSON nothing is written."""
        if not self.as_json:
            return
        told = [f"  {json.dumps(key)}: {_encoded(value)}" for key, value in values.items()]
        self._written.append("{\n" + ",\n".join(told) + "\n}\n")

    def failed(self, wanted: str, error: OatsError) -> None:
        """Say that something was not done, and go on.

        Args:
            wanted: What was named on the command line.
            error: Why it was not done.
        """
        problem = sentences(error.title, error.detail, error.hint)
        self._failed.append({"wanted": wanted, "problem": problem})
        self.say(problem)

    @property
    def failures(self) -> list[dict[str, str]]:
        """What was not done, for the JSON document."""
        return self._failed

    def say(self, sentence: str) -> None:
        """Write one line to the stream of errors, at once."""
        with contextlib.suppress(OSError):
            _write(sys.stderr, f"oats-tui: {sanitize_line(sentence)}\n")

    def drop(self) -> None:
        """Forget what was taken: what went wrong is all that there is to say."""
        self._written, self._file = [], b""

    def flush(self) -> None:
        """Write all that was taken.

        Raises:
            OatsError: It could not be written. A reader who has seen enough is no error.
        """
        text, self._written = "".join(self._written), []
        data, self._file = self._file, b""
        try:
            if data and sys.stdout is not None:
                sys.stdout.buffer.write(data)
            _write(sys.stdout, text)
        except BrokenPipeError:
            give_up_output()
        except OSError as error:
            give_up_output()
            raise OatsError("The output could not be written.", error.strerror or "") from error


def give_up_output() -> None:
    """See to it that nothing more is written to the output: the interpreter would try it again at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream leads to a terminal; one that was closed does not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _write(stream: TextIO | None, text: str) -> None:
    """Write to a stream, which may know only few characters, or be closed."""
    if stream is None:
        return
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _encoded(value: Any) -> str:
    """Return a value as JSON; a list with each item on a line of its own."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]"
