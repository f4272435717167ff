from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from oats_tui.doctor.report import as_json, as_text
from oats_tui.doctor.run import run
from tests.unit.doctor.house import build, examined, of

KEY = "sk-very-secret-key"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    """A file of settings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def toml(home: Path, text: str, mode: int = 0o600) -> Path:
    """The person's own settings."""
    return write(home / ".config" / "oats-tui" / "config.toml", text, mode)


def coder(home: Path, text: str, mode: int = 0o600) -> Path:
    """The settings of oats."""
    return write(home / ".local" / "share" / "oats" / "coder.json", text, mode)


def test_the_data_directory_is_told_with_the_setting_that_chose_it(home: Path) -> None:
    path = coder(home, json.dumps({"data_dir": str(home / "mine")}))
    report = run(None)
    assert (report.data_dir, report.chosen_by) == (home / "mine", f"data_dir in {path}")


def test_a_setting_that_cannot_be_read_is_a_finding_with_its_line(home: Path, data_dir: Path) -> None:
    build(data_dir)
    path = toml(home, f'[provider.x]\napi_key = "{KEY}"\nbase_url = 7\n')
    report = run(None)
    (finding,) = of(report, "settings", "problem")
    assert finding.path == path
    assert "line 3" in finding.what
    assert report.code == 1
    assert (report.data_dir, report.counts["sessions"]) == (data_dir, 0)
    assert KEY not in as_text(report) + as_json(report)


def test_a_broken_coder_json_that_hides_the_data_directory_is_told_once(home: Path) -> None:
    coder(home, '{"data_dir": ,}')
    report = run(None)
    assert (report.data_dir, report.chosen_by, report.code) == (None, None, 1)
    assert len(of(report, "settings", "problem")) == 1
    assert json.loads(as_json(report))["data_dir"] is None


def test_what_the_settings_do_not_know_is_only_a_warning(home: Path, data_dir: Path) -> None:
    build(data_dir)
    toml(home, 'modle = "x"\n')
    report = run(None)
    (finding,) = of(report, "settings", "warning")
    assert "Did you mean “model”?" in finding.what
    assert report.code == 0


def test_a_file_of_keys_that_others_may_read_is_told_and_the_key_is_not(home: Path, data_dir: Path) -> None:
    build(data_dir)
    service = f'base_url = "http://x/v1"\napi_key = "{KEY}"\n'
    path = toml(home, f"[provider.x]\n{service}", 0o644)
    coder(home, "{}", 0o644)
    report = run(None)
    (finding,) = of(report, "permissions")
    assert (finding.path, finding.what_to_do) == (path, f"chmod 600 {path}")
    assert not finding.repairable
    assert KEY not in as_text(report) + as_json(report)


def test_another_folder_of_oats_is_told(home: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(data_dir)
    other = write(home / "other.json", json.dumps({"data_dir": str(home / "theirs")}))
    monkeypatch.setenv("CODER_CONFIG_FILE", str(other))
    (finding,) = of(run(None), "settings")
    assert (finding.severity, finding.path) == ("note", home / "theirs")
    other.write_text(json.dumps({"data_dir": str(data_dir)}))
    assert of(run(None), "settings") == []


def test_a_named_coder_json_that_is_missing_is_told(
    home: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(data_dir)
    monkeypatch.setenv("CODER_DATA_DIR", str(data_dir))
    monkeypatch.setenv("CODER_CONFIG_FILE", str(home / "missing.json"))
    (finding,) = of(run(None), "settings")
    assert "there is no such file" in finding.what


def test_our_other_folders_are_tried_and_made_private_on_request(home: Path, data_dir: Path) -> None:
    build(data_dir)
    cache, state = home / ".cache" / "oats-tui", home / ".local" / "state" / "oats-tui"
    assert [finding.severity for finding in run(None).findings if finding.area in ("cache", "state")] == [
        "ok",
        "ok",
    ]
    assert not cache.exists()
    cache.mkdir(parents=True, mode=0o755)
    state.parent.mkdir(parents=True)
    state.write_text("in the way")
    report = run(None, repair=True)
    (useless,) = of(report, "state")
    assert "ENOTDIR" in useless.what
    assert report.code == 0
    assert cache.stat().st_mode & 0o777 == 0o700
    assert list(cache.iterdir()) == []
    assert any(finding.what == "Repaired: 1 file or folder made private." for finding in report.findings)


@pytest.mark.parametrize("path", ["a\\u0000b", "a\\ud800b"])
def test_a_data_directory_that_is_no_path_is_told(home: Path, path: str) -> None:
    coder(home, f'{{"data_dir": "{path}"}}')
    report = run(None, repair=True)
    (finding,) = of(report, "data directory", "problem")
    assert "that no path can have" in finding.what
    as_text(report).encode()


def test_the_home_of_nobody_is_a_finding_and_no_crash(
    home: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(data_dir)
    for name in ("CODER_CONFIG_FILE", "CODER_DATA_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "~nobody-of-this-name/x")
    report = run(None)
    assert of(report, "settings")
    assert report.counts["sessions"] == 0


def test_what_is_logged_meanwhile_does_not_come_to_the_terminal(
    home: Path, data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build(data_dir)
    examined(data_dir)
    logging.getLogger("oats_tui.session.x").warning("a word too many")
    assert capfd.readouterr() == ("", "")
