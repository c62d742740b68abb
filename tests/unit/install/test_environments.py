"""Environments others made as starting points, and what others make of what we installed."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.probe import probe
from bootstrap.environment.settings import TargetSettings
from bootstrap.install.model import InstalledDistribution, InstallSettings, WheelToInstall
from bootstrap.install.transaction import install
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.hashes import Hashes, verify_wheel
from bootstrap.ui import Ui
from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import run
from tests.reliability.pips import relabel_wheel
from tests.servers.wheels import make_wheel
from tests.unit.install.conftest import uninstall

_UV = shutil.which(
    "uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
)
_NEW = "99.0"


def _run(*command: str | Path) -> str:
    return run(*command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def _venv(directory: Path) -> None:
    _run(sys.executable, "-m", "venv", directory)


def _virtualenv(directory: Path) -> None:
    pytest.importorskip("virtualenv")
    _run(sys.executable, "-m", "virtualenv", "--no-download", "--no-periodic-update", directory)


def _pip_over_venv(directory: Path) -> None:
    """As get-pip does it: pip installs pip by pip."""
    _venv(directory)
    _run(directory / "bin" / "python", "-m", "pip", "install", "--force-reinstall", "--no-index",
         "--no-deps", ensurepip_wheel())  # fmt: skip


def _uv_venv(directory: Path) -> None:
    if _UV is None:
        pytest.skip("uv is not installed")
    _run(_UV, "venv", "--quiet", "--python", sys.executable, directory)
    python = directory / "bin" / "python"
    _run(_UV, "pip", "install", "--quiet", "--offline", "--python", python, ensurepip_wheel())


@pytest.fixture(
    params=[
        _venv,
        _virtualenv,
        pytest.param(_pip_over_venv, marks=pytest.mark.slow),
        _uv_venv,
    ],
    ids=lambda create: create.__name__,
)
def python(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    make: Callable[[Path], None] = request.param
    make(tmp_path / "env")
    return tmp_path / "env" / "bin" / "python"


def _target(python: Path, ui: Ui) -> TargetEnvironment:
    return probe(TargetSettings(python=Sourced(str(python), Origin.default())), ui)


def _install(python: Path, ui: Ui, wheel: Path, *, compiled: bool = False) -> InstalledDistribution:
    wanted = WheelToInstall(verify_wheel(wheel, wheel.name, Hashes()), requested=True)
    return install(_target(python, ui), [wanted], InstallSettings(compile=compiled), ui)[0]


@pytest.mark.posix_only("Windows' embeddable package has no ensurepip")
def test_pip_installed_by_another_tool_is_replaced_and_uninstalled(
    python: Path, ui: Ui, tmp_path: Path
) -> None:
    before = _files(python)
    installed = _install(python, ui, relabel_wheel(ensurepip_wheel(), _NEW, tmp_path))
    assert installed.replaced is not None
    assert f"pip {_NEW}" in _run(python.parent / "pip", "--version")
    _assert_pip_is_whole(python, installed)
    _assert_others_understand(python)
    _install(python, ui, _demo(tmp_path))
    _run(python, "-m", "pip", "uninstall", "--yes", "demo")
    assert _demo_files(python) == set()
    assert uninstall(_target(python, ui), ["pip"], InstallSettings(), ui) == ("pip",)
    assert _files(python) - before == set()
    assert [path for path in _files(python) if path.name.startswith("pip")] == []


def _assert_pip_is_whole(python: Path, installed: InstalledDistribution) -> None:
    library = installed.metadata_directory.parent
    left = sorted(path.name for path in library.glob("*pip*"))
    assert left == ["pip", f"pip-{_NEW}.dist-info"]
    package = [*(library / "pip").rglob("*"), *installed.metadata_directory.rglob("*")]
    files = {str(path) for path in (*package, *python.parent.glob("pip*")) if path.is_file()}
    with (installed.metadata_directory / "RECORD").open(newline="") as stream:
        assert {os.path.normpath(library / row[0]) for row in csv.reader(stream)} == files


def _assert_others_understand(python: Path) -> None:
    _run(python, "-m", "pip", "check")
    assert f"pip=={_NEW}" in _run(python, "-m", "pip", "list", "--format=freeze").splitlines()
    if _UV is not None:
        _run(_UV, "pip", "check", "--quiet", "--python", python)
        assert f"pip=={_NEW}" in _run(_UV, "pip", "freeze", "--python", python)


def test_uv_uninstalls_what_we_installed_and_compiled_without_a_trace(
    ui: Ui, tmp_path: Path
) -> None:
    if _UV is None:
        pytest.skip("uv is not installed")
    _uv_venv(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    _install(python, ui, _demo(tmp_path), compiled=True)
    _run(_UV, "pip", "uninstall", "--quiet", "--python", python, "demo")
    assert _demo_files(python) == set()


def _demo(directory: Path) -> Path:
    points = {"console_scripts": {"demo": "demo:main"}}
    files = {"demo/__init__.py": "", "demo/sub/x.py": "", "demo_one.py": ""}
    data = {"data/share/demo/x": "", "scripts/demo-x": ""}
    return make_wheel(directory, "demo", "1.0", files=files, entry_points=points, data=data)


def _demo_files(python: Path) -> set[Path]:
    return {path for path in _files(python) if "demo" in str(path.relative_to(python.parents[1]))}


def _files(python: Path) -> set[Path]:
    return {path for path in python.parents[1].rglob("*") if not path.is_dir()}
