"""The main job against the real index, over the real network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.engine import Engine, run

pytestmark = pytest.mark.network


def test_pip_is_installed_from_the_real_index(engine: Engine, venv: Path) -> None:
    done = engine.succeeds("--venv", venv, "--", "--version")
    assert "bundled" not in done.text
    assert str(venv) in done.out.splitlines()[-1]


def test_poetry_and_its_forty_wheels_are_installed_and_poetry_runs(
    engine: Engine, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, "--installer", "poetry", "--", "--version", timeout=300)
    assert done.out.splitlines()[-1].startswith("Poetry (version ")
    engine.succeeds("--python", venv)
    assert run(venv / "bin" / "python", "-m", "pip", "check") == "No broken requirements found.\n"
