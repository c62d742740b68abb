"""Constraints with a URL whose wheel is not for the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers import make_wheel

ALONE = ("--installer", "none")


@pytest.fixture
def limited(index: LocalIndex, tmp_path: Path) -> tuple[str, ...]:
    """Options that constrain `library` to a wheel for Python 2.7; only app 2.0 requires it."""
    index.add("app", "1.0")
    index.add("app", "2.0", requires=["library"])
    index.add("library", "1.0")
    wheel = make_wheel(index.wheels, "library", "1.0", tag="cp27-cp27m-win32")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(f"library @ {wheel.as_uri()}\n")
    return (*index.options, "-c", str(constraints))


def test_a_version_that_requires_what_cannot_be_used_is_not_chosen(
    engine: Engine, venv: Path, limited: tuple[str, ...]
) -> None:
    done = engine.succeeds("--venv", venv, *ALONE, "app", *limited)
    assert "app 1.0" in done.text
    assert not list(venv.rglob("library*"))


@pytest.mark.parametrize("asked", ["app==2.0", "library"])
def test_what_is_asked_for_and_cannot_be_used_ends_the_run(
    engine: Engine, venv: Path, limited: tuple[str, ...], asked: str
) -> None:
    done = engine.fails("--venv", venv, *ALONE, asked, *limited)
    assert "library-1.0-cp27-cp27m-win32.whl does not fit the target" in done.err
    assert "constraints.txt" in done.err
    assert not venv.exists()


def test_a_version_that_requires_the_url_of_such_a_wheel_is_not_chosen(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    url = index.server.file_url("library-1.0-cp27-cp27m-win32.whl")
    index.add("app", "1.0")
    index.add("app", "2.0", requires=[f"library @ {url}"])
    done = engine.succeeds("--venv", venv, *ALONE, "app", *index.options)
    assert "app 1.0" in done.text
    assert "app 2.0 is ignored: library-1.0-cp27-cp27m-win32.whl does not fit" in done.err
    asked = engine.fails("--venv", venv, *ALONE, url, *index.options)
    assert "does not fit the target" in asked.err
