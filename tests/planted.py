"""Modules that somebody planted in a directory, and which of them a process imported."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_NAMES = {*sys.stdlib_module_names, "_manylinux", "bootstrap", "distutils", "pip", "sitecustomize"}
_MODULE = """
import sys
with open({trace!r}, "a") as trace:
    trace.write("%s %s\\n" % (__name__, " ".join(sys.argv)[:300]))
raise SystemExit("the planted " + __name__)
"""


@dataclass(frozen=True)
class PlantedModules:
    """A directory with a module for each name of the standard library, and a few more."""

    directory: Path
    trace: Path

    @property
    def imported(self) -> list[str]:
        """The imports of planted modules: a name and the command line of the process."""
        return self.trace.read_text("utf-8").splitlines() if self.trace.exists() else []


def plant_modules(directory: Path) -> PlantedModules:
    """Plant modules that leave a trace beside the directory when they are imported."""
    planted = PlantedModules(directory, directory.with_name(f"{directory.name}.trace"))
    directory.mkdir(exist_ok=True)
    code = _MODULE.format(trace=str(planted.trace))
    for name in _NAMES - {"__main__"}:
        (directory / f"{name}.py").write_text(code)
    return planted
