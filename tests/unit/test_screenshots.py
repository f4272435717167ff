from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

import screenshots.__main__ as command
from screenshots.picture import cleaned, text_of
from screenshots.scenes import SCENES, Scene
from screenshots.stage import draw

_BY_NAME = {scene.name: scene for scene in SCENES}
_PERSONAL = ("/tmp", "/home", "/root", "/var")


def _committed(scene: Scene) -> str:
    """The picture in the checkout."""
    return (command.FOLDER / f"{scene.name}.svg").read_text("utf-8")


@pytest.mark.parametrize("name", ["narrow", "palette"])
def test_a_picture_is_the_same_each_time_and_in_every_environment(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asyncio.run(draw(_BY_NAME[name]))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Auckland")
        elsewhere.setenv("NO_COLOR", "1")
        second = asyncio.run(draw(_BY_NAME[name]))
        assert time.tzname[0] == "NZST"
    time.tzset()
    assert first == second
    assert [word for word in _BY_NAME[name].words if word not in text_of(first)] == []


def test_every_picture_has_its_file_and_every_file_its_picture() -> None:
    assert {path.stem for path in command.FOLDER.glob("*.svg")} == set(_BY_NAME)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_committed_picture_shows_what_it_should(scene: Scene) -> None:
    text = text_of(_committed(scene))
    assert [word for word in scene.words if word not in text] == []
    assert len(text.splitlines()) <= scene.size[1]
    assert max(map(len, text.splitlines())) <= scene.size[0]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_committed_picture_needs_nothing_from_elsewhere_and_names_no_machine(scene: Scene) -> None:
    svg = _committed(scene)
    assert svg.count("http") == svg.count('xmlns="http://www.w3.org/2000/svg"') == 1
    defined = set(re.findall(r'id="([^"]+)"', svg))
    used = set(re.findall(r"url\(([^)]*)\)", svg))
    assert {name.removeprefix("#") for name in used} <= defined
    assert "@font-face" not in svg
    assert [path for path in _PERSONAL if path in text_of(svg)] == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_no_text_relies_on_spaces_at_its_ends(scene: Scene) -> None:
    words = re.findall(r"<text [^>]*textLength[^>]*>([^<]*)</text>", _committed(scene))
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
