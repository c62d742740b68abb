"""Third-party libraries under this package's own name, so that no other copy can get in their way.

The build generates them beside this file (see README.md here). Two kinds of user run without
that: a distributor who unbundles (``DEBUNDLED = True``) and a development checkout. For them
``bootstrap._vendor.x`` *is* the installed ``x``: for every library, or for none.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

# For distributors: True uses the installed libraries (delete the generated ones too); wheels in
# the directory WHEEL_DIR, where one is named, are preferred to what is installed.
DEBUNDLED = False
WHEEL_DIR = ""


class InstalledLibraries:
    """A finder and loader that gives out installed libraries, submodules included, by our name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the libraries added, and nothing else."""
        package, _, name = fullname.partition(f"{__name__}.")
        if package or name.partition(".")[0] not in self.names:
            return None
        loader = cast("Any", self)  # typeshed asks for an ABC that is costly to import
        return ModuleSpec(fullname, loader, origin=name)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Import the library by its own name."""
        module = import_module(str(spec.origin))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module, which has run already, its own spec back."""
        assert module.__spec__ is not None  # noqa: S101  # set by the import system just before
        module.__spec__ = module.__spec__.loader_state


def vendored(name: str) -> None:
    """Let ``bootstrap._vendor.<name>`` be the installed library of that name.

    :raises ImportError: it is not installed, or is among the generated ones all the same.
    """
    if Path(__file__).with_name(name).joinpath("__init__.py").exists():
        raise ImportError(f"{__name__} is unbundled in part: {name} is still in it", name=name)
    if find_spec(name) is None:
        raise ImportError(
            f"{name} is neither vendored nor installed: run build_zipapp.py, "
            "or install all that bootstrap/_vendor/vendor.txt lists",
            name=name,
        )
    _installed.names.append(name)


def _is_bare_checkout() -> bool:
    if not Path(__file__).parents[2].joinpath("build_zipapp.py").is_file():
        return False
    return not any(Path(__file__).parent.glob("*/__init__.py"))


_installed = InstalledLibraries()

if DEBUNDLED or _is_bare_checkout():
    if WHEEL_DIR:
        sys.path[:0] = sorted(map(str, Path(WHEEL_DIR).glob("*.whl")))
    vendored("certifi")
    vendored("idna")
    vendored("installer")
    vendored("packaging")
    vendored("pyproject_hooks")
    vendored("requests")
    vendored("resolvelib")
    vendored("tomli")
    vendored("tomli_w")
    vendored("truststore")
    vendored("urllib3")
    # First, since a library's own __path__ would let other finders load its submodules twice.
    sys.meta_path.insert(0, _installed)
