"""The variables by which an installer finds the target, where it is not started by its Python.

pip and pipx work with the interpreter that runs them, which is the target's.
"""

from __future__ import annotations

from collections.abc import Mapping

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment

_INTERPRETER_VARIABLES = {"uv": "UV_PYTHON", "hatch": "HATCH_PYTHON"}
"""Of installers that can be told which interpreter to use."""
_OF_ACTIVE_ENVIRONMENT = frozenset({"uv", "poetry", "pdm"})
"""Installers that work on the virtual environment that is active, as VIRTUAL_ENV says."""


def target_variables(
    installer: NormalizedName, target: TargetEnvironment, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that lead an installer to the target.

    VIRTUAL_ENV names it instead of an environment that is active in the user's shell. What the
    user exported for the installer itself stays.
    """
    if installer in _OF_ACTIVE_ENVIRONMENT and target.is_virtual:
        return {"VIRTUAL_ENV": str(target.prefix), **_before_saved_python(installer, environ)}
    variable = _INTERPRETER_VARIABLES.get(installer)
    if variable is None or environ.get(variable):
        return {}
    return {variable: str(target.executable)}


def _before_saved_python(installer: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what lets pdm use the active environment, not the one that it used here before."""
    if installer != "pdm" or environ.get("PDM_PYTHON"):
        return {}
    return {"PDM_IGNORE_SAVED_PYTHON": environ.get("PDM_IGNORE_SAVED_PYTHON") or "1"}
