"""Which setting is in force, from pip.conf to the command line, and where it was set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine


@pytest.fixture
def configured(tmp_path: Path, index: LocalIndex) -> Mapping[str, str]:
    """Settings in a site's pip.conf, in the user's, and in variables; all indexes are wrong."""
    index.add("app", "1.0")
    site, user = tmp_path / "site", tmp_path / "home" / ".config"
    for place in (site / "pip", user / "pip"):
        place.mkdir(parents=True)
    wrong = "index-url = https://me:secret@{}.example/\n"
    (site / "pip" / "pip.conf").write_text(f"[global]\n{wrong.format('site')}timeout = 3\n")
    (user / "pip" / "pip.conf").write_text(f"[install]\n{wrong.format('user')}retries = 1\n")
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_DIRS": str(site),
        "XDG_CONFIG_HOME": str(user),
        "PIP_CONFIG_FILE": "",
        "PIP_INDEX_URL": "https://variable.example/",
        "PIP_CERT": str(index.ca),
    }


def lines(place: Mapping[str, str], index: LocalIndex) -> list[str]:
    site = Path(place["XDG_CONFIG_DIRS"], "pip", "pip.conf")
    user = Path(place["XDG_CONFIG_HOME"], "pip", "pip.conf")
    return [
        f"index-url = {index.server.simple_url} (from --index-url)",
        "index-url = https://variable.example/ (from PIP_INDEX_URL, overridden)",
        f"index-url = https://****@user.example/ (from {user}, line 2, overridden)",
        f"index-url = https://****@site.example/ (from {site}, line 2, overridden)",
        f"timeout = 3 (from {site}, line 3)",
        f"retries = 1 (from {user}, line 3)",
        f"cert = {index.ca} (from PIP_CERT)",
    ]


@pytest.mark.parametrize("how", ["-v", "doctor"])
def test_the_command_line_overrides_variables_and_those_the_files_of_user_and_site(
    engine: Engine, index: LocalIndex, venv: Path, configured: Mapping[str, str], how: str
) -> None:
    typed = ("--index-url", index.server.simple_url)
    if how == "doctor":
        done = engine.succeeds("doctor", "-v", *typed, environ=configured)
    else:
        asked = ("--venv", venv, "--installer", "none", "app", "--dry-run", "-v")
        done = engine.succeeds(*asked, *typed, environ=configured)
        assert "+ app 1.0" in done.out
    missing = [line for line in lines(configured, index) if line not in done.text]
    assert not missing, done.text
    assert "secret" not in done.text


def test_isolated_ignores_the_users_settings(
    engine: Engine, index: LocalIndex, venv: Path, configured: Mapping[str, str]
) -> None:
    asked = ("--venv", venv, "--installer", "none", "app", "--dry-run", "-v", "--isolated")
    done = engine.succeeds(*asked, *index.options, environ=configured)
    assert "user.example" not in done.text
    assert "variable.example" not in done.text
    assert "site.example" in done.text  # the machine's own rules hold, as in pip


def test_a_log_gets_what_is_not_shown_and_the_error_with_its_traceback(
    engine: Engine, tmp_path: Path
) -> None:
    log = tmp_path / "new" / "pip.log"
    where = ("--offline", "--venv", tmp_path / "venv", "--log", log)
    done = engine.succeeds(*where, "-q")
    assert not done.out
    assert "Setting: log = " in log.read_text()
    engine.fails(*where, "no-such-project", environ={"PIP_FIND_LINKS": ""})
    text = log.read_text()
    assert "error: " in text
    assert "Traceback" in text
    assert text.count("Setting: log = ") == 2
    done = engine.fails(*where[:-1], tmp_path, status=2)
    assert f"The log {tmp_path} cannot be written" in done.err


@pytest.mark.parametrize("how", ["option", "variable"])
def test_debug_shows_the_traceback_of_an_error_once(
    engine: Engine, tmp_path: Path, how: str
) -> None:
    typed = ("--debug",) if how == "option" else ()
    environ = {"PIP_FIND_LINKS": ""} | ({} if typed else {"PIP_DEBUG": "1"})
    where = ("--offline", "--venv", str(tmp_path / "venv"), "no-such-project")
    done = engine(*where, *typed, environ=environ)
    assert done.status == 1
    assert done.err.count("UnknownProjectError: No project named") == 1
    assert "error: No project named" in done.err
