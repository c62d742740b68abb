"""Builds for each Python of this machine: its own interpreter runs them, whatever runs us."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.builds.real_projects import (
    EDITABLE,
    REAL_PROJECTS,
    write_editable,
    write_meson_project,
)
from tests.functional.engine import Engine, run
from tests.unit.environment.pythons import ALL, name_of, version_of

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(900)]

OLDEST = (3, 7)


@pytest.fixture(params=ALL, ids=name_of)
def target(request: pytest.FixtureRequest) -> Path:
    """A Python of this machine."""
    return Path(request.param)


@pytest.fixture
def able(target: Path) -> Path:
    """A Python that can run backends."""
    if version_of(target) < OLDEST:
        pytest.skip("backends cannot run on it; the tests below check the message")
    return target


def installed_in(venv: Path, code: str) -> str:
    return run(venv / "bin" / "python", "-I", "-c", code).strip()


def test_sdists_of_each_backend_are_built_and_imported(
    engine: Engine, able: Path, venv: Path, cache: Path, tmp_path: Path
) -> None:
    requirements = [requirement for requirement, _ in REAL_PROJECTS.values()]
    sources = ",".join(each.partition("==")[0] for each in requirements)
    tree = write_meson_project(tmp_path / "fast")
    where = ("--python", able, "--venv", venv, "--installer", "none", "--cache-dir", cache)
    engine.succeeds(*where, *requirements, tree, "--no-binary", sources, timeout=800)
    for code in ("import fast", *(code for _, code in REAL_PROJECTS.values())):
        installed_in(venv, code)
    found = installed_in(venv, "import sys; print('%d.%d' % sys.version_info[:2])")
    assert found == ".".join(map(str, version_of(able)))


def test_projects_of_each_backend_become_editable_regular_and_editable_again(
    engine: Engine, able: Path, venv: Path, cache: Path, tmp_path: Path
) -> None:
    trees = {name: write_editable(tmp_path / name, name) for name in EDITABLE}
    where = ("--python", able, "--venv", venv, "--installer", "none", "--cache-dir", cache)
    for editable in (True, False, True):
        named = [word for tree in trees.values() for word in (["-e"] * editable + [str(tree)])]
        engine.succeeds(*where, *named, timeout=800)
        for name, tree in trees.items():
            found = installed_in(venv, f"import {name}; print({name}.VALUE, {name}.__file__)")
            assert found.startswith("7 ")
            assert found.removeprefix("7 ").startswith(str(tree)) is editable, name


def test_a_python_that_cannot_run_backends_is_refused_and_nothing_is_changed(
    engine: Engine, target: Path, tmp_path: Path
) -> None:
    if version_of(target) >= OLDEST:
        pytest.skip("it can run them")
    tree, into = write_editable(tmp_path / "tree", "by_flit"), tmp_path / "into"
    where = ("--python", target, "--target", into, "--installer", "none")
    version = ".".join(map(str, version_of(target)))
    done = engine.fails(*where, tree)
    assert f"it is {version}; expected 3.7 or newer" in done.err
    done = engine.fails(*where, "six==1.16.0", "--no-binary", "six")
    assert "six" in done.err
    assert not into.exists()
