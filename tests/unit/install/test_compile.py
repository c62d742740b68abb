"""Modules are compiled by the target's Python, which imports nothing that others wrote."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bootstrap.install.compile import python_command
from bootstrap.install.model import InstallSettings, WheelToInstall
from bootstrap.install.transaction import install
from bootstrap.trust.hashes import Hashes, verify_wheel
from bootstrap.ui import Ui
from tests.planted import plant_modules
from tests.servers.wheels import make_wheel
from tests.unit.environment.pythons import ALL, name_of, target_of


@pytest.mark.parametrize("python", ALL, ids=name_of)
def test_nothing_is_imported_from_the_current_directory(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(tmp_path, "demo", "1.0", files={"demo.py": "VALUE = 1\n"})
    target = target_of(python, directory=tmp_path / "library")
    planted = plant_modules(tmp_path / "planted")
    monkeypatch.chdir(planted.directory)
    for name in ("PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, str(planted.directory))
    wanted = WheelToInstall(verify_wheel(wheel, wheel.name, Hashes()), requested=True)
    ui = Ui(io.StringIO(), io.StringIO())
    install(target, [wanted], InstallSettings(compile=True), ui)
    assert planted.imported == []
    assert len(list((tmp_path / "library").rglob("*.pyc"))) == 1


def test_options_that_a_python_does_not_have_are_not_used() -> None:
    assert "-I" in python_command("python", (3, 4))
    assert python_command("python", (3, 3)) == ("python", "-E", "-s", "-S")
    assert python_command("python", (2, 7)) == ("python", "-E", "-s")
