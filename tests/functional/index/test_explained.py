"""What cannot be done is explained by what is there, and by the one change that would help."""

from __future__ import annotations

import platform
from pathlib import Path

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

ALONE = ("--installer", "none")


def test_a_release_for_other_pythons_is_reported_with_the_newest_for_this_one(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("pip", "26.3", requires_python=">=3.99")
    index.add("pip", "25.0.1", requires_python=">=3.8")
    done = engine.fails("--venv", venv, "pip>=26", *index.options)
    here = platform.python_version()
    expected = f"pip 26.3 requires Python >=3.99; the target has Python {here}; "
    expected += "the newest compatible version is 25.0.1"
    assert expected in done.err
    assert "Ask for pip<=25.0.1" in done.err
    found = engine.succeeds("--venv", venv, "pip", *ALONE, *index.options)
    assert "pip 25.0.1" in found.out


def test_a_conflict_is_explained_by_the_requirements_that_cause_it_only(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("web", "2.0", requires=["http>=2", "bystander"])
    index.add("web", "1.0", requires=["http", "bystander"])
    index.add("cloud", "1.0", requires=["http<2"])
    for name, version in (("http", "1.0"), ("http", "2.0"), ("bystander", "1.0")):
        index.add(name, version)
    file = tmp_path / "requirements.txt"
    file.write_text("bystander\n\nweb>=2\n")
    done = engine.fails("--venv", venv, *ALONE, "-r", file, "cloud", *index.options)
    assert f"you asked for web>=2 ({file}, line 3)" in done.err
    assert "cloud 1.0 requires http<2 (you asked for cloud (the command line))" in done.err
    assert "no version of http matches all of these; available: 2.0, 1.0" in done.err
    change = f"relax web>=2 ({file}, line 3) to web; then web 1.0 can be used."
    assert f"One change would solve this: {change}" in done.err
    assert "bystander" not in done.err
    assert not venv.exists()


def test_a_constraint_with_a_url_is_the_only_source_of_the_project(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0", requires=["library"])
    index.add("library", "2.0")
    wheel = index.add("library", "1.0")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(f"library @ {index.server.file_url(wheel.name)}\n")
    asked = ("--venv", venv, *ALONE, "-c", constraints, "--dry-run", "-v")
    assert "library 1.0" in engine.succeeds(*asked, "app", *index.options).out
    done = engine.fails(*asked, "app", "library>=2", *index.options)
    constraint = f"the constraint library @ {index.server.file_url(wheel.name)}"
    assert f"you limit it with {constraint}" in done.err
    assert f"remove {constraint}" in done.err
