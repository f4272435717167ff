"""Another program, which changes files as it is told: run as a script, it knows nothing of this project.

It reads one JSON array a line, the name of a function below and its arguments, and answers each with the
moment on the system's monotonic clock, in nanoseconds, just before it made the last change.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping


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


def pieces(path: str, text: str, count: int, pause: float) -> int:
    """Truncate the file, write so many pieces with a pause of some seconds after each but the last."""
    size = -(-len(text) // count)
    with open(path, "w") as file:
        for number in range(count):
            moment = time.monotonic_ns()
            file.write(text[number * size : (number + 1) * size])
            file.flush()
            if number + 1 < count:
                time.sleep(pause)
    return moment


def append(path: str, text: str) -> int:
    """Add to the file, which is made if it is missing."""
    with open(path, "a") as file:
        moment = time.monotonic_ns()
        file.write(text)
    return moment


def follow_growth(path: str, text: str) -> int:
    """Wait until somebody adds to the file, then add something at once."""
    size = os.path.getsize(path)
    _answer("waiting")
    while os.path.getsize(path) == size:
        pass
    return append(path, text)


def pour(path: str, text: str, count: int) -> int:
    """Add to the file many times over."""
    return max(append(path, text) for _ in range(count))


def storm(first: str, second: str, count: int, path: str, text: str) -> int:
    """Change the times of two files in turn, so often each, and then replace a third."""
    for _ in range(count):
        os.utime(first)
        os.utime(second)
    return replace(path, text)


def peruse(first: str, second: str, count: int, path: str, text: str) -> int:
    """Open two files in turn, so often each, and then replace a third."""
    for _ in range(count):
        os.close(os.open(first, os.O_RDONLY))
        os.close(os.open(second, os.O_RDONLY))
    return replace(path, text)


def prepare(folder: str, names: list[str], text: str) -> int:
    """Make a folder with a file of each name, with the name in the place of an at sign in the text."""
    os.mkdir(folder)
    for name in names:
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            file.write(text.replace("@", name))
    return time.monotonic_ns()


def pour_out(source: str, target: str) -> int:
    """Move all files of a folder into another one, as fast as it goes."""
    for name in sorted(os.listdir(source)):
        os.rename(os.path.join(source, name), os.path.join(target, name))
    return time.monotonic_ns()


def move(path: str, target: str) -> int:
    """Rename a file or folder."""
    moment = time.monotonic_ns()
    os.rename(path, target)
    return moment


def swap(path: str, other: str, aside: str) -> int:
    """Put another folder in the place of one, which is moved aside, with next to no time between."""
    moment = time.monotonic_ns()
    os.rename(path, aside)
    os.rename(other, path)
    return moment


def wipe(path: str) -> int:
    """Remove a folder with all that is in it."""
    moment = time.monotonic_ns()
    shutil.rmtree(path)
    return moment


def again(path: str, name: str, text: str, pause: float = 0.0) -> int:
    """Remove a folder, make it again at once or some seconds later, and a file in it."""
    shutil.rmtree(path)
    time.sleep(pause)
    os.mkdir(path)
    return replace(os.path.join(path, name), text)


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
    each.__name__: each
    for each in (
        *(replace, overwrite, pieces, append, pour, remove, burst, many, storm, peruse, prepare, pour_out),
        *(follow, follow_growth, move, swap, wipe, again),
    )
}


def obey(verbs: Mapping[str, Callable[..., int]]) -> None:
    """Do what each line says, until the input ends."""
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        _answer(verbs[verb](*arguments))


if __name__ == "__main__":
    obey(_VERBS)
