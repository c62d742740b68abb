"""What is typed counts more than what is configured, and messages say where that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.engine import Engine, run


@pytest.mark.parametrize("name", ["user", "target", "prefix", "root"])
def test_a_typed_environment_is_made_and_filled_whatever_place_is_configured(
    engine: Engine, tmp_path: Path, name: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    configuration = tmp_path / "pip.conf"
    value = "yes" if name == "user" else elsewhere
    configuration.write_text(f"[install]\n{name} = {value}\n")
    environ = {"PIP_CONFIG_FILE": str(configuration), "PYTHONUSERBASE": str(elsewhere)}
    engine.succeeds("--offline", "--venv", tmp_path / "demo", environ=environ)
    assert "demo" in run(tmp_path / "demo" / "bin" / "pip", "--version")
    assert not elsewhere.exists()


def test_an_error_about_a_configured_option_names_its_file_and_line(
    engine: Engine, tmp_path: Path
) -> None:
    engine.succeeds("--offline", "--venv", tmp_path / "demo")
    configuration = tmp_path / "pip.conf"
    configuration.write_text("# of the company\n[install]\nuser = yes\n")
    done = engine.fails(
        "--offline",
        "--python",
        tmp_path / "demo",
        environ={"PIP_CONFIG_FILE": str(configuration)},
    )
    assert f"--user is set in {configuration}, line 3." in done.err
