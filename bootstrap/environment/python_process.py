"""How other Pythons are started: none of them imports from the current directory.

`python -c` and `python -m` put it first on `sys.path`. `-I` prevents that, and since Python 3.11
also `-P` and `PYTHONSAFEPATH`. An older Python imports nothing before the first line of a program,
which can remove it again; Python 3.13 imports `linecache`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bootstrap.environment.model import TargetEnvironment

DROP_CURRENT_DIRECTORY = "import sys; '' in sys.path and sys.path.remove('')\n"
"""The first line of each program of ours that runs with `-c`."""

_RUN_MODULE = DROP_CURRENT_DIRECTORY + "import runpy; runpy._run_module_as_main({!r})"
"""What the interpreter itself does for `-m`."""
_KEPT_VARIABLES = {"PYTHONUSERBASE", "PYTHONNOUSERSITE"}


def isolated_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a program of ours: without those about the Python that runs us.

    The variables about the user's site-packages are kept: they are the user's choice.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT_VARIABLES or not name.lstrip("_").startswith(("PYTHON", "PYVENV"))
    }
    compatibility = {"SYSTEM_VERSION_COMPAT": "0"} if sys.platform == "darwin" else {}
    return {**kept, "PYTHONSAFEPATH": "1", **compatibility}


def module_command(
    target: TargetEnvironment, module: str, environment: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the command that runs a module as `TARGET -m MODULE` does, without arguments.

    Nothing that the module starts is affected. Where PYTHONPATH begins with the current directory,
    the user wants to import from there; plain `-m` leaves it in the place that pip expects.
    """
    python = str(target.executable)
    first, *_ = environment.get("PYTHONPATH", "").split(os.pathsep)
    if first and os.path.normpath(Path(first).absolute()) == str(Path.cwd()):
        return (python, "-m", module)
    if target.markers["implementation_name"] == "cpython" and target.version_info >= (3, 11):
        return (python, "-P", "-m", module)
    return (python, "-c", _RUN_MODULE.format(module))
