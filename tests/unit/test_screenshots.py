from __future__ import annotations

import asyncio
import re
import socket
import time
from pathlib import Path

import pytest

import screenshots.__main__ as command
from screenshots.picture import beside, cleaned, text_of
from screenshots.scenes import SCENES, TWO_WINDOWS, Scene
from screenshots.stage import draw, draw_pair

_BY_NAME = {scene.name: scene for scene in SCENES}
_PICTURES = (*_BY_NAME, TWO_WINDOWS.name)
_PERSONAL = ("/tmp", "/home", "/root", "/var")


def _committed(name: str) -> str:
    """The picture in the checkout."""
    return (command.FOLDER / f"{name}.svg").read_text("utf-8")


def _drawn(name: str) -> str:
    """The picture as it is drawn now."""
    return asyncio.run(draw_pair(TWO_WINDOWS) if name == TWO_WINDOWS.name else draw(_BY_NAME[name]))


def _windows(svg: str) -> tuple[list[str], list[str]]:
    """The lines of the two windows in the composed picture."""
    lines = text_of(svg).splitlines()
    width = TWO_WINDOWS.left.size[0]
    # The mark stands in the first column of its window.
    start = next(line.index("○") for line in lines if "○" in line)
    assert [line for line in lines if line[width:start].strip()] == []
    return [line[:width].rstrip() for line in lines], [line[start:] for line in lines]


@pytest.mark.parametrize("name", ["narrow", "palette", TWO_WINDOWS.name])
def test_a_picture_is_the_same_each_time_and_in_every_environment(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _drawn(name)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Auckland")
        elsewhere.setenv("NO_COLOR", "1")
        elsewhere.setattr(socket, "gethostname", lambda: "another-machine")
        second = _drawn(name)
        assert time.tzname[0] == "NZST"
    time.tzset()
    assert first == second
    assert "another-machine" not in second
    if name in _BY_NAME:
        assert [word for word in _BY_NAME[name].words if word not in text_of(first)] == []


def test_every_picture_has_its_file_and_every_file_its_picture() -> None:
    assert {path.stem for path in command.FOLDER.glob("*.svg")} == set(_PICTURES)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_committed_picture_shows_what_it_should(scene: Scene) -> None:
    text = text_of(_committed(scene.name))
    assert [word for word in scene.words if word not in text] == []
    assert len(text.splitlines()) <= scene.size[1]
    assert max(map(len, text.splitlines())) <= scene.size[0]


def test_the_committed_windows_beside_each_other_show_the_same_answer() -> None:
    left, right = _windows(_committed(TWO_WINDOWS.name))
    for scene, lines in ((TWO_WINDOWS.left, left), (TWO_WINDOWS.right, right)):
        assert [word for word in scene.words if word not in "\n".join(lines)] == []
        assert len(lines) <= scene.size[1]
        assert max(map(len, lines)) <= scene.size[0]
    assert left != right
    # What differs is the mark in the list and the status bar.
    assert [line[1:] for line in left[:-1]] == [line[1:] for line in right[:-1]]
    assert [line[:1] for line in left if line[:1] in {"●", "○"}] == ["●"]
    assert [line[:1] for line in right if line[:1] in {"●", "○"}] == ["○"]


@pytest.mark.parametrize("name", _PICTURES)
def test_a_committed_picture_needs_nothing_from_elsewhere_and_names_no_machine(name: str) -> None:
    svg = _committed(name)
    assert svg.count("http") == svg.count('xmlns="http://www.w3.org/2000/svg"') == 1
    defined = re.findall(r'id="([^"]+)"', svg)
    used = set(re.findall(r"url\(([^)]*)\)", svg))
    assert {each.removeprefix("#") for each in used} <= set(defined)
    styled = re.findall(r"^\.([\w-]+) \{", svg, re.MULTILINE)
    assert len(set(styled)) == len(styled) > 0
    assert len(set(defined)) == len(defined)
    assert "@font-face" not in svg
    assert [path for path in _PERSONAL if path in text_of(svg)] == []


@pytest.mark.parametrize("name", _PICTURES)
def test_no_text_relies_on_spaces_at_its_ends(name: str) -> None:
    words = re.findall(r"<text [^>]*textLength[^>]*>([^<]*)</text>", _committed(name))
    assert words
    assert [each for each in words if re.search(r"^(\s|&#160;)|(\s|&#160;)$", each)] == []


def test_a_text_keeps_its_place_when_its_outer_spaces_go() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="terminal-7-line-0"/>'
        '<text class="terminal-7-r1" x="24.4" y="20" textLength="73.2" clip-path="url(#terminal-7-line-0)">'
        "&#160;&#160;a&#160;b&#160;</text>"
        '<text class="terminal-7-r1" x="0" y="44.4" textLength="12.2" clip-path="url(#terminal-7-line-1)">c</text>'
        "</svg>"
    )
    made = cleaned(svg, "oats")
    assert text_of(made) == "    a b\nc"
    assert 'x="48.8" y="20" textLength="36.6" clip-path="url(#oats-line-0)">a&#160;b</text>' in made
    assert 'y="44.4" textLength="12.2">c</text>' in made


def test_pictures_beside_each_other_keep_their_size_and_their_columns() -> None:
    space = 'xmlns="http://www.w3.org/2000/svg"'
    text = '<text x="12.2" y="20" textLength="12.2">'
    low = f'<svg class="a" viewBox="0 0 51.1 30.5" {space}>\n{text}a</text>\n</svg>\n'
    high = f'<svg class="b" viewBox="0 0 100 60" {space}>\n{text}b</text>\n</svg>\n'
    made = beside(low, high)
    assert made.startswith(f'<svg viewBox="0 0 173.2 60" {space}>\n')
    assert '<svg x="0" y="0" width="51.1" height="30.5" viewBox="0 0 51.1 30.5">' in made
    assert '<svg x="73.2" y="0" width="100" height="60" viewBox="0 0 100 60">' in made
    assert made.count(space) == 1
    assert text_of(made) == " a     b"


def test_the_command_names_what_is_out_of_date_and_writes_only_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def drawn() -> dict[str, str]:
        return {"same.svg": "a\n", "other.svg": "b\n", "missing.svg": "c\n"}

    monkeypatch.setattr(command, "draw_all", drawn)
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    (tmp_path / "same.svg").write_text("a\n", "utf-8")
    (tmp_path / "other.svg").write_text("old\n", "utf-8")
    assert command.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert "other.svg, missing.svg" in told
    assert "same.svg" not in told
    assert (tmp_path / "other.svg").read_text("utf-8") == "old\n"
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
    assert (tmp_path / "missing.svg").read_text("utf-8") == "c\n"
