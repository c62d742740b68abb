"""Describes the Python that runs it, as a value or as JSON between two marks on standard output.

Its parts are modules of the engine. Joined together, they are also a script that any other Python
runs with `-c`, so all of them but this file have to work on Python 2.7 and on 3.3 and later. The
script reports facts and decides nothing. It takes little longer than the start of the interpreter:
`json` and `platform` are imported only where there is no other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bootstrap.environment._probe_script import locations, output, runtime
from bootstrap.environment._probe_script.locations import base_executable
from bootstrap.environment._probe_script.output import BEGIN, END, describe

if TYPE_CHECKING:
    from importlib.abc import InspectLoader

__all__ = ["BEGIN", "END", "base_executable", "describe", "script"]

_PARTS = (locations, runtime, output)


def script() -> str:
    """Return the parts as one text, without the lines that import them from each other."""
    loaders = [(part.__name__, cast("InspectLoader", part.__loader__)) for part in _PARTS]
    return "".join(
        line
        for name, loader in loaders
        for line in str(loader.get_source(name)).splitlines(keepends=True)
        if not line.startswith(f"from {__name__}")
    )
