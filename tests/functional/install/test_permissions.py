"""A dry run, and `doctor`, find missing permission to write as the installation does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import Engine, snapshot_with_root
from tests.servers import make_wheel

pytestmark = pytest.mark.posix_only("permissions are of POSIX")

ASKED = ("--offline", "--installer", "none", "pip")


@pytest.fixture
def user(engine: Engine, tmp_path: Path) -> Engine:
    """The engine, run by somebody who may not write into `locked`."""
    (tmp_path / "locked").mkdir(mode=0o555)
    (tmp_path / "file").touch()
    return engine.without_root_s_rights()


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("--venv locked", "A virtual environment cannot be created in"),
        ("--venv locked/in/it", "A virtual environment cannot be created in"),
        ("--venv file/in/it", "A virtual environment cannot be created in"),
        ("--target locked/in/it", "no permission to write"),
        ("--prefix locked", "no permission to write"),
        ("--target file", "it is not a directory"),
    ],
)
def test_a_dry_run_without_permission_fails_as_the_installation_would(
    target: str, error: str, user: Engine, tmp_path: Path
) -> None:
    before = snapshot_with_root(tmp_path / "locked")
    real = user.fails(*target.split(), *ASKED, cwd=tmp_path)
    dry = user.fails(*target.split(), *ASKED, "--dry-run", cwd=tmp_path)
    assert error in dry.err
    assert dry.err == real.err
    assert snapshot_with_root(tmp_path / "locked") == before


def test_doctor_finds_it_too(user: Engine, tmp_path: Path) -> None:
    done = user("doctor", "--offline", "--venv", "locked/venv", cwd=tmp_path)
    assert done.status == 1
    assert "It will not work: A virtual environment cannot be created in" in done.out


def test_a_dry_run_with_permission_leaves_nothing(user: Engine, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    before = snapshot_with_root(tmp_path / "open")
    for target in ("--venv=open", "--venv=open/in/it", "--target=open"):
        assert "Would install" in user.succeeds(target, *ASKED, "--dry-run", cwd=tmp_path).out
    assert snapshot_with_root(tmp_path / "open") == before


def test_an_environment_that_has_everything_needs_no_permission(user: Engine, venv: Path) -> None:
    user.succeeds("--venv", venv, *ASKED)
    library = next(venv.glob("lib/*/site-packages"))
    library.chmod(0o555)
    for option in ("--dry-run", "--no-color"):
        assert "Nothing to do" in user.succeeds("--venv", venv, *ASKED, option).out
    assert "no permission" in user.fails("--venv", venv, *ASKED, "--dry-run", "-I").err


def test_a_lock_or_a_report_may_be_for_another_environment(user: Engine, tmp_path: Path) -> None:
    make_wheel(tmp_path, "demo", "1.0")
    near = ("--no-index", "--find-links", ".", "--installer", "none", "demo")
    for document in ("--lock=pylock.toml", "--report=report.json"):
        user.succeeds("--venv", "locked/venv", *near, "--dry-run", document, cwd=tmp_path)
    for written in ("pylock.toml", "report.json"):
        assert "demo" in (tmp_path / written).read_text()


def test_a_dry_run_falls_back_to_the_user_s_site_where_the_installation_does(
    user: Engine, tmp_path: Path
) -> None:
    python = linked_python(tmp_path / "python")
    next((tmp_path / "python").glob("lib/*/site-packages")).chmod(0o555)
    there = {"PYTHONUSERBASE": str(tmp_path / "base")}
    nowhere = {"PYTHONUSERBASE": str(tmp_path / "locked/base")}
    for option in ("--dry-run", "--no-color"):
        asked = ("--python", python, *ASKED, option)
        assert "Defaulting to user" in user.succeeds(*asked, environ=there).out
        assert "no permission" in user.fails(*asked, environ=nowhere).err
        assert "no permission" in user.fails(*asked, "--no-user").err
