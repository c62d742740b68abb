"""What is installed: only the dependencies of what is named, and what a script needs."""

from __future__ import annotations

from pathlib import Path

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine

SCRIPT = "# /// script\n# requires-python = '{}'\n# dependencies = ['app>1']\n# ///\n"


def installed(venv: Path) -> set[str]:
    return {path.name.removesuffix(".dist-info") for path in venv.rglob("*.dist-info")}


def test_only_dependencies_are_installed(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.add("app", "1.0", requires=["part"])
    index.add("part", "1.0", requires=["piece"])
    index.add("piece", "1.0")
    where = ("--venv", str(venv), "--installer", "none", *index.options)
    done = engine.succeeds(*where, "--only-deps", "app")
    assert installed(venv) == {"part-1.0", "piece-1.0"}
    assert "app" not in done.out.replace(str(venv), "")


def test_the_requirements_of_a_script_are_installed_for_a_python_that_suits_it(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    index.add("app", "1.0")
    index.add("app", "2.0")
    script = tmp_path / "tool.py"
    script.write_text(SCRIPT.format(">=4"))
    where = ("--venv", str(venv), "--installer", "none", *index.options)
    asked = (*where, "--requirements-from-script", str(script))
    done = engine.fails(*asked)
    assert f"{script} requires Python >=4; the target has Python 3." in done.err
    assert not venv.exists()
    engine.succeeds(*asked, "--ignore-requires-python", "--dry-run")
    script.write_text(SCRIPT.format(">=3"))
    engine.succeeds(*asked)
    assert installed(venv) == {"app-2.0"}
