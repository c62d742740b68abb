"""Pythons with a `._pth` file: an error, or patched with --fix-pth."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.embeddable import PATH_FILE, embeddable, newest
from tests.functional.engine import Engine, run, snapshot

KEPT = "python._pth.before-fix-pth"


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (base := newest()) is None:
        pytest.skip("needs a Python 3.11 or newer on Linux")
    return embeddable(tmp_path_factory.mktemp("laid out") / "python", base)


@pytest.fixture
def python(laid_out: Path, tmp_path: Path) -> Path:
    """The interpreter of a new embeddable Python."""
    shutil.copytree(laid_out.parent, tmp_path / "my python", symlinks=True)
    return tmp_path / "my python" / "python"


def has_pip(python: Path) -> bool:
    code = "import importlib.util as u; print(u.find_spec('pip') is not None)"
    return run(python, "-B", "-c", code) == "True\n"


def test_a_pth_file_is_an_error_and_not_changed(
    engine: Engine, index: LocalIndex, python: Path
) -> None:
    before = snapshot(python.parent)
    done = engine.fails("--python", python, *index.options)
    assert str(python.with_name("python._pth")) in done.err
    assert "--fix-pth" in done.err
    assert snapshot(python.parent) == before


def test_fix_pth_patches_the_file_before_the_hand_off(
    engine: Engine, index: LocalIndex, python: Path
) -> None:
    done = engine.succeeds("--python", python, *index.options, "--fix-pth", "--", "--version")
    assert done.out.splitlines()[-1].startswith("pip ")
    assert KEPT in done.err
    assert has_pip(python)
    again = engine.succeeds("--python", python, *index.options)
    assert "Nothing to do" in again.out


def test_the_patch_can_be_undone(engine: Engine, index: LocalIndex, python: Path) -> None:
    engine.succeeds("--python", python, *index.options, "--fix-pth")
    python.with_name(KEPT).replace(python.with_name("python._pth"))
    assert python.with_name("python._pth").read_bytes() == PATH_FILE
    assert not has_pip(python)
    done = engine.succeeds("--python", python, *index.options, "--fix-pth")
    assert "Nothing to do" in done.out  # pip was there, and is found again
    assert has_pip(python)


def test_a_dry_run_reports_the_patch_and_changes_nothing(
    engine: Engine, index: LocalIndex, python: Path
) -> None:
    before = snapshot(python.parent)
    done = engine.succeeds("--python", python, *index.options, "--fix-pth", "--dry-run")
    assert f"Would add `import site` to {python.parent}" in done.out
    assert snapshot(python.parent) == before


def test_a_dry_run_finds_that_the_file_cannot_be_changed(
    engine: Engine, index: LocalIndex, python: Path
) -> None:
    python.parent.chmod(0o555)
    user = engine.without_root_s_rights()
    asked: tuple[str | Path, ...] = ("--python", python, *index.options, "--fix-pth")
    dry, real = user.fails(*asked, "--dry-run"), user.fails(*asked)
    assert f"{python.with_name('python._pth')} cannot be changed: Permission denied" in dry.err
    assert dry.err == real.err


def test_a_failed_installation_patches_nothing(
    engine: Engine, index: LocalIndex, python: Path
) -> None:
    index.add("bad", "1.0", data={"scripts/pip": "#!python\n"})
    (python.parent / "bin").write_text("a file where scripts go")
    before = snapshot(python.parent)
    engine.fails("--python", python, *index.options, "--fix-pth", "bad")
    assert snapshot(python.parent) == before


def test_an_embeddable_python_runs_the_engine(
    index: LocalIndex, python: Path, archive: Path
) -> None:
    output = run(python, archive, "--fix-pth", "--offline", "--", "--version")
    assert output.splitlines()[-1].startswith("pip ")
    index.add("extra", "1.0")
    run(python, archive, *index.options, "--installer", "none", "extra")
    assert run(python, "-c", "import extra; print(extra.__name__)") == "extra\n"
    assert "Nothing to do" in run(python, archive, "--offline")


def test_a_virtual_environment_of_it_is_an_error(
    engine: Engine, index: LocalIndex, python: Path, venv: Path
) -> None:
    engine.fails("--python", python, "--venv", venv, *index.options)
    assert not venv.exists()


def test_a_target_directory_needs_no_patch_but_is_not_imported_from(
    engine: Engine, index: LocalIndex, python: Path, tmp_path: Path
) -> None:
    here = ("--target", tmp_path / "here")
    done = engine("--python", python, *index.options, *here, "--", "--version")
    assert done.status == 1
    assert "ignores PYTHONPATH" in done.err
    assert python.with_name("python._pth").read_bytes() == PATH_FILE
    output = subprocess.check_output([python, tmp_path / "here" / "pip", "--version"], text=True)
    assert output.startswith("pip ")
