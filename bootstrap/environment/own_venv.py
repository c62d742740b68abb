"""A virtual environment of the Python that runs us, described without starting its interpreter.

What that would report follows from what ours reports, as for an environment that is still to be
created. To start it takes 50 ms, a fifth of an installation of the bundled pip.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bootstrap.dataclasses import replace
from bootstrap.environment import _probe_script
from bootstrap.environment.interpreter import Interpreter
from bootstrap.formats.documents import read_file

_CHANGING = ("PYTHONHOME", "PYTHONPLATLIBDIR", "_PYTHON", "__PYVENV")
"""Variables that change what our Python reports; the environment's is run without them."""
_START_UP = ("sitecustomize", "_manylinux")
"""Modules that may change what an interpreter reports, where it can import them."""


def describe_own_venv(
    executable: Path, describe_own: Callable[[], Interpreter]
) -> Interpreter | None:
    """Return the interpreter of a virtual environment; None where it has to be asked.

    That is where it is another Python's, and where something may change what it reports.
    """
    prefix = executable.parent.parent
    if not _is_ours(executable, prefix):
        return None
    own = describe_own()
    found = own.in_venv(prefix)
    library = tuple(entry for entry in own.path if _is_of_library(entry, own.stdlib))
    if own.build.manylinux is not None or not all(map(Path.is_dir, found.path)):
        return None
    if any(map(_may_change, (*library, *found.path))):
        return None
    return replace(found, executable=executable, path=(*library, *found.path))


def _is_ours(executable: Path, prefix: Path) -> bool:
    """Whether it is the interpreter of a virtual environment of our Python, by the same paths."""
    if os.name != "posix" or sys.platform == "darwin" or _is_changed():
        return False
    directory, base = executable.parent, _probe_script.base_executable()
    is_plain = (
        executable.is_absolute()
        and os.path.normpath(executable) == str(executable)
        and executable.is_symlink()
    )
    if not is_plain or directory.name != "bin" or (directory / "pyvenv.cfg").exists():
        return False
    try:
        lines = read_file(prefix / "pyvenv.cfg").decode().splitlines()
    except (OSError, ValueError):
        return False
    pairs = (line.partition("=") for line in lines)
    values = {key.strip().lower(): value.strip() for key, _, value in pairs}
    return (
        values.get("home") == str(Path(base).parent)
        and values.get("include-system-site-packages") == "false"
        and os.path.realpath(executable) == os.path.realpath(base)
    )


def _is_changed() -> bool:
    """Whether an option or a variable makes our Python report something else than usual."""
    is_limited = sys.flags.no_site or sys.flags.no_user_site
    return bool(is_limited) or any(name.startswith(_CHANGING) for name in os.environ)


def _is_of_library(entry: Path, library: Path) -> bool:
    """Whether an entry of `sys.path` belongs to the standard library."""
    is_zipped = entry.suffix == ".zip" and entry.parent == library.parent
    return is_zipped or entry in {library, library / "lib-dynload"}


def _may_change(entry: Path) -> bool:
    """Whether what is in an entry of `sys.path` may change the path, or what is reported."""
    try:
        names = [path.name for path in entry.iterdir()]
    except FileNotFoundError:
        return False
    except OSError:  # a zipped library
        return True
    return any(name.endswith(".pth") or name.startswith(_START_UP) for name in names)
