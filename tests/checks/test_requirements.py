"""The tests' requirements are pinned, carry hashes, and fit what the project asks for."""

from __future__ import annotations

import re
import tomllib
from itertools import chain

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checks.checkout import ROOT

_PINNED = ROOT / "tests" / "requirements.txt"


def _logical_lines() -> list[str]:
    """The requirements with their continued lines joined, comments left out."""
    joined = re.sub(r"\\\n", " ", _PINNED.read_text("utf-8"))
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _asked() -> list[Requirement]:
    """What the project and its tests ask for by name, the extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = list(project["project"]["dependencies"])
    wanted += chain.from_iterable(project["project"]["optional-dependencies"].values())
    lines = (ROOT / "tests" / "requirements.in").read_text("utf-8").splitlines()
    wanted += project["build-system"]["requires"] + [line for line in lines if line and not line.startswith("#")]
    return [Requirement(line) for line in wanted]


def test_every_line_is_one_version_with_hashes_and_no_option() -> None:
    lines = _logical_lines()
    assert lines
    shape = re.compile(r"[a-z0-9.-]+==[^ ;]+( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [line for line in lines if not shape.fullmatch(line)] == []


def test_the_pinned_versions_are_those_that_are_asked_for() -> None:
    heads = [Requirement(line.partition(" --hash")[0]) for line in _logical_lines()]
    pinned = {canonicalize_name(head.name): str(head.specifier).removeprefix("==") for head in heads}
    missing = [str(want) for want in _asked() if canonicalize_name(want.name) not in pinned]
    assert missing == []
    outside = [str(want) for want in _asked() if pinned[canonicalize_name(want.name)] not in want.specifier]
    assert outside == []
