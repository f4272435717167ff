"""Another program, which changes files as it is told: run as a script, it knows nothing of this project.

It reads one JSON array a line, the name of a function below and its arguments, and answers each with the
moment on the system's monotonic clock, in nanoseconds, just before it made the last change.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable


def replace(path: str, text: str) -> int:
    """Write a new file and rename it over the old one."""
    temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.tmp")
    with open(temporary, "w") as file:
        file.write(text)
    moment = time.monotonic_ns()
    os.rename(temporary, path)
    return moment


def overwrite(path: str, text: str, pause: float = 0.0) -> int:
    """Truncate the file, write one half, pause for some seconds, write the other."""
    half = len(text) // 2
    with open(path, "w") as file:
        file.write(text[:half])
        if pause:
            file.flush()
            time.sleep(pause)
        moment = time.monotonic_ns()
        file.write(text[half:])
    return moment


def remove(path: str) -> int:
    """Remove the file."""
    moment = time.monotonic_ns()
    os.unlink(path)
    return moment


def burst(path: str, text: str, count: int) -> int:
    """Replace the file many times over."""
    return max(replace(path, text) for _ in range(count))


def many(folder: str, names: list[str], text: str) -> int:
    """Make a file of each name, steadily, with the name in the place of an at sign in the text."""
    moment = 0
    for name in names:
        moment = replace(os.path.join(folder, f"{name}.json"), text.replace("@", name))
        time.sleep(0.0005)
    return moment


def follow(path: str, delay: float, verb: str, *text: str) -> int:
    """Wait until somebody replaces the file, then some seconds, then change it."""
    old = _inode(path)
    _answer("waiting")
    while _inode(path) == old:
        pass
    end = time.monotonic() + delay
    while time.monotonic() < end:
        pass
    return _VERBS[verb](path, *text)


def _answer(word: object) -> None:
    """Say one line."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _inode(path: str) -> int:
    """The number of the file, 0 while there is none."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return 0


_VERBS: dict[str, Callable[..., int]] = {
    each.__name__: each for each in (replace, overwrite, remove, burst, many, follow)
}


def main() -> None:
    """Obey until the input ends."""
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        _answer(_VERBS[verb](*arguments))


if __name__ == "__main__":
    main()
