from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from oats_tui.core.errors import OatsError
from oats_tui.ui.pictures import save_picture
from oats_tui.ui.widgets.transcript.items import ImageItem


def content_of(kind: str = "PNG") -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    Image.new("RGB", (9, 9), (1, 2, 3)).save(file, kind)
    return file.getvalue() + b"as it came"


CONTENT = content_of()
ITEM = ImageItem("image/svg+xml; ../../evil.sh", base64.b64encode(CONTENT).decode())
NAME = f"picture-{hashlib.sha256(CONTENT).hexdigest()[:8]}.png"


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_the_bytes_are_saved_as_they_came_under_a_name_of_our_own(kind: str, ending: str, tmp_path: Path) -> None:
    content = content_of(kind)
    image = ImageItem("text/../x", base64.b64encode(content).decode())
    path = asyncio.run(save_picture(image, tmp_path))
    assert path == tmp_path / f"picture-{hashlib.sha256(content).hexdigest()[:8]}.{ending}"
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_picture_is_saved_once(tmp_path: Path) -> None:
    first = asyncio.run(save_picture(ITEM, tmp_path))
    before = first.stat()
    assert asyncio.run(save_picture(ITEM, tmp_path)) == first
    assert (first.stat().st_mtime_ns, first.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_another_content_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"mine")
    with pytest.raises(OatsError) as caught:
        asyncio.run(save_picture(ITEM, tmp_path))
    assert NAME in caught.value.detail
    assert (tmp_path / NAME).read_bytes() == b"mine"


@pytest.mark.parametrize("target", ["there", "missing", "same"])
def test_a_link_is_not_followed(target: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"mine")
    (tmp_path / "same").write_bytes(CONTENT)
    (tmp_path / NAME).symlink_to(tmp_path / target)
    with pytest.raises(OatsError):
        asyncio.run(save_picture(ITEM, tmp_path))
    assert (tmp_path / "there").read_bytes() == b"mine"
    assert not (tmp_path / "missing").exists()
    assert (tmp_path / NAME).is_symlink()


def test_a_pipe_or_a_folder_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(OatsError):
        asyncio.run(save_picture(ITEM, tmp_path))
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(OatsError):
        asyncio.run(save_picture(ITEM, tmp_path))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (ImageItem("image/png", url="http://x/y.png"), "address"),
        (ImageItem("image/png", base64.b64encode(b"#!/bin/sh").decode()), "PNG, JPEG, GIF, WEBP, BMP"),
        (ImageItem("image/png", ""), "kind"),
        (ImageItem("image/png", "A" * 30_000_004), "large"),
    ],
)
def test_what_is_no_picture_is_not_saved(image: ImageItem, words: str, tmp_path: Path) -> None:
    with pytest.raises(OatsError) as caught:
        asyncio.run(save_picture(image, tmp_path))
    assert words in caught.value.detail
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OatsError) as caught:
        asyncio.run(save_picture(ITEM, tmp_path / "nowhere"))
    assert "No such file" in caught.value.detail


REFUSED = """
import asyncio, os, sys
from pathlib import Path
from oats_tui.core.errors import OatsError
from oats_tui.ui.pictures import save_picture
from oats_tui.ui.widgets.transcript.items import ImageItem
if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)
try:
    asyncio.run(save_picture(ImageItem("image/png", sys.argv[2]), Path(sys.argv[1])))
except OatsError as error:
    print(error)
"""


def test_a_folder_that_must_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, str(tmp_path), ITEM.data or ""],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    tmp_path.chmod(0o755)
    assert done.stdout.startswith("The picture could not be saved."), done.stderr
    assert "Permission denied" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_half_of_a_picture(tmp_path: Path) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n{REFUSED}"
    ignoring = f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{limited}"
    tmp_path.chmod(0o777)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ignoring.replace("if os.geteuid", "if 0 and os.geteuid"),
            str(tmp_path),
            ITEM.data or "",
        ],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert "File too large" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []
