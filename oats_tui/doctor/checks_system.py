"""What of the machine matters: how much can be watched, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from oats_tui.core.datadir import SHARED
from oats_tui.doctor.finding import Finding, counted, named
from oats_tui.doctor.scan import Scene
from oats_tui.watch.notices import is_limit, try_notices

# Editors watch tens of thousands of files, and this program a few folders beside them.
_LEAST = {"max_user_watches": 8192, "max_user_instances": 128}
# A network mount's clock may differ by seconds.
_AHEAD_SECONDS = 300.0


def check_watching(settings: Path = Path("/proc/sys/fs/inotify")) -> Iterator[Finding]:
    """Find out whether the system lets programs watch enough; one that does not tell is not asked further."""
    low = False
    found = {}
    for name, least in _LEAST.items():
        try:
            found[name] = int((settings / name).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if found[name] < least:
            low = True
            yield Finding(
                "watching",
                "note",
                f"The system’s limit {name} is low ({found[name]:,}). When other programs have used it up, what "
                "others write is noticed by looking every few seconds.",
                f"As root: sysctl fs.inotify.{name}={least * 8}, and write it to /etc/sysctl.d to keep it.",
                settings / name,
            )
    if found and not low:
        limits = ", ".join(f"{name} {value:,}" for name, value in found.items())
        yield Finding("watching", "ok", f"The system lets programs watch enough ({limits}).")


def check_notices(scene: Scene) -> Iterator[Finding]:
    """Try whether the system gives notice of what other programs write."""
    folder = scene.data_dir / SHARED
    error = try_notices(folder) if folder.is_dir() else None
    if error is not None:
        used_up = "its limit of watches is used up by other programs" if is_limit(error) else str(error)
        yield Finding(
            "watching",
            "warning",
            f"The system gives no notice of what other programs write: {used_up}. "
            "It is noticed by looking every few seconds.",
            "End programs that watch many files, or raise the limits as root: "
            "sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288.",
            folder,
        )


def check_clock(scene: Scene) -> Iterator[Finding]:
    """Find files that were changed in the future."""
    ahead = [
        item.path
        for item in (*scene.sessions, *scene.ours)
        if item.is_file and item.found.st_mtime > scene.now + _AHEAD_SECONDS
    ]
    if ahead:
        yield Finding(
            "clock",
            "warning",
            f"{counted(len(ahead), 'file')} changed in the future, as this machine’s clock says. What is newest "
            "and what is old cannot be told well then.",
            "Set the clock. If it is right, touch the files.",
            examples=named(ahead, scene.data_dir),
            count=len(ahead),
        )
