"""The line at the end of a run, from what the run had seen anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap import __version__
from tests.functional.conftest import LocalIndex
from tests.functional.engine import CHECKOUT, Engine


@pytest.fixture
def newer(request: pytest.FixtureRequest, index: LocalIndex) -> LocalIndex:
    """An index with a get-installer and a pip of the far future."""
    built = any((CHECKOUT / "bootstrap" / "_bundled").glob("pip-*.whl"))
    if not built and not request.config.getoption("--zipapp"):
        pytest.skip("the pip wheel is bundled by build_zipapp.py, which has not run here")
    index.add("get-installer", "99.0")
    index.add("pip", "99.3")
    return index


def dry(venv: Path, index: LocalIndex, *more: str | Path) -> tuple[str | Path, ...]:
    return ("--venv", venv, *index.options, "--dry-run", *more)


def test_a_newer_get_installer_that_a_run_saw_is_told_in_its_last_line(
    engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer, "get-installer"))
    assert done.out.splitlines()[-1].startswith(
        f"get-installer 99.0 is out, and this is {__version__}. "
    )
    assert done.err == ""


def test_a_bundled_pip_far_behind_is_told_and_nothing_is_asked_for_it(
    engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer))
    assert "is far behind 99.3" in done.out.splitlines()[-1]
    assert "/simple/get-installer/" not in newer.server.paths


@pytest.mark.parametrize("switch", ["--disable-pip-version-check", "-q", "--no-index", "--offline"])
def test_it_is_silent_where_it_is_not_wanted(
    switch: str, engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer, "--find-links", newer.wheels, switch))
    assert "far behind" not in done.text
    assert "is out" not in done.text


def test_it_is_silent_where_a_run_failed(engine: Engine, newer: LocalIndex, venv: Path) -> None:
    done = engine.fails(*dry(venv, newer, "absent"))
    assert "far behind" not in done.text
