"""The self check: the line at the end of a run that is out of date."""

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


def test_the_last_line_names_a_newer_get_installer_that_the_run_saw(
    engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer, "get-installer"))
    assert done.out.splitlines()[-1].startswith(
        f"get-installer 99.0 is available, and this is {__version__}. "
    )
    assert done.err == ""


def test_a_much_older_bundled_pip_is_named_and_no_request_is_made_for_it(
    engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer))
    assert "is much older than 99.3" in done.out.splitlines()[-1]
    assert "/simple/get-installer/" not in newer.server.paths


@pytest.mark.parametrize("switch", ["--disable-pip-version-check", "-q", "--no-index", "--offline"])
def test_it_is_silent_if_it_is_switched_off(
    switch: str, engine: Engine, newer: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds(*dry(venv, newer, "--find-links", newer.wheels, switch))
    assert "is much older than" not in done.text
    assert "is available" not in done.text


def test_it_is_silent_if_the_run_fails(engine: Engine, newer: LocalIndex, venv: Path) -> None:
    done = engine.fails(*dry(venv, newer, "absent"))
    assert "is much older than" not in done.text
