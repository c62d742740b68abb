"""How each installer is told which environment it works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.target_variables import target_variables


@pytest.mark.parametrize(
    ("installer", "names"),
    [
        ("pip", []),
        ("pipx", []),
        ("uv", ["VIRTUAL_ENV"]),
        ("poetry", ["VIRTUAL_ENV"]),
        ("pdm", ["VIRTUAL_ENV", "PDM_IGNORE_SAVED_PYTHON"]),
        ("hatch", ["HATCH_PYTHON"]),
        ("tox", []),
    ],
)
def test_an_installer_is_led_to_a_virtual_environment(
    target: TargetEnvironment, installer: str, names: list[str]
) -> None:
    active = {"VIRTUAL_ENV": "/of/the/shell"}
    found = target_variables(canonicalize_name(installer), target, active)
    values = {
        "VIRTUAL_ENV": str(target.prefix),
        "HATCH_PYTHON": str(target.executable),
        "PDM_IGNORE_SAVED_PYTHON": "1",
    }
    assert found == {name: values[name] for name in names}


def test_uv_is_led_to_an_interpreter_that_is_no_virtual_environment(
    running_python: TargetEnvironment, tmp_path: Path
) -> None:
    uv = canonicalize_name("uv")
    if running_python.is_virtual:
        pytest.skip("the tests run in a virtual environment")
    python = str(running_python.executable)
    assert target_variables(uv, running_python, {}) == {"UV_PYTHON": python}
    assert target_variables(uv, running_python, {"UV_PYTHON": str(tmp_path)}) == {}


@pytest.mark.parametrize(
    ("exported", "added"),
    [
        ({"PDM_PYTHON": "/another/python"}, {}),
        ({"PDM_IGNORE_SAVED_PYTHON": "0"}, {"PDM_IGNORE_SAVED_PYTHON": "0"}),
    ],
)
def test_what_the_user_exported_for_pdm_stays(
    target: TargetEnvironment, exported: dict[str, str], added: dict[str, str]
) -> None:
    found = target_variables(canonicalize_name("pdm"), target, exported)
    assert found == {"VIRTUAL_ENV": str(target.prefix), **added}
