"""Draw every picture and write it down, or say which of them the files do not show any more."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from screenshots.scenes import SCENES, TWO_WINDOWS
from screenshots.stage import draw, draw_pair

FOLDER = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 1 where ``--check`` finds a file that is out of date."""
    parser = argparse.ArgumentParser(prog="python -m screenshots", description=__doc__, allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    options = parser.parse_args(arguments)
    drawn = asyncio.run(draw_all())
    outdated = differing(drawn, FOLDER)
    if not options.check:
        for name in outdated:
            (FOLDER / name).write_text(drawn[name], "utf-8", newline="\n")
        sys.stderr.write(
            f"{len(drawn)} pictures drawn, written: {', '.join(outdated) or 'none, all were current'}\n"
        )
        return 0
    if outdated:
        sys.stderr.write(f"out of date: {', '.join(outdated)}; python -m screenshots draws them again\n")
    return 1 if outdated else 0


async def draw_all() -> dict[str, str]:
    """Return every picture as SVG, by the name of its file. Raises TimeoutError where one never appears."""
    drawn = {f"{scene.name}.svg": await draw(scene) for scene in SCENES}
    return drawn | {f"{TWO_WINDOWS.name}.svg": await draw_pair(TWO_WINDOWS)}


def differing(drawn: Mapping[str, str], folder: Path) -> list[str]:
    """Return the names of the files that are missing or hold something else than was drawn."""
    return [name for name, svg in drawn.items() if _read(folder / name) != svg.encode()]


def _read(path: Path) -> bytes | None:
    """Return what a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
