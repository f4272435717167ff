"""The checkout that is being checked, and how its tools are run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs the interpreter of the tests from the checkout's root; its output is kept as text."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


def assert_clean(result: subprocess.CompletedProcess[str]) -> None:
    """Fails with everything the tool said unless it ended well."""
    assert result.returncode == 0, f"\n{result.stdout}\n{result.stderr}"


def listed_files() -> list[Path]:
    """Every file that git keeps or would keep, relative to the root, in order."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    paths = {Path(name.decode()) for name in names.split(b"\0") if name}
    return sorted(path for path in paths if (ROOT / path).is_file())


def python_files() -> list[Path]:
    """The modules of the program and of its tests, relative to the root."""
    return [path for path in listed_files() if path.suffix == ".py" and path.parts[0] in {"oats_tui", "tests"}]
