"""The requirements that get-pip.py adds on old Pythons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.config.load import load
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.venv import create_venv_at
from bootstrap.workflow.default_requirements import add_default_requirements


@pytest.fixture
def target(running_python: TargetEnvironment, tmp_path: Path) -> TargetEnvironment:
    return create_venv_at(running_python, tmp_path / "target")


def added(
    target: TargetEnvironment,
    *argv: str,
    version: tuple[int, int, int] = (3, 11, 0),
    offered: str = "setuptools wheel",
    environ: Mapping[str, str] | None = None,
) -> list[str]:
    config = load(argv, {"HOME": "/nowhere", **(environ or {})}, cwd=Path("/work"))
    request = add_default_requirements(
        config, replace(target, version_info=version), offered.split().__contains__
    )
    return [each.text for each in request.requirements[len(config.request.requirements) :]]


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 11, 9)])
def test_an_old_python_gets_setuptools_and_wheel(
    version: tuple[int, int, int], target: TargetEnvironment
) -> None:
    assert added(target, version=version) == ["setuptools", "wheel"]


def test_a_newer_python_gets_pip_alone(target: TargetEnvironment) -> None:
    assert added(target, version=(3, 12, 0)) == []


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        (["--no-setuptools"], {}, ["wheel"]),
        (["--no-wheel"], {}, ["setuptools"]),
        ([], {"PIP_NO_SETUPTOOLS": "0", "PIP_NO_WHEEL": "anything"}, []),
        (["--installer", "uv"], {}, []),
        (["--installer", "pip"], {}, []),
        (["setuptools<60"], {}, ["wheel"]),
        (["--require-hashes"], {}, []),
        (["pip<21", "extra"], {}, ["setuptools", "wheel"]),
    ],
)
def test_options_leave_them_out(
    argv: list[str], environ: dict[str, str], expected: list[str], target: TargetEnvironment
) -> None:
    assert added(target, *argv, environ=environ) == expected


def test_a_package_that_the_target_can_import_is_not_added(target: TargetEnvironment) -> None:
    (target.scheme.purelib / "setuptools").mkdir(parents=True)
    (target.scheme.purelib / "setuptools" / "__init__.py").write_text("")
    assert added(target) == ["wheel"]


def test_a_project_without_a_wheel_is_not_added(target: TargetEnvironment) -> None:
    assert added(target, offered="wheel") == ["wheel"]
