"""Describes the Python that runs it: as a value, or printed as one framed JSON document.

Its parts are modules of the engine; one after another they are also a script that is handed to any
other Python by `-c`. So all but this page must be understood by Python 2.7 and by all since 3.6.
It says what is, and decides nothing. As a script it costs little more than the interpreter's own
start: neither `json` nor `platform` is imported where what they would say can be had without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bootstrap.environment._probe_script import answer, runtime, schemes, whereabouts
from bootstrap.environment._probe_script.answer import BEGIN, END, describe
from bootstrap.environment._probe_script.whereabouts import base_executable

if TYPE_CHECKING:
    from importlib.abc import InspectLoader
    from types import ModuleType

__all__ = ["BEGIN", "END", "base_executable", "describe", "script"]

_PARTS = (whereabouts, schemes, runtime, answer)


def script() -> str:
    """Return the parts as one text, without the lines by which they find one another here."""
    return "".join(
        line
        for part in _PARTS
        for line in _source(part).splitlines(keepends=True)
        if not line.startswith(f"from {__name__}")
    )


def _source(module: ModuleType) -> str:
    loader = cast("InspectLoader", module.__loader__)
    return str(loader.get_source(module.__name__))
